// How a pre-chat's question is typed in: what the browser's field is, and what it may fill in.

import type { FullAutoFill, HTMLInputAttributes } from 'svelte/elements';
import type { Question } from '../chat/prechat.ts';

type Input = Pick<HTMLInputAttributes, 'type' | 'inputmode' | 'autocomplete'>;

const fill: Record<string, FullAutoFill> = { _firstName: 'given-name', _lastName: 'family-name', _email: 'email', _phone: 'tel' };
const kinds: Partial<Record<Question['type'], Input>> = {
	Email: { type: 'email', inputmode: 'email', autocomplete: 'email' },
	Phone: { type: 'tel', inputmode: 'tel', autocomplete: 'tel' },
	Number: { type: 'text', inputmode: 'decimal' }
};

/** inputOf are the attributes of a question's field. */
export function inputOf(question: Question): Input {
	const kind = kinds[question.type];
	return { type: 'text', ...kind, autocomplete: fill[question.name] ?? kind?.autocomplete ?? 'off' };
}
