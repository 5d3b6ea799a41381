import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drain, Outbox, type Outcome, type Pending } from './outbox.ts';
import { memory, openStore } from './storage.ts';

function browser() {
	Object.defineProperty(globalThis, 'localStorage', { value: memory(), configurable: true });
	return () => new Outbox(openStore('t:', true));
}

const write = (outbox: Outbox, id: string, now: number) => outbox.add({ id, text: id, answers: '' }, now);

test('messages leave in the order of writing, even when the clock goes back', async () => {
	const outbox = browser()();
	write(outbox, 'c', 30);
	write(outbox, 'b', 20);
	write(outbox, 'a', 20);
	const sent: string[] = [];
	await drain(outbox, async (item) => (sent.push(item.id), { kind: 'sent' }));
	assert.deepEqual(sent, ['c', 'b', 'a']);
	assert.deepEqual(outbox.list(), []);
});

test('what cannot be sent now holds back what is behind it, and keeps its id', async () => {
	const outbox = browser()();
	for (const id of ['1', '2', '3']) write(outbox, id, 1);
	const tried: string[] = [];
	const answers: Outcome[] = [{ kind: 'sent' }, { kind: 'later', afterMs: 500 }];
	const send = async (item: Pending): Promise<Outcome> => (tried.push(item.id), answers.shift() ?? { kind: 'sent' });
	assert.equal(await drain(outbox, send), 500);
	assert.deepEqual(outbox.list().map((item) => item.id), ['2', '3']);
	assert.equal(await drain(outbox, send), undefined);
	assert.deepEqual(tried, ['1', '2', '2', '3']);
});

test('a refused message stays for Resend and does not hold the others', async () => {
	const outbox = browser()();
	write(outbox, 'bad', 1);
	write(outbox, 'good', 2);
	const refuse = async (item: Pending): Promise<Outcome> => (item.id === 'bad' ? { kind: 'refused', reason: 'why' } : { kind: 'sent' });
	await drain(outbox, refuse);
	assert.deepEqual(outbox.list().map((item) => [item.id, item.failed]), [['bad', 'why']]);
	outbox.change('bad', { failed: undefined });
	await drain(outbox, async () => ({ kind: 'sent' }));
	assert.deepEqual(outbox.list(), []);
});

test('two tabs writing at once lose nothing, and a sent message is not brought back', () => {
	const tab = browser();
	const [one, two] = [tab(), tab()];
	write(one, 'x', 5);
	write(two, 'y', 5);
	assert.deepEqual(one.list().map((item) => item.id), ['x', 'y']);
	two.remove('x');
	one.change('x', { failed: 'late' });
	assert.deepEqual(one.list().map((item) => item.id), ['y']);
});

test('a message written during a round leaves in it', async () => {
	const outbox = browser()();
	write(outbox, 'first', 1);
	const sent: string[] = [];
	await drain(outbox, async (item) => {
		if (item.id === 'first') write(outbox, 'second', 2);
		sent.push(item.id);
		return { kind: 'sent' };
	});
	assert.deepEqual(sent, ['first', 'second']);
});

test('a full storage keeps what is being written', () => {
	const full = { ...memory(), setItem: (key: string) => { if (key.startsWith('t:')) throw new Error('quota'); } };
	Object.defineProperty(globalThis, 'localStorage', { value: full, configurable: true });
	const outbox = new Outbox(openStore('t:', true));
	write(outbox, 'kept', 1);
	assert.deepEqual(outbox.list().map((item) => item.id), ['kept']);
	outbox.remove('kept');
	assert.deepEqual(outbox.list(), []);
});
