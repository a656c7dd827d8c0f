import { expect, it } from 'vitest';
import { limits } from '../test/client/tables';
import * as backoff from './client/backoff';
import * as channel from './client/channel';
import { newCid } from './client/cid';
import * as client from './client/client';
import * as feed from './client/feed';
import * as heartbeat from './client/heartbeat';
import * as item from './client/item';
import * as poll from './client/poll';
import * as presence from './client/presence';
import * as room from './client/room';
import * as socket from './client/socket';
import * as way from './client/way';
import * as text from './composer/text';
import * as names from './people/names';
import * as typists from './people/typists';

const constants: Record<string, number> = {
	textCodePoints: client.longestText,
	textBytes: text.maxBytes,
	roomNameCodePoints: names.roomMax,
	roomNameBytes: names.roomMaxBytes,
	userNameLeastCodePoints: names.userMin,
	userNameCodePoints: names.userMax,
	pageRows: way.pageSize,

	heartbeatLivelyForMs: heartbeat.livelyPeriod,
	heartbeatLivelyMs: heartbeat.livelyInterval,
	heartbeatQuietMs: heartbeat.quietInterval,
	heartbeatLongestMs: heartbeat.longestInterval,
	heartbeatShortestMs: heartbeat.shortestInterval,
	heartbeatAfterCountMs: heartbeat.countDelay,
	typingEveryMs: typists.toldEvery,
	leftShownAfterMs: presence.leaveDelay,

	answerMs: channel.answerLimit,
	handshakeMs: channel.handshakeLimit,
	pongMs: way.pongLimit,
	gapMs: feed.gapDelay,
	foreignPushes: feed.foreignLimit,
	handOverFromMs: socket.handOverFrom,
	handOverSpanMs: socket.handOverSpan,

	backoffFirstMs: backoff.shortestSpan,
	backoffLongestMs: backoff.longestSpan,
	backoffSteadyMs: backoff.steadyPeriod,
	reconnectsPerSecond: backoff.reconnectsPerSecond,
	hiddenTabClients: room.hiddenTabClients,

	handshakesUntilPolling: socket.failuresUntilPolling,
	pollLivelyForMs: poll.livelyPeriod,
	pollLivelyMs: poll.livelyPoll * 1000,
	pollQuietMs: poll.quietPoll * 1000,
	pollHiddenMs: poll.hiddenPoll * 1000,
	socketAgainFromMs: socket.socketAgainFrom,
	socketAgainSpanMs: socket.socketAgainSpan,

	outboxWaitingMs: item.waitingAge,
	outboxLateMs: item.lateAge,
	outboxConflicts: item.mostConflicts,
};

it('the page has the numbers of the table that it is to have, and no others', () => {
	const wanted = Object.entries(limits).filter(([, limit]) => limit.in.includes('web/src'));
	expect(constants).toEqual(Object.fromEntries(wanted.map(([name, limit]) => [name, limit.is])));
});

it('a cid is one that the server takes', () => {
	const cid = newCid({ random: () => 0.99 }, 2 ** 48 - 1);
	expect(cid).toMatch(new RegExp(`^[A-Za-z0-9_-]{1,${limits.cidCharacters.is}}$`));
});
