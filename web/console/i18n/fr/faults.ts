// Requests that failed without an answer that can be read in French.
import type { Translation } from '$ui/translate.ts';
import type { faults as english } from '../en/faults.ts';

export const faults: Translation<typeof english> = {
	'fault.offline': 'Le serveur est injoignable pour l’instant.',
	'fault.file': 'Il n’a pas pu être récupéré chez le fournisseur.',
	'fault.status': 'Le serveur a répondu avec le statut {status}.'
};
