// The widget's colours: made from the three that a deployment names, and corrected until each pair
// that carries text reads at 4.5 : 1 and each line that shows where something is at 3 : 1 (WCAG 2.2).
// The accent as a fill is left as it is wherever it can be told from the background: what stands on it is
// chosen to read.

/** sRGB, each part 0–255. */
export type Colour = [number, number, number];

/** The colours of the widget's style sheet, as #rrggbb, by the name of their custom property. */
export interface Look {
	background: string;
	text: string;
	/** Quieter text: times, receipts, hints. */
	muted: string;
	/** Fill of what the other side says. */
	bubble: string;
	/** Hairlines that only decorate. */
	line: string;
	/** Borders that show where a field is: 3 : 1. */
	edge: string;
	/** Fill of what the customer says, of the launcher and of main buttons. */
	accent: string;
	onAccent: string;
	/** The accent as text and as focus ring on the background. */
	accentText: string;
	critical: string;
	positive: string;
	/** dark or light: the scheme of the browser's own controls. */
	scheme: 'light' | 'dark';
}

const white: Colour = [255, 255, 255];
const black: Colour = [0, 0, 0];

/** parseColour reads #rgb and #rrggbb; anything else is undefined. */
export function parseColour(css: string | undefined): Colour | undefined {
	const hex = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(css?.trim() ?? '')?.[1];
	if (!hex) return undefined;
	const wide = hex.length === 3 ? [...hex].map((c) => c + c).join('') : hex;
	const part = (at: number) => parseInt(wide.slice(at, at + 2), 16);
	return [part(0), part(2), part(4)];
}

export const toHex = (colour: Colour) =>
	'#' + colour.map((part) => Math.round(part).toString(16).padStart(2, '0')).join('');

/** Relative luminance as WCAG defines it. */
export function luminance([r, g, b]: Colour): number {
	const linear = (part: number) => {
		const v = part / 255;
		return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
	};
	return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
}

/** Contrast ratio, 1 to 21. */
export function contrast(a: Colour, b: Colour): number {
	const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
	return (high + 0.05) / (low + 0.05);
}

/** mix is a with share (0–1) of b in it. */
export const mix = (a: Colour, b: Colour, share: number): Colour =>
	a.map((part, i) => part + (b[i]! - part) * share) as Colour;

/**
 * legible moves colour towards black or white, whichever needs the smaller step, until it stands
 * out from every ground by the ratio asked for. Steps of 2 % keep as much of the hue as can be kept.
 */
export function legible(colour: Colour, grounds: Colour[], ratio: number): Colour {
	const enough = (candidate: Colour) => grounds.every((ground) => contrast(rounded(candidate), ground) >= ratio);
	for (let share = 0; share <= 1; share += 0.02) {
		for (const end of [black, white]) {
			const candidate = mix(colour, end, share);
			if (enough(candidate)) return rounded(candidate);
		}
	}
	const worst = (c: Colour) => Math.min(...grounds.map((ground) => contrast(c, ground)));
	return worst(black) >= worst(white) ? black : white;
}

const rounded = (colour: Colour) => colour.map(Math.round) as Colour;

/** What a deployment names. Anything missing or unreadable falls back to Switchboard's own. */
export interface Brand {
	accent?: string;
	background?: string;
	text?: string;
}

const ownAccent: Colour = [40, 84, 197];
const ownLight: Colour = [255, 255, 255];
const ownDark: Colour = [24, 26, 31];

/**
 * bubbleOf tints the background towards the text. A middling background has no room for that: there
 * the bubble steps away from the text, which only makes it read better.
 */
function bubbleOf(background: Colour, text: Colour, share: number): Colour {
	const tinted = rounded(mix(background, text, share));
	if (contrast(text, tinted) >= 4.6) return tinted;
	return rounded(mix(background, luminance(text) > luminance(background) ? black : white, share));
}

/** lookOf is the full set for a brand. prefersDark counts only where the brand names no background. */
export function lookOf(brand: Brand, prefersDark: boolean): Look {
	const background = parseColour(brand.background) ?? (prefersDark ? ownDark : ownLight);
	const dark = luminance(background) < 0.18;
	const wished: Colour = parseColour(brand.text) ?? (dark ? [236, 238, 242] : [28, 30, 36]);
	const text = legible(wished, [background], 7);
	const bubble = bubbleOf(background, text, dark ? 0.12 : 0.07);
	const accent = legible(parseColour(brand.accent) ?? ownAccent, [background], 1.3);
	return {
		background: toHex(background),
		text: toHex(text),
		muted: toHex(legible(mix(background, text, 0.62), [background, bubble], 4.5)),
		bubble: toHex(bubble),
		line: toHex(mix(background, text, 0.14)),
		edge: toHex(legible(mix(background, text, 0.4), [background], 3)),
		accent: toHex(accent),
		onAccent: toHex(contrast(white, accent) >= 4.5 ? white : legible(mix(accent, black, 0.86), [accent], 4.5)),
		accentText: toHex(legible(accent, [background, bubble], 4.5)),
		critical: toHex(legible([196, 43, 43], [background, bubble], 4.5)),
		positive: toHex(legible([26, 127, 72], [background], 3)),
		scheme: dark ? 'dark' : 'light'
	};
}
