import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pieces } from './content.ts';
import { complaintAbout as fileComplaint, rulesOf } from './files.ts';
import { complaintAbout, hiddenValues, type Question } from './prechat.ts';

const question = (type: Question['type'], more: Partial<Question> = {}): Question => ({ name: 'q', type, label: 'Q', required: false, maxLength: 20, choices: [], ...more });

test('answers are checked by their type', () => {
	const cases: [Question, string, string | undefined][] = [
		[question('Text', { required: true }), '  ', 'prechat_required'],
		[question('Text'), '', undefined],
		[question('Text'), 'x'.repeat(21), 'prechat_long'],
		[question('Email'), 'a@b', 'prechat_email'],
		[question('Email'), 'a@b.de', undefined],
		[question('Phone'), '+49 (30) 1234-5', undefined],
		[question('Phone'), 'call me', 'prechat_phone'],
		[question('Number'), '-3,5', undefined],
		[question('Number'), '3e5', 'prechat_number'],
		[question('Checkbox', { required: true }), 'false', 'prechat_required'],
		[question('Checkbox'), 'false', undefined],
		[question('ChoiceList', { choices: [{ value: 'a', label: 'A' }] }), 'b', 'prechat_choice']
	];
	for (const [asked, answer, expected] of cases) assert.equal(complaintAbout(asked, answer), expected, `${asked.type} ${answer}`);
});

test('only hidden fields of the form take values from the page', () => {
	const field = { type: 'Text' as const, order: 1, required: false };
	const form = { formType: 'PreChat', displayContext: 'Conversation' as const, formFields: [{ ...field, name: 'plan', isHidden: true, maxLength: 3 }, { ...field, name: 'email', isHidden: false }] };
	assert.deepEqual(hiddenValues(form, { plan: 'golden', email: 'x@y.z', other: '1' }), { plan: 'gol' });
});

test('links are web addresses only, without the full stop behind them', () => {
	assert.deepEqual(pieces('see https://a.example/x?y=1. Or javascript:alert(1)'), [
		{ text: 'see ' },
		{ text: 'https://a.example/x?y=1', href: 'https://a.example/x?y=1' },
		{ text: '. Or javascript:alert(1)' }
	]);
});

test('files are checked before they travel', () => {
	const rules = rulesOf({ fileTypes: ['pdf', 'image/png'], maxFileBytes: 10 });
	assert.equal(fileComplaint(rules, { name: 'a.pdf', type: '', size: 10 }), undefined);
	assert.equal(fileComplaint(rules, { name: 'a.png', type: 'image/png', size: 11 }), 'file_size');
	assert.equal(fileComplaint(rules, { name: 'a.svg', type: 'image/svg+xml', size: 1 }), 'file_type');
	assert.equal(fileComplaint(rulesOf(undefined), { name: 'scan.TIF', type: '', size: 1 }), undefined);
});
