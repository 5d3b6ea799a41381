// Requests that failed without an answer that can be read in Spanish.
import type { Translation } from '$ui/translate.ts';
import type { faults as english } from '../en/faults.ts';

export const faults: Translation<typeof english> = {
	'fault.offline': 'No se puede contactar con el servidor en este momento.',
	'fault.file': 'No se pudo obtener del proveedor.',
	'fault.status': 'El servidor respondió con el estado {status}.'
};
