// axe in the pages: what it finds, whatever is being looked at.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds depends on colours in these alone: a page that was looked at in one scheme needs no others in the next. */
export const colours = ['color-contrast', 'link-in-text-block'];

/** violations runs axe in a page or a frame, which has it after the first time. */
export async function violations(frame, options = {}) {
	await frame.evaluate((axe) => globalThis.axe || (0, eval)(axe), axe);
	// The colours of another scheme come a few frames later: what lasts is a finding.
	for (let tries = 3; ; tries--) {
		await frame.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
		const { violations } = await frame.evaluate((options) => globalThis.axe.run(document, { resultTypes: ['violations'], ...options }), options);
		if (violations.length === 0 || tries === 1) return violations;
	}
}

const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** inspect gives what is serious or critical in a frame: everything in light, and in dark what depends on colours. */
export async function inspect(name, page, frame = page.mainFrame()) {
	const found = [];
	for (const [colorScheme, runOnly] of [['dark', { type: 'rule', values: colours }], ['light', { type: 'tag', values: tags }]]) {
		await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
		found.push(...told(`${name}, ${colorScheme}`, (await violations(frame, { runOnly })).filter((one) => ['serious', 'critical'].includes(one.impact))));
	}
	return found;
}

/** told says each finding in one line. */
export const told = (name, violations) => violations.map((v) => `${name}: ${v.id}: ${v.nodes.slice(0, 4).map((n) => `${n.html.slice(0, 160)} ${n.any[0]?.message ?? n.all[0]?.message ?? ''}`).join(' | ')}`);
