// The console's words about the page around everything, and the way in in German.
import type { Translation } from '$ui/translate.ts';
import type { shell as english } from '../en/shell.ts';

export const shell: Translation<typeof english> = {
	'app.name': 'Switchboard',
	'app.skip': 'Zum Inhalt springen',
	'app.unreachable': 'Switchboard ist nicht erreichbar',
	'app.chunk': 'Diese Seite konnte nicht geladen werden',
	'app.chunkText': 'Vielleicht fehlt die Verbindung, oder es wurde eine neue Version installiert. Versuchen Sie es noch einmal, oder laden Sie die Seite neu.',
	'app.missing': 'Diese Seite gibt es nicht',
	'app.missingText': 'Die Adresse enthält vielleicht einen Tippfehler, oder die Seite ist umgezogen.',

	cancel: 'Abbrechen',
	close: 'Schließen',
	logout: 'Abmelden',

	'login.title': 'Bei Switchboard anmelden',
	'login.email': 'E-Mail',
	'login.password': 'Passwort',
	'login.submit': 'Anmelden',
	'login.failed': 'Die Anmeldung hat nicht geklappt. Versuchen Sie es noch einmal.',

	'first.text': 'Diese Installation ist leer. Geben Sie Ihrer Organisation einen Namen und werden Sie ihr Administrator.',
	'first.organisation': 'Organisation',
	'first.submit': 'Loslegen',
	'first.gone': 'Dieser Link ist nicht mehr gültig',
	'first.goneAdvice': 'Er gilt einmal und nur, solange die Installation leer ist. Melden Sie sich an, oder suchen Sie den neuesten Link in der Ausgabe des Servers.',

	'invite.title': 'Willkommen bei Switchboard',
	'invite.text': 'Sie sind zu {organisation} eingeladen. Wählen Sie ein Passwort, und schon geht es los.',
	'invite.name': 'Ihr Name',
	'invite.password': 'Neues Passwort',
	'invite.passwordHint': 'Mindestens 10 Zeichen.',
	'invite.submit': 'Passwort festlegen und anmelden',
	'invite.gone': 'Diese Einladung ist nicht mehr gültig',
	'invite.goneAdvice': 'Einladungen gelten einmal. Bitten Sie einen Administrator um einen neuen Link, oder melden Sie sich an, wenn Sie schon ein Passwort haben.',

	'nav.label': 'Bereiche',
	'nav.home': 'Switchboard, zum Posteingang',
	'nav.inbox': 'Posteingang',
	'nav.setup': 'Einrichtung',
	'nav.search': 'Suche',
	'nav.palette': 'Suche und Befehle',
	'nav.unread': '{place}, {count} ungelesen',

	'connection.lost': 'Verbindung wird wiederhergestellt … Was Sie sehen, ist vielleicht nicht ganz aktuell.',
	'connection.offline': 'Sie sind offline. Was Sie schreiben, bleibt erhalten und wird gesendet, sobald die Verbindung wieder da ist.',
	'connection.waiting_one': '{count} Nachricht wartet auf das Senden',
	'connection.waiting_other': '{count} Nachrichten warten auf das Senden',

	'presence.menu': 'Ihr Status',
	'presence.offline': 'Offline',
	'presence.summary': '{name}: {status}, {used} von {limit} Kapazität belegt',
	'presence.capacity': 'Kapazität',
	'presence.used': '{used} von {limit}',
	'presence.set': 'Status setzen: {status}',
	'presence.kind.online': 'nimmt an',
	'presence.kind.busy': 'behält Arbeit',
	'presence.kind.away': 'abwesend',
	'presence.kind.offline': 'offline',

	'palette.title': 'Suche und Befehle',
	'palette.placeholder': 'Gespräche suchen oder Befehl eingeben',
	'palette.conversations': 'Gespräche',
	'palette.colleagues': 'Kolleginnen und Kollegen',
	'palette.none': 'Nichts gefunden',

	'panes.add': 'Weiteres Gespräch daneben',
	'panes.close': 'Diesen Bereich schließen',
	'panes.empty': 'Wählen Sie ein Gespräch für diesen Platz',
	'panes.emptyText': 'Wählen Sie eines aus der Liste. Es öffnet sich hier, neben dem anderen.',
	'panes.next': 'Nächster Bereich',
	'panes.previous': 'Voriger Bereich',

	'forbidden.title': 'Das dürfen Sie nicht sehen',
	'forbidden.list': 'Ihre Berechtigungen umfassen diese Gespräche nicht. Wenden Sie sich an einen Administrator.',
	'forbidden.setup': 'Ihre Berechtigungen umfassen diesen Teil der Einrichtung nicht. Wenden Sie sich an einen Administrator.',

	'notices.title': 'Mitteilungen',
	'notices.unread_one': '{count} ungelesene Mitteilung',
	'notices.unread_other': '{count} ungelesene Mitteilungen',
	'notices.none': 'In den letzten 30 Tagen hat Sie niemand erwähnt.',
	'notices.allRead': 'Alle als gelesen markieren',
	'notices.mentionBy': '{name} hat Sie erwähnt',
	'notices.mentionIn': '{name} hat Sie im Gespräch mit {customer} erwähnt',
	'notices.closed': 'Sie können dieses Gespräch nicht öffnen. Bitten Sie um Zugang, wenn Sie es brauchen.',
	'notices.word': 'Mitteilungen',
	'notices.new': 'Ungelesen',

	'address.phone': 'Telefon',
	'address.scoped': 'Kanal-ID',
	'address.device': 'Browser',
	'address.verified': 'Bestätigt als'
};
