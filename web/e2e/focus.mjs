// Where the keyboard is, and whether that can be seen.

/** What has the focus in a page or a frame: its name, and whether it looks other than without the focus. Nothing when the page itself has it. */
export const stop = (frame) =>
	frame.evaluate(() => {
		let at = document.activeElement;
		while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
		if (!at || at === document.body) return undefined;
		const name = at.getAttribute('aria-label') || at.labels?.[0]?.textContent || (at.getAttribute('aria-labelledby') && document.getElementById(at.getAttribute('aria-labelledby'))?.textContent) || at.textContent || '';
		// The look with focus against the look without: of the element and what is around it.
		const around = [at, at.parentElement, at.closest('label'), at.closest('section, form')].filter(Boolean);
		const look = () => around.flatMap((element) => ['', '::before', '::after'].map((part) => {
			const style = getComputedStyle(element, part);
			return [style.outlineStyle, style.outlineWidth, style.boxShadow, style.borderColor, style.backgroundColor].join();
		})).join('|');
		const focused = look();
		at.blur();
		const drawn = look() !== focused;
		at.focus();
		return { name: name.trim().replace(/\s+/g, ' '), drawn };
	});

/** keysTo presses a key until what begins with the name has the focus, which must be seen there. */
export async function keysTo(page, name, { key = 'Tab', frame = page.mainFrame(), most = 80 } = {}) {
	const passed = [];
	const is = (at) => at && (name instanceof RegExp ? name.test(at.name) : at.name.startsWith(name));
	for (let i = 0; i < most; i++) {
		await page.keyboard.press(key);
		const at = await stop(frame);
		if (!is(at)) {
			passed.push(at?.name.slice(0, 40) ?? '(page)');
			continue;
		}
		if (!at.drawn) throw new Error(`the focus can’t be seen on ${at.name}`);
		return;
	}
	throw new Error(`${key} never reaches ${name}: ${passed.join(' · ')}`);
}
