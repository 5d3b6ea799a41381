// Why a message was not delivered in French.
import type { Translation } from '$ui/translate.ts';
import type { delivery as english } from '../en/delivery.ts';

export const delivery: Translation<typeof english> = {
	'delivery.0001': 'Le fournisseur du canal n’a pas pu être joint. Renvoyez-le plus tard.',
	'delivery.0001.waiting': 'Le fournisseur du canal est injoignable. Nous continuons d’essayer.',
	'delivery.0002': 'Le fournisseur du canal a eu un problème. Renvoyez-le plus tard.',
	'delivery.0002.waiting': 'Le fournisseur du canal a un problème. Nous continuons d’essayer.',
	'delivery.0003': 'Les réglages du canal ont été refusés. Demandez à un administrateur de vérifier le canal.',
	'delivery.0004': 'Le délai pour répondre librement est écoulé. Attendez que le client écrive, ou envoyez un modèle approuvé.',
	'delivery.0005': 'Il n’a pas pu être remis à ce moment-là. Renvoyez-le plus tard.',
	'delivery.0005.waiting': 'Il ne peut pas être remis pour l’instant. Nous continuons d’essayer.',
	'delivery.0006': 'Une autre application tient cette conversation en ce moment.',
	'delivery.1001': 'L’expéditeur n’est pas valable pour ce canal.',
	'delivery.1002': 'Le fournisseur ne connaît pas l’expéditeur.',
	'delivery.1003': 'Le numéro de l’expéditeur n’est pas encore vérifié.',
	'delivery.1004': 'Le fournisseur a bloqué l’expéditeur.',
	'delivery.2001': 'L’adresse ne peut pas recevoir de messages. Vérifiez-la.',
	'delivery.2002': 'Le client a bloqué ou quitté cet expéditeur. Rien ne peut être envoyé tant qu’il n’a pas réécrit.',
	'delivery.2004': 'L’opérateur du client bloque ce message. Joignez-le autrement.',
	'delivery.3001': 'Le fournisseur a refusé le message. Reformulez-le et renvoyez-le.',
	'delivery.3002': 'Ce canal n’accepte pas les fichiers de ce type. Envoyez un autre format.',
	'delivery.3003': 'Le fournisseur prend ce message pour du spam. Reformulez-le.',
	'delivery.3004': 'Le texte est trop long pour ce canal. Raccourcissez-le.',
	'delivery.3005': 'Le fichier est trop grand pour ce canal. Envoyez-en un plus petit.',
	'delivery.3006': 'Trop de fichiers dans un message. Envoyez-les un par un.',
	'delivery.3007': 'Ce type de message n’est pas autorisé ici.',
	'delivery.not_sent': 'Ce message n’a pas été envoyé.',
	'delivery.opted_out': 'Le client s’est désinscrit. Rien ne peut être envoyé tant qu’il n’a pas de nouveau accepté.',
	'delivery.consent_required': 'Le client n’a pas encore accepté de recevoir des messages sur ce canal.',
	'delivery.window_closed': 'Trop de temps a passé depuis le dernier message du client. Envoyez un modèle approuvé, ou attendez qu’il écrive.',
	'delivery.channel_inactive': 'Ce canal n’est pas actif. Demandez à un administrateur de l’activer.',
	'delivery.wrong_country': 'Le numéro de ce canal ne peut pas écrire vers ce pays. Utilisez un canal avec un numéro de ce pays.',
	'delivery.use_not_allowed': 'Ce numéro ne peut pas servir à cela. Utilisez un autre canal, ou attendez que le client écrive.',
	'delivery.daily_limit': 'Le fournisseur ne permet plus d’écrire à d’autres clients aujourd’hui. L’envoi partira dès que ce sera de nouveau possible.'
};
