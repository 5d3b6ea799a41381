// Requests that failed without an answer that can be read in Arabic.
import type { Translation } from '$ui/translate.ts';
import type { faults as english } from '../en/faults.ts';

export const faults: Translation<typeof english> = {
	'fault.offline': 'يتعذّر الوصول إلى الخادم الآن.',
	'fault.file': 'تعذّر جلبه من المزوّد.',
	'fault.status': 'أجاب الخادم بالحالة \u2068{status}\u2069.'
};
