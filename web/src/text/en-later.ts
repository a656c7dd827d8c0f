/** The strings of the lazy views, and what nothing can say at first, in English: see en.ts. */
export const later = {
	'favourite.add': 'Add “{room}”',
	'favourite.remove': 'Remove “{room}”',
	'favourite.none': 'No favourites yet. The star in a room adds it.',
	'favourite.rooms': 'Your rooms',
	'favourite.clear': 'Clear favourites',

	'home.heading1': 'Pick a room,',
	'home.heading2': 'say hello',
	'home.lead': 'A new name opens a room, a known one joins it.',
	'home.room': 'Room Name',
	'home.roomHint': 'Anyone who knows this name can join',
	'home.user': 'Username',
	'home.userHint': 'What the others will see',
	'home.start': 'Start Chat Now!',
	'home.open': 'Open rooms',
	'home.openNone': 'No open room begins with “{query}”.',
	'home.openMatching': 'Open rooms that begin with “{query}”',
	'home.signedOut': 'You were signed out. Pick a name to go back in.',
	'home.needName': 'Pick a name to join “{room}”.',
	'home.suggestTour': '{name} on tour',

	'error.roomEmpty': 'Give the room a name.',
	'error.roomLong': 'Use at most 64 characters.',
	'error.roomHidden': 'This name has characters that do not show.',
	'error.userEmpty': 'Pick a username.',
	'error.userLength': 'Use 2 to 24 characters.',
	'error.userHidden': 'This name has characters that do not show.',
	'error.userTaken': '“{name}” is taken. Try another name, or one of these:',
	'error.userRefused': 'This name cannot be used. Try another one.',
	'error.offline': 'We could not reach the server. Try again.',
	'error.rateLimited': {
		one: 'Too many tries. Wait {n} second.',
		other: 'Too many tries. Wait {n} seconds.',
	},
	'error.server': 'The server could not do that. Try again in a moment.',

	'become.heading': 'Who is chatting?',
	'become.text': 'In this browser you are “{me}”. This address is for “{other}”.',
	'become.stay': 'Go on as {name}',
	'become.change': 'Become {name}',
	'become.taken': '“{name}” is taken.',
	'become.hint':
		'One browser is one person. For a second one, use another browser or a private window.',

	'room.copyLink': 'Copy link',
	'room.link': 'Link to this room',

	'online.heading': { one: 'Online, {n} person', other: 'Online, {n} people' },
	'online.rooms': 'Public rooms',
	'online.noRooms': 'No room is open yet. Start one!',
	'online.more': { one: 'and {n} more', other: 'and {n} more' },

	'log.emptyHeading': 'You are the first here',
	'log.emptyText':
		'Send this link to whoever should join. The room is theirs too as soon as they open it.',

	'search.none': 'No results for “{query}”',
	'search.found': {
		one: '{at} of {n} result for “{query}”',
		other: '{at} of {n} results for “{query}”',
	},
	'search.previous': 'Previous result',
	'search.next': 'Next result',
	'search.clear': 'Clear search',
	'message.failed': 'Failed to send',
	'message.waiting': 'Not sent yet',
	'message.retry': 'Retry',
	'message.sendNow': 'Send now',
	'message.delete': 'Delete',
	'message.why.too_large': 'it is too long',
	'message.why.rate_limited': 'too many at once',
	'message.why.forbidden': 'not allowed here',
	'message.why.bad_request': 'the server refused it',
	'banner.connecting': 'Connecting…',
	'banner.reconnecting': 'Reconnecting…',
	'banner.retryIn': 'retrying in {n} s',
	'banner.retryNow': 'Retry now',
	'banner.back': 'Connected again',
	'banner.polling': {
		one: 'No live connection here. Checking for new messages every second.',
		other: 'No live connection here. Checking for new messages every {n} s.',
	},

	'room.copied': 'Link copied',
	'room.copyFailed': 'Copying did not work. Select the link and copy it.',
	'message.copyCode': 'Copy',
	'message.copied': 'Copied',
	'message.copyFailed': 'Copying did not work. Select it and copy it.',

	'nav.language': 'Language',
	'notify.toggle': 'Notifications',
	'notify.refused': 'The browser does not allow notifications from this site.',
	'nav.toDark': 'Dark theme',
	'nav.toLight': 'Light theme',

	'composer.offers': 'Suggestions',
	'composer.emoji': 'Emoji',
	'composer.left': { one: '{n} character left', other: '{n} characters left' },
	'composer.rateLimited': {
		one: 'Too many at once. It goes on in {n} second.',
		other: 'Too many at once. It goes on in {n} seconds.',
	},

	'target.missing': 'The message of this link is not here.',

	'keys.heading': 'Keyboard shortcuts',
	'keys.send': 'Send',
	'keys.line': 'New line',
	'keys.complete': 'Take a suggestion',
	'keys.switch': 'Go to another room',
	'keys.search': 'Next and previous result',
	'keys.close': 'Close what is open',
	'keys.help': 'This list',

	'switch.heading': 'Go to a room',
	'switch.label': 'Room Name',
	'switch.go': 'Go',

	'log.failedHeading': 'The messages did not load',
	'log.failedText':
		'We could not reach the server. We keep trying. What you have typed stays here.',
	'common.backHome': 'Back to home',

	'room.peopleStale': {
		one: '{n} person here when the connection was lost',
		other: '{n} people here when the connection was lost',
	},
	'composer.tooLong': { one: '{n} character too long', other: '{n} characters too long' },
	'composer.waiting': {
		one: '{n} message waiting to go out',
		other: '{n} messages waiting to go out',
	},
} as const;
