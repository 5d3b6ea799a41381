// Where something that floats goes: below what it belongs to, above where there is no room, within the window.

export interface Placing {
	/** Which edge is shared with the anchor; logical, so right-to-left mirrors. */
	align?: 'start' | 'end' | 'centre';
	gap?: number;
	/** As wide as the anchor, as a list of choices is; never too narrow to read. */
	match?: boolean;
}
interface Box {
	top: number;
	bottom: number;
	left: number;
	right: number;
}
interface Size {
	width: number;
	height: number;
}

const EDGE = 4;

/** spot is the place of a box of a size beside its anchor in a window. Pure, so that tests can ask. */
export function spot(at: Box, own: Size, window: Size, rtl: boolean, { align = 'start', gap = 4 }: Placing = {}): { top: number; left: number; room: number } {
	const below = window.height - at.bottom - gap - EDGE;
	const above = at.top - gap - EDGE;
	const under = own.height <= below || below >= above;
	const room = Math.max(0, under ? below : above);
	const height = Math.min(own.height, room);
	const top = under ? at.bottom + gap : at.top - gap - height;
	const first = at.left;
	const last = at.right - own.width;
	const wanted = align === 'centre' ? (at.left + at.right - own.width) / 2 : (align === 'start') !== rtl ? first : last;
	const fits = (left: number) => left >= EDGE && left + own.width <= window.width - EDGE;
	// The other edge before a place that fits neither.
	const left = fits(wanted) || align === 'centre' ? wanted : fits(first) ? first : fits(last) ? last : wanted;
	return { top, left: Math.max(EDGE, Math.min(left, window.width - own.width - EDGE)), room };
}

/** place puts a shown element beside its anchor once. */
export function place(anchor: Element, floating: HTMLElement, placing: Placing = {}): void {
	const at = anchor.getBoundingClientRect();
	floating.style.maxHeight = '';
	if (placing.match) floating.style.width = `${Math.max(at.width, 200)}px`;
	const own = { width: floating.offsetWidth, height: floating.offsetHeight };
	const { top, left, room } = spot(at, own, { width: document.documentElement.clientWidth, height: innerHeight }, getComputedStyle(anchor).direction === 'rtl', placing);
	if (own.height > room) floating.style.maxHeight = `${room}px`;
	floating.style.top = `${top}px`;
	floating.style.left = `${left}px`;
}

/** float places it and keeps it there while the page scrolls or changes its size, until it is told to stop. */
export function float(anchor: Element, floating: HTMLElement, placing: Placing = {}): () => void {
	const again = (event?: Event) => {
		if (event?.target instanceof Node && floating.contains(event.target)) return;
		place(anchor, floating, placing);
	};
	again();
	addEventListener('scroll', again, { capture: true, passive: true });
	addEventListener('resize', again);
	return () => {
		removeEventListener('scroll', again, { capture: true });
		removeEventListener('resize', again);
	};
}
