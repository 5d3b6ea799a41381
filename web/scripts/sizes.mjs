// Prints how much script each route of the console loads, and all that the widget loads until its window can be
// seen, compressed, and fails above the budgets (interface.md).
import { readdirSync, readFileSync } from 'node:fs';
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

// The widget: the page's script, the frame, the window behind it and one language.
const widget = join(dirname(dist), 'widget');
const WIDGET_BUDGET = 40 * 1024;
const assets = readdirSync(join(widget, 'assets'));
const named = (start) => assets.filter((name) => name.startsWith(`${start}-`) && /\.(js|css)$/.test(name));
const frame = readFileSync(join(widget, 'frame.html'), 'utf8');
const parts = new Set(['frame.html', 'bootstrap.min.js']);
const add = (file) => {
	if (parts.has(file)) return;
	parts.add(file);
	if (!file.endsWith('.js')) return;
	for (const [, name] of readFileSync(join(widget, file), 'utf8').matchAll(/(?:import|from)\s*"\.\/([^"]+\.js)"/g)) add(`assets/${name}`);
};
for (const [, file] of frame.matchAll(/(?:src|href)="\/widget\/(assets\/[^"]+)"/g)) add(file);
for (const name of [...named('window'), ...named('labels.en')]) add(`assets/${name}`);
const painted = [...parts].reduce((sum, file) => sum + gzipSync(readFileSync(join(widget, file))).length, 0);
console.log(`widget ${(painted / 1024).toFixed(1)} KB gz until its window can be seen`);
if (painted > WIDGET_BUDGET) {
	console.error(`the widget is over its budget of ${WIDGET_BUDGET / 1024} KB`);
	process.exitCode = 1;
}
