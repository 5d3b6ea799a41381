import type { push as english } from '../en/push.ts';

export const push: typeof english = {
	offer: 'Une conversation vous est proposée : {who}',
	message: 'Nouveau message de {who}',
	mention: '{who} vous a mentionné',
	test: 'Les notifications arrivent sur cet appareil',
	testText: 'C’est ainsi que Switchboard vous appelle quand aucune console n’est regardée.',
	unknown: 'un client',
	offline: 'Switchboard est injoignable',
	offlineText: 'Le réseau ou le serveur est absent. Rien de ce que vous avez écrit n’est perdu : c’est gardé dans ce navigateur.',
	again: 'Réessayer',
	inbox: 'Boîte de réception',
	start: 'Commencer une conversation',
	description: 'Messagerie client'
};
