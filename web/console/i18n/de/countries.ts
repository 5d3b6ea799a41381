// The set-up's words about the country table in German.
import type { Translation } from '$ui/translate.ts';
import type { countries as english } from '../en/countries.ts';

export const countries: Translation<typeof english> = {
	'countries.title': 'Länder',
	'countries.text': 'Wofür SMS-Nummern genutzt werden dürfen und wann ein Unternehmen zuerst schreiben darf, Land für Land.',
	'countries.numbers': 'Arten von Nummern',
	'countries.hours': 'Sendezeiten',
	'countries.values': 'Werte',
	'countries.builtIn': 'Voreinstellung',
	'countries.changed': 'Hier geändert',
	'countries.elsewhere': 'Überall sonst',
	'countries.other': 'Anderes Land …',
	'countries.never': 'Nie',
	'countries.noKind': 'Keine',
	'countries.elsewhereText': 'Das gilt in allen Ländern, die keine eigene Zeile haben.',
	'countries.notListed': 'Dieses Land hat keine eigene Zeile: Hier gilt, was überall sonst gilt. Eine Änderung gibt ihm eine.',
	'countries.numbersText': 'Eine ausgeschaltete Art gibt es dort nicht: Von so einer Nummer wird nichts gesendet. Die Regeln gelten, wenn eine Nachricht geschrieben wird, und noch einmal, wenn sie hinausgeht.',
	'countries.noSuch': 'Gibt es in diesem Land nicht.',
	'countries.use.answer': 'Kunden antworten',
	'countries.use.begin': 'Zuerst schreiben',
	'countries.use.automated': 'Automatische Nachrichten',
	'countries.use.campaign': 'Kampagnen',
	'countries.limited': 'Monatlich begrenzt',
	'countries.limitedHint': 'Begrenzt eine Nummer auf 15.000 Nachrichten im Monat und auf 3 für jede, die eingeht.',
	'countries.abroad': 'Darf in andere Länder schreiben',
	'countries.minDigits': 'Wenigste Ziffern',
	'countries.maxDigits': 'Meiste Ziffern',
	'countries.hoursText': 'Wann ein Unternehmen zuerst schreiben darf, nach der Uhr beim Kunden. Antworten gehen jederzeit; wer außerhalb dieser Zeiten eine Konversation beginnt, wird gewarnt.',
	'countries.from': '{day}, von',
	'countries.until': '{day}, bis',
	'countries.closed': 'Geschlossen',
	'countries.closedOn': 'Auch geschlossen am',
	'countries.closedOnHint': 'Feiertage und Ähnliches, mit Kommas dazwischen: 12-25 für jedes Jahr, 2027-03-29 für eines. Bewegliche Feiertage tragen Sie selbst ein.',
	'countries.advice': 'Die voreingestellten Zeiten sind ein vorsichtiger Anfang und keine Rechtsberatung: Prüfen Sie, was das Recht des Landes verlangt.',
	'countries.reset': 'Zurück zur Voreinstellung'
};
