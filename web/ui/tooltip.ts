// The tooltip: one floating line for whatever is hovered or focused by keyboard. It repeats a name that
// the element already has for readers, so it is hidden from them.
import type { Attachment } from 'svelte/attachments';

let bubble: HTMLElement | undefined;
let timer = 0;

function show(target: Element, text: string) {
	if (!bubble) {
		bubble = document.createElement('div');
		bubble.className = 'sb-tooltip';
		bubble.setAttribute('popover', 'manual');
		bubble.setAttribute('aria-hidden', 'true');
	}
	// Inside an open dialog only the dialog's own descendants are above its backdrop in order.
	(target.closest('dialog') ?? document.body).append(bubble);
	bubble.textContent = text;
	bubble.showPopover();
	const at = target.getBoundingClientRect();
	const own = bubble.getBoundingClientRect();
	const top = at.bottom + 6 + own.height > innerHeight ? at.top - own.height - 6 : at.bottom + 6;
	const left = Math.min(Math.max(4, at.left + at.width / 2 - own.width / 2), innerWidth - own.width - 4);
	bubble.style.top = `${top}px`;
	bubble.style.left = `${left}px`;
}

function hide() {
	clearTimeout(timer);
	if (bubble?.isConnected) bubble.remove();
}

/** tooltip shows text on hover (after a moment) and on keyboard focus. */
export function tooltip(text: string | undefined): Attachment {
	return (node) => {
		if (!text) return;
		const enter = (event: Event) => {
			if ((event as PointerEvent).pointerType === 'touch') return;
			clearTimeout(timer);
			timer = window.setTimeout(() => show(node, text), 450);
		};
		const focus = () => node.matches(':focus-visible') && show(node, text);
		node.addEventListener('pointerenter', enter);
		node.addEventListener('pointerleave', hide);
		node.addEventListener('pointerdown', hide);
		node.addEventListener('focus', focus);
		node.addEventListener('blur', hide);
		return () => {
			hide();
			node.removeEventListener('pointerenter', enter);
			node.removeEventListener('pointerleave', hide);
			node.removeEventListener('pointerdown', hide);
			node.removeEventListener('focus', focus);
			node.removeEventListener('blur', hide);
		};
	};
}
