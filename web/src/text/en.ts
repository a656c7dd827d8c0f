/**
 * The English strings of the first load. Those that only lazy views need are in en-later.ts.
 * A translation is one file with the keys of both. `{name}` is a parameter. A plural is an
 * object with the categories of Intl.PluralRules; the parameter `n` chooses one of them.
 */
export const en = {
	'app.name': 'ProjectChat',
	'app.roomTitle': '{room} - {user} · ProjectChat',
	'app.skip': 'Skip to the message box',

	'nav.label': 'Main',
	'nav.menu': 'Menu',
	'nav.online': 'Online',
	'nav.favourite': 'Favourite',
	'nav.logout': 'Logout',

	'search.rooms': 'Search rooms',
	'search.room': 'Search this room',
	'search.submit': 'Search',

	'favourite.toggle': 'Star this room',

	'common.tryAgain': 'Try again',
	'common.close': 'Close',

	'room.heading': '{room} - {user}',
	'room.people': { one: '{n} person here', other: '{n} people here' },
	'room.share': 'Share',

	'log.label': 'Messages in {room}',
	'log.loading': 'Loading messages…',
	'log.beginning': 'Beginning of {room}',
	'log.beginningNote': 'This is as far back as it goes.',
	'log.older': 'Load older messages',
	'log.loadingOlder': 'Loading older messages…',
	'log.new': { one: '{n} new message', other: '{n} new messages' },
	'log.divider': 'New messages',
	'log.latest': 'Jump to the latest',

	'message.you': 'you',
	'message.sent': 'Sent',
	'message.sending': 'Sending',
	'message.edited': '(edited)',
	'message.deleted': 'Message deleted',
	'message.actions': 'Message actions',

	'composer.label': 'Message {room}',
	'composer.send': 'Send',
	'composer.hint': 'Enter sends, Shift + Enter makes a new line',

	'footer.copyright': '© Copyright Reserved ProjectChat - {year}',
	'footer.copyrightShort': '© ProjectChat - {year}',
	'footer.madeBy': 'Made by its authors ♥',

	'unreachable.heading': 'ProjectChat did not answer',
	'unreachable.text': 'We could not reach the server. Check your connection and try again.',
} as const;
