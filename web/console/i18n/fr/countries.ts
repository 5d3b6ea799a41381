// The set-up's words about the country table in French.
import type { Translation } from '$ui/translate.ts';
import type { countries as english } from '../en/countries.ts';

export const countries: Translation<typeof english> = {
	'countries.title': 'Pays',
	'countries.text': 'À quoi les numéros de SMS peuvent servir, et quand une entreprise peut écrire en premier, pays par pays.',
	'countries.numbers': 'Types de numéros',
	'countries.hours': 'Heures d’envoi',
	'countries.values': 'Valeurs',
	'countries.builtIn': 'D’origine',
	'countries.changed': 'Modifié ici',
	'countries.elsewhere': 'Partout ailleurs',
	'countries.other': 'Un autre pays…',
	'countries.never': 'Jamais',
	'countries.noKind': 'Aucun',
	'countries.elsewhereText': 'Ceci vaut dans tous les pays qui n’ont pas leur propre ligne.',
	'countries.notListed': 'Ce pays n’a pas sa propre ligne : ce qui vaut partout ailleurs vaut ici. Une modification lui en donne une.',
	'countries.numbersText': 'Un type désactivé n’existe pas là-bas : rien n’est envoyé depuis un tel numéro. Les règles valent quand un message est écrit, et encore quand il part.',
	'countries.noSuch': 'N’existe pas dans ce pays.',
	'countries.use.answer': 'Répondre aux clients',
	'countries.use.begin': 'Écrire en premier',
	'countries.use.automated': 'Messages automatiques',
	'countries.use.campaign': 'Campagnes',
	'countries.limited': 'Limité par mois',
	'countries.limitedHint': 'Limite un numéro à 15 000 messages par mois, et à 3 pour chaque message reçu.',
	'countries.abroad': 'Peut écrire vers d’autres pays',
	'countries.minDigits': 'Nombre minimal de chiffres',
	'countries.maxDigits': 'Nombre maximal de chiffres',
	'countries.hoursText': 'Quand une entreprise peut écrire en premier, à l’heure du client. Les réponses partent à toute heure ; qui commence une conversation hors de ces heures est averti.',
	'countries.from': '{day}, de',
	'countries.until': '{day}, jusqu’à',
	'countries.closed': 'Fermé',
	'countries.closedOn': 'Fermé aussi le',
	'countries.closedOnHint': 'Jours fériés et autres, séparés par des virgules : 12-25 pour chaque année, 2027-03-29 pour une seule. Les fêtes mobiles sont à ajouter par vous.',
	'countries.advice': 'Les heures d’origine sont un début prudent, pas un conseil juridique : voyez ce que demande la loi du pays.',
	'countries.reset': 'Revenir aux valeurs d’origine'
};
