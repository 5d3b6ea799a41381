// axe in the pages: what it finds, whatever is being looked at.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds depends on colours in these alone: a page that was looked at in one scheme needs no others in the next. */
export const colours = ['color-contrast', 'link-in-text-block'];

/** And in these on where things stand and how large they are. */
export const layout = ['target-size', 'scrollable-region-focusable'];

/** violations runs axe in a page or a frame, but not in what `exclude` selects: { exclude: [selector], runOnly, rules }. */
export async function violations(frame, { exclude = [], matters = () => true, ...options } = {}) {
	// It has axe after the first time. That is half a megabyte: to hand it over again would cost more than it does.
	if (!(await frame.evaluate(() => 'axe' in globalThis))) await frame.evaluate(axe);
	// The colours of another scheme come a few frames later: what lasts is a finding.
	for (let tries = 3; ; tries--) {
		await frame.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
		// No rule of these reads what preload would fetch: every style sheet, each time.
		const found = await frame.evaluate(async ([exclude, options]) => {
			const { violations } = await globalThis.axe.run({ include: [document], exclude }, { resultTypes: ['violations'], preload: false, ...options });
			return violations;
		}, [exclude, options]);
		const lasting = found.filter(matters);
		if (lasting.length === 0 || tries === 1) return lasting;
	}
}

const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
/** What keeps somebody from something. */
export const serious = (one) => ['serious', 'critical'].includes(one.impact);
const looks = { dark: { type: 'rule', values: colours }, light: { type: 'tag', values: tags } };
/** The scheme that a page was left in. */
const schemes = new WeakMap();

/**
 * inspect gives what is serious or critical in a frame: everything in light, and in dark what depends on colours. It
 * begins with the scheme that the page has and leaves it in the other: each change draws everything again.
 */
export async function inspect(name, page, frame = page.mainFrame(), exclude = []) {
	const found = [];
	const begin = schemes.get(page) ?? 'light';
	for (const colorScheme of [begin, begin === 'light' ? 'dark' : 'light']) {
		if (colorScheme !== schemes.get(page)) await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
		schemes.set(page, colorScheme);
		found.push(...told(`${name}, ${colorScheme}`, await violations(frame, { exclude, matters: serious, runOnly: looks[colorScheme] })));
	}
	return found;
}

/** told says each finding in one line. */
export const told = (name, violations) => violations.map((v) => `${name}: ${v.id}: ${v.nodes.slice(0, 4).map((n) => `${n.html.slice(0, 160)} ${n.any[0]?.message ?? n.all[0]?.message ?? ''}`).join(' | ')}`);
