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
const chunks = readdirSync(join(dist, 'assets')).filter((name) => name.endsWith('.js'));

function hold(what, bytes, budget) {
	console.log(`${what.padEnd(16)} ${(bytes / 1024).toFixed(1).padStart(6)} KB gz of ${budget / 1024}`);
	if (bytes <= budget) return;
	console.error(`${what} is over its budget`);
	process.exitCode = 1;
}

hold('inbox', size(entry), BUDGET);
// What comes when it is wanted, with the inbox below it; set-up may be more, once a week.
for (const [route, parts, budget] of [['search', ['Search']], ['palette', ['Palette']], ['preferences', ['Preferences']], ['start', ['StartConversation']], ['transfer', ['TransferDialog']], ['set-up', ['Setup', 'words'], 200 * 1024]]) {
	const files = parts.flatMap((part) => chunks.filter((name) => name.startsWith(`${part}-`))).map((name) => `assets/${name}`);
	if (files.length < parts.length) throw new Error(`${route} has no chunk of its own: ${parts}`);
	hold(route, size(closure(files, new Set(entry))), budget ?? BUDGET);
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
hold('widget', painted, WIDGET_BUDGET);
