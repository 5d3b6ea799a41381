// Why a message was not delivered in German.
import type { Translation } from '$ui/translate.ts';
import type { delivery as english } from '../en/delivery.ts';

export const delivery: Translation<typeof english> = {
	'delivery.0001': 'Der Anbieter des Kanals war nicht erreichbar. Senden Sie es später noch einmal.',
	'delivery.0001.waiting': 'Der Anbieter des Kanals ist nicht erreichbar. Wir versuchen es weiter.',
	'delivery.0002': 'Der Anbieter des Kanals hatte ein Problem. Senden Sie es später noch einmal.',
	'delivery.0002.waiting': 'Der Anbieter des Kanals hat ein Problem. Wir versuchen es weiter.',
	'delivery.0003': 'Die Einstellungen des Kanals wurden abgelehnt. Bitten Sie die Verwaltung, den Kanal zu prüfen.',
	'delivery.0004': 'Die Zeit, frei zu antworten, ist vorbei. Warten Sie, bis der Kunde schreibt, oder senden Sie eine genehmigte Vorlage.',
	'delivery.0005': 'Es konnte zu dieser Zeit nicht zugestellt werden. Senden Sie es später noch einmal.',
	'delivery.0005.waiting': 'Es kann gerade nicht zugestellt werden. Wir versuchen es weiter.',
	'delivery.0006': 'Eine andere App hat dieses Gespräch gerade.',
	'delivery.1001': 'Der Absender ist für diesen Kanal nicht gültig.',
	'delivery.1002': 'Der Anbieter kennt den Absender nicht.',
	'delivery.1003': 'Die Nummer des Absenders ist noch nicht bestätigt.',
	'delivery.1004': 'Der Anbieter hat den Absender gesperrt.',
	'delivery.2001': 'Die Adresse kann keine Nachrichten empfangen. Prüfen Sie sie.',
	'delivery.2002': 'Der Kunde hat diesen Absender blockiert oder verlassen. Es kann nichts gesendet werden, bis er wieder schreibt.',
	'delivery.2004': 'Der Mobilfunkanbieter des Kunden blockiert diese Nachricht. Erreichen Sie ihn auf anderem Weg.',
	'delivery.3001': 'Der Anbieter hat die Nachricht abgelehnt. Formulieren Sie sie um und senden Sie sie noch einmal.',
	'delivery.3002': 'Dieser Kanal nimmt Dateien dieser Art nicht an. Senden Sie ein anderes Format.',
	'delivery.3003': 'Der Anbieter hält diese Nachricht für Spam. Formulieren Sie sie um.',
	'delivery.3004': 'Der Text ist für diesen Kanal zu lang. Kürzen Sie ihn.',
	'delivery.3005': 'Die Datei ist für diesen Kanal zu groß. Senden Sie eine kleinere.',
	'delivery.3006': 'Zu viele Dateien in einer Nachricht. Senden Sie sie einzeln.',
	'delivery.3007': 'Diese Art von Nachricht ist hier nicht erlaubt.',
	'delivery.not_sent': 'Diese Nachricht wurde nicht gesendet.',
	'delivery.opted_out': 'Der Kunde hat sich abgemeldet. Es kann nichts gesendet werden, bis er wieder zustimmt.',
	'delivery.consent_required': 'Der Kunde hat Nachrichten auf diesem Kanal noch nicht zugestimmt.',
	'delivery.window_closed': 'Der Kunde hat zu lange nicht geschrieben. Senden Sie eine genehmigte Vorlage oder warten Sie, bis er schreibt.',
	'delivery.channel_inactive': 'Dieser Kanal ist nicht aktiv. Bitten Sie die Verwaltung, ihn einzuschalten.',
	'delivery.wrong_country': 'Die Nummer dieses Kanals kann nicht in dieses Land schreiben. Verwenden Sie einen Kanal mit einer Nummer dieses Landes.',
	'delivery.use_not_allowed': 'Diese Nummer darf dafür nicht verwendet werden. Nehmen Sie einen anderen Kanal oder warten Sie, bis der Kunde schreibt.',
	'delivery.daily_limit': 'Der Anbieter lässt heute keine weiteren Kunden mehr anschreiben. Es geht hinaus, sobald das wieder möglich ist.'
};
