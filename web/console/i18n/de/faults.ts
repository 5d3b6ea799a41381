// Requests that failed without an answer that can be read in German.
import type { Translation } from '$ui/translate.ts';
import type { faults as english } from '../en/faults.ts';

export const faults: Translation<typeof english> = {
	'fault.offline': 'Der Server ist gerade nicht erreichbar.',
	'fault.file': 'Sie konnte nicht beim Anbieter geholt werden.',
	'fault.status': 'Der Server hat mit Status {status} geantwortet.'
};
