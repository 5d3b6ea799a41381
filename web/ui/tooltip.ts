// The tooltip: one floating line for whatever is hovered or focused by keyboard. It repeats a name that
// the element already has for readers, so it is hidden from them. It stays while the pointer is on it,
// and Escape takes it away (WCAG 1.4.13).
import type { Attachment } from 'svelte/attachments';
import { place } from './place.ts';

let bubble: HTMLElement | undefined;
let owner: Element | undefined;
let timer = 0;

function escape(event: KeyboardEvent) {
	if (event.key === 'Escape') hide();
}

function show(target: Element, text: string) {
	if (!target.isConnected) return;
	if (!bubble) {
		bubble = document.createElement('div');
		bubble.className = 'sb-tooltip';
		bubble.setAttribute('popover', 'manual');
		bubble.setAttribute('aria-hidden', 'true');
		bubble.addEventListener('pointerenter', () => clearTimeout(timer));
		bubble.addEventListener('pointerleave', hide);
	}
	// Inside an open dialog only the dialog's own descendants are above its backdrop in order.
	(target.closest('dialog') ?? document.body).append(bubble);
	bubble.textContent = text;
	bubble.showPopover();
	place(target, bubble, { align: 'centre', gap: 6 });
	owner = target;
	addEventListener('keydown', escape, { capture: true });
}

function hide() {
	clearTimeout(timer);
	removeEventListener('keydown', escape, { capture: true });
	owner = undefined;
	if (bubble?.isConnected) bubble.remove();
}

/** tooltip shows text on hover (after a moment) and on keyboard focus. */
export function tooltip(text: string | undefined): Attachment {
	return (node) => {
		if (!text) return;
		const enter = (event: Event) => {
			if ((event as PointerEvent).pointerType === 'touch') return;
			clearTimeout(timer);
			// Whoever is reading one tooltip doesn't wait for the next.
			timer = window.setTimeout(() => show(node, text), bubble?.isConnected ? 0 : 450);
		};
		const leave = () => {
			clearTimeout(timer);
			if (owner === node) timer = window.setTimeout(hide, 100);
		};
		const focus = () => node.matches(':focus-visible') && show(node, text);
		node.addEventListener('pointerenter', enter);
		node.addEventListener('pointerleave', leave);
		node.addEventListener('pointerdown', hide);
		node.addEventListener('focus', focus);
		node.addEventListener('blur', hide);
		return () => {
			if (owner === node) hide();
			node.removeEventListener('pointerenter', enter);
			node.removeEventListener('pointerleave', leave);
			node.removeEventListener('pointerdown', hide);
			node.removeEventListener('focus', focus);
			node.removeEventListener('blur', hide);
		};
	};
}
