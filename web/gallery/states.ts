// Shows what a pointer or the keyboard would bring about, without either: every rule that speaks of
// :hover, :focus-visible or :active is written a second time, for what stands in data-as="hover" and so on.
// The kit's own styles stay as they are.

const names: Record<string, string> = { ':hover': 'hover', ':focus-visible': 'focus', ':active': 'active' };
const controls = ':where(a[href], button, input, select, textarea, [tabindex])';

function again(rules: CSSRuleList): string {
	let text = '';
	for (const rule of rules) {
		if (rule instanceof CSSMediaRule) {
			const inner = again(rule.cssRules);
			if (inner) text += `@media ${rule.conditionText} { ${inner} }\n`;
		} else if (rule instanceof CSSStyleRule && /:hover|:focus-visible|:active/.test(rule.selectorText)) {
			const selector = rule.selectorText.replace(/:hover|:focus-visible|:active/g, (name) =>
				name === ':focus-visible' ? `:is([data-as="focus"] ${controls})` : `:is([data-as="${names[name]}"] *)`
			);
			text += `${selector} { ${rule.style.cssText} }\n`;
		}
	}
	return text;
}

/** drawStates writes them for all styles that the page has now. */
export function drawStates(): void {
	const sheet = new CSSStyleSheet();
	sheet.replaceSync([...document.styleSheets].map((one) => again(one.cssRules)).join(''));
	document.adoptedStyleSheets = [sheet];
}
