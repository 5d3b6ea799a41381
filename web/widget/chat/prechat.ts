// Pre-chat (CX-1): what is asked before a conversation, and whether the answers will do.

import type { Prefilled } from '../protocol.ts';
import type { Form, FormField, ServiceConfig } from './wire.ts';

export interface Question {
	name: string;
	type: FormField['type'];
	label: string;
	required: boolean;
	maxLength: number;
	choices: { value: string; label: string }[];
}

/** A pre-chat that is being asked, with what the page filled in. */
export interface Asking {
	when: Form['displayContext'];
	questions: Question[];
	prefilled: Record<string, Prefilled>;
}

/** isFixed: the page has filled it in, and the customer may not change it. */
export const isFixed = (asking: Asking, question: Question, answer: string): boolean => asking.prefilled[question.name]?.isEditableByEndUser === false && answer !== '';

/** answered are the answers as they leave: without what surrounds them, and without those not given. */
export const answered = (questions: Question[], answers: Record<string, string>): Record<string, string> =>
	Object.fromEntries(questions.map(({ name }) => [name, (answers[name] ?? '').trim()]).filter(([, value]) => value !== ''));

/** formOf is the form asked before a Conversation or a Session, if there is one. */
export const formOf = (config: ServiceConfig, when: Form['displayContext']): Form | undefined =>
	config.forms?.find((form) => form.formType === 'PreChat' && form.displayContext === when);

/**
 * questionsOf are a form's visible fields in their order. label names a standard field that has no label of
 * its own in the customer's language.
 */
export function questionsOf(config: ServiceConfig, form: Form, locale: string, label: (name: string) => string): Question[] {
	const foreign = config.language !== undefined && config.language.split(/[-_]/)[0] !== locale.split('-')[0];
	return form.formFields
		.filter((field) => !field.isHidden)
		.sort((a, b) => a.order - b.order)
		.map((field) => ({
			name: field.name,
			type: field.type,
			label: (foreign && label(field.name)) || field.label || label(field.name) || field.name,
			required: field.required,
			maxLength: field.maxLength ?? 255,
			choices: (config.choiceListConfig?.choiceList?.find((list) => list.choiceListId === field.choiceListId)?.choiceListValues ?? [])
				.toSorted((a, b) => a.order - b.order)
				.map((value) => ({ value: value.choiceListValueName, label: value.label || value.choiceListValueName }))
		}));
}

/** namesOf are the fields of all forms that are hidden, or that are not. */
export function namesOf(config: ServiceConfig, hidden: boolean): string[] {
	const fields = (config.forms ?? []).flatMap((form) => form.formFields);
	return [...new Set(fields.filter((field) => field.isHidden === hidden).map((field) => field.name))];
}

/** hiddenValues are those values of the page that the form has hidden fields for, cut to their length. */
export function hiddenValues(form: Form | undefined, values: Record<string, string>): Record<string, string> {
	const kept: Record<string, string> = {};
	for (const field of form?.formFields ?? []) {
		const value = values[field.name];
		if (field.isHidden && value !== undefined) kept[field.name] = value.slice(0, field.maxLength ?? 255);
	}
	return kept;
}

/** The label of what is wrong with an answer. */
export type Complaint = 'prechat_required' | 'prechat_email' | 'prechat_phone' | 'prechat_number' | 'prechat_long' | 'prechat_choice';

/** complaintAbout says what is wrong with an answer, or nothing. */
export function complaintAbout(question: Question, answer: string): Complaint | undefined {
	const value = answer.trim();
	if (question.type === 'Checkbox') return question.required && value !== 'true' ? 'prechat_required' : undefined;
	if (!value) return !question.required ? undefined : question.type === 'ChoiceList' ? 'prechat_choice' : 'prechat_required';
	if (value.length > question.maxLength) return 'prechat_long';
	switch (question.type) {
		case 'Email':
			return /^[^\s@]+@[^\s@]+\.[^\s@]{2,}$/.test(value) ? undefined : 'prechat_email';
		case 'Phone':
			return /^\+?[\d\s().\-/]{5,30}$/.test(value) && value.replace(/\D/g, '').length >= 5 ? undefined : 'prechat_phone';
		case 'Number':
			return /^[+-]?\d+([.,]\d+)?$/.test(value) ? undefined : 'prechat_number';
		case 'ChoiceList':
			return question.choices.some((choice) => choice.value === value) ? undefined : 'prechat_choice';
		default:
			return undefined;
	}
}
