// Prints how much script each route of the console loads, compressed, and fails above the budget (interface.md).
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const dist = join(dirname(dirname(fileURLToPath(import.meta.url))), 'dist', 'console');
const BUDGET = 150 * 1024;

/** Every file that an entry needs before it runs: its static imports, and theirs. */
function closure(files, seen = new Set()) {
	for (const file of files) {
		if (seen.has(file)) continue;
		seen.add(file);
		const text = readFileSync(join(dist, file), 'utf8');
		const imports = [...text.matchAll(/(?:import|from)\s*"\.\/([^"]+\.js)"/g)].map((m) => `assets/${m[1]}`);
		closure(imports, seen);
	}
	return seen;
}
const size = (files) => [...files].reduce((sum, file) => sum + gzipSync(readFileSync(join(dist, file))).length, 0);

const html = readFileSync(join(dist, 'index.html'), 'utf8');
const entry = closure([...html.matchAll(/(?:src|href)="\/(assets\/[^"]+\.js)"/g)].map((m) => m[1]));
const inbox = size(entry);
console.log(`inbox  ${(inbox / 1024).toFixed(1)} KB gz`);
const main = [...entry].map((file) => readFileSync(join(dist, file), 'utf8')).join('\n');
const chunk = /assets\/(Setup-[\w-]+\.js)|"\.\/(Setup-[\w-]+\.js)"/.exec(main);
if (chunk) console.log(`set-up ${(size(closure([`assets/${chunk[1] ?? chunk[2]}`], new Set(entry))) / 1024).toFixed(1)} KB gz, the inbox's included`);
if (inbox > BUDGET) {
	console.error(`the inbox is over its budget of ${BUDGET / 1024} KB`);
	process.exitCode = 1;
}
