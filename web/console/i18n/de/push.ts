import type { push as english } from '../en/push.ts';

export const push: typeof english = {
	offer: 'Arbeit von {who} wird angeboten',
	message: 'Neue Nachricht von {who}',
	mention: '{who} hat Sie erwähnt',
	test: 'Benachrichtigungen erreichen dieses Gerät',
	testText: 'So ruft Switchboard Sie, während keine Konsole angesehen wird.',
	unknown: 'einem Kunden',
	offline: 'Switchboard ist nicht erreichbar',
	offlineText: 'Das Netz oder der Server ist weg. Nichts, was Sie geschrieben haben, ist verloren: Es liegt in diesem Browser.',
	again: 'Noch einmal versuchen',
	inbox: 'Posteingang',
	start: 'Unterhaltung beginnen',
	description: 'Nachrichten mit Kunden'
};
