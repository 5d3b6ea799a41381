// The set-up's words about the organisation, errors and quarantine in German.
import type { Translation } from '$ui/translate.ts';
import type { house as english } from '../en/house.ts';

export const house: Translation<typeof english> = {
	'organisation.title': 'Organisation',
	'organisation.zone': 'Zeitzone',
	'organisation.formats': 'Wie Datum und Zahlen aussehen',
	'organisation.now': 'Jetzt, in dieser Zeitzone',
	'organisation.number': 'Eine Zahl',
	'organisation.badLanguage': 'Diese Sprache kann nicht dargestellt werden.',
	'organisation.key': 'Organisationsschlüssel',
	'organisation.keyHint': 'Benennt die Organisation in der Kunden-API.',

	'errors.title': 'Zustellfehler',
	'errors.text': 'Was in den letzten 30 Tagen nicht zugestellt werden konnte, warum, und was zu tun ist.',
	'errors.none': 'Alles wurde zugestellt',
	'errors.noneText': 'Fehler der letzten 30 Tage erscheinen hier.',
	'errors.at': 'Wann',
	'errors.what': 'Was geschah',
	'errors.advice': 'Was zu tun ist',
	'errors.open': 'Gespräch öffnen',

	'quarantine.title': 'Quarantäne',
	'quarantine.text': 'Aufrufe von Anbietern, die in den letzten 7 Tagen nicht verstanden wurden. Aus ihnen wurde keine Nachricht; was sie waren, steht hier ohne Inhalt.',
	'quarantine.none': 'Alles wurde verstanden',
	'quarantine.noneText': 'Ein unlesbarer Aufruf wird abgelehnt, und seine Spur steht hier 7 Tage lang.',
	'quarantine.one': 'Aufruf in Quarantäne',
	'quarantine.at': 'Wann',
	'quarantine.why': 'Grund',
	'quarantine.size': 'Größe',
	'quarantine.hash': 'SHA-256',
	'quarantine.hashHint': 'Über den Inhalt. Damit lässt sich eine Kopie im Protokoll des Anbieters oder in einem Proxy finden.',
	'quarantine.headers': 'Header',
	'quarantine.noHeaders': 'Keine aufbewahrt.',
	'quarantine.noChannel': 'Ein Kanal, den es nicht mehr gibt',
	'quarantine.details': 'Details',
	'quarantine.open': 'Details des Aufrufs von {at}',
	'quarantine.advice': 'Dem Anbieter wurde gesagt, dass der Aufruf falsch ist; er sendet ihn vielleicht noch einmal. Kommt er immer wieder, vergleichen Sie die Webhook-Einstellungen beim Anbieter mit denen des Kanals.'
};
