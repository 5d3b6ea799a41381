// The browser suite: `npm run e2e`. Files play side by side, as many as there are processors: a story keeps one busy,
// between its browser and its server. What measures time plays alone, afterwards.
import { readdirSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';

const folder = fileURLToPath(new URL('.', import.meta.url));
const alone = ['speed.e2e.mjs', 'slow-phone.e2e.mjs'];
/** The longest first, so that none is left for the end; the others by their size, which tells much the same. */
const first = ['places', 'routing', 'gallery', 'widget', 'quality', 'sms', 'transfer', 'shell', 'compose', 'invitation', 'languages'].map((name) => `${name}.e2e.mjs`);

const names = readdirSync(folder).filter((name) => name.endsWith('.e2e.mjs'));
const rank = (name) => (first.includes(name) ? first.indexOf(name) : first.length);
const together = names.filter((name) => !alone.includes(name)).sort((a, b) => rank(a) - rank(b) || statSync(folder + b).size - statSync(folder + a).size);

/** play runs files and prints what became of them. */
async function play(files, concurrency) {
	const stories = run({ files: files.map((name) => folder + name), concurrency }).on('test:fail', () => (process.exitCode = 1));
	for await (const line of stories.compose(spec)) process.stdout.write(line);
}

await play(together, availableParallelism());
await play(alone, 1);
