// The set-up's words about the organisation, errors and quarantine in French.
import type { Translation } from '$ui/translate.ts';
import type { house as english } from '../en/house.ts';

export const house: Translation<typeof english> = {
	'organisation.title': 'Organisation',
	'organisation.zone': 'Fuseau horaire',
	'organisation.formats': 'L’aspect des dates et des nombres',
	'organisation.now': 'Maintenant, dans ce fuseau',
	'organisation.number': 'Un nombre',
	'organisation.badLanguage': 'Cette langue ne peut pas être affichée.',
	'organisation.key': 'Clé de l’organisation',
	'organisation.keyHint': 'Désigne l’organisation dans l’API client.',

	'errors.title': 'Erreurs de distribution',
	'errors.text': 'Ce qui n’a pas pu être distribué ces 30 derniers jours, pourquoi, et comment y remédier.',
	'errors.none': 'Tout a été distribué',
	'errors.noneText': 'Les échecs des 30 derniers jours apparaissent ici.',
	'errors.at': 'Quand',
	'errors.what': 'Ce qui s’est passé',
	'errors.advice': 'Que faire',
	'errors.open': 'Ouvrir la conversation',

	'quarantine.title': 'Quarantaine',
	'quarantine.text': 'Les appels des fournisseurs qui n’ont pas été compris ces 7 derniers jours. Ils n’ont donné aucun message ; leur trace est gardée ici, sans leur contenu.',
	'quarantine.none': 'Tout a été compris',
	'quarantine.noneText': 'Un appel illisible est refusé, et sa trace reste ici 7 jours.',
	'quarantine.one': 'Appel en quarantaine',
	'quarantine.at': 'Quand',
	'quarantine.why': 'Motif',
	'quarantine.size': 'Taille',
	'quarantine.hash': 'SHA-256',
	'quarantine.hashHint': 'Du contenu. Il permet de retrouver une copie dans le journal du fournisseur ou dans un proxy.',
	'quarantine.headers': 'En-têtes',
	'quarantine.noHeaders': 'Aucun n’a été gardé.',
	'quarantine.noChannel': 'Un canal disparu',
	'quarantine.details': 'Détails',
	'quarantine.open': 'Détails de l’appel du {at}',
	'quarantine.advice': 'Le fournisseur a été informé que l’appel est incorrect, et l’enverra peut-être de nouveau. S’il revient sans cesse, comparez les réglages du webhook chez le fournisseur avec ceux du canal.'
};
