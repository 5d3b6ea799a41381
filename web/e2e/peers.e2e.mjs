// Libraries of others (web/peers), against a server started for them.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { startDemo } from './harness.mjs';

test('libraries that others wrote understand the running server', { timeout: 120_000 }, async () => {
	const demo = await startDemo('--egress-allow', '127.0.0.1');
	try {
		// Without NODE_TEST_CONTEXT: this is a run of its own, with its own report.
		const { NODE_TEST_CONTEXT: _, ...env } = process.env;
		const files = ['twilio', 'whatsapp', 'verification'].map((name) => fileURLToPath(new URL(`../peers/${name}.peer.mjs`, import.meta.url)));
		const run = spawn(process.execPath, ['--test', '--test-reporter=spec', ...files], { env: { ...env, SWITCHBOARD_READY: JSON.stringify(demo.ready) } });
		const said = [];
		for (const stream of [run.stdout, run.stderr]) stream.on('data', (part) => said.push(String(part)));
		const code = await new Promise((resolve) => run.once('close', resolve));
		assert.equal(code, 0, said.join(''));
		assert.match(said.join(''), /pass [1-9]/);
	} finally {
		await demo.stop();
	}
});
