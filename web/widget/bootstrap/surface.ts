// What the widget puts into the page: the launcher, inside a shadow root where the page's styles
// don't reach, and the frame. Their looks are set through the CSSOM, which a strict
// Content-Security-Policy of the page allows.

import { envelope, opened, type Ready, type ToFrame, type ToPage } from '../protocol.ts';

export interface SurfaceOwner {
	pressed(): void;
	hello(): void;
	ready(ready: Ready): void;
	failed(reason: string): void;
	hours(within: boolean): void;
	minimise(closed: boolean): void;
	cleared(): void;
	event(name: string, detail: unknown): void;
}

/** Up to this size the window takes the whole screen: phones, and pages at a zoom of 400 %. */
const small = matchMedia('(max-width: 480px), (max-height: 420px)');

/** How long a loaded frame may stay silent. */
const silenceMs = 5000;

const css = `
:host { all: initial; }
button { position: fixed; bottom: max(20px, env(safe-area-inset-bottom)); width: 56px; height: 56px; z-index: 2147483000; display: grid; place-items: center;
 border: 0; border-radius: 50%; padding: 0; cursor: pointer; background: var(--accent); color: var(--on); box-shadow: 0 4px 20px rgb(0 0 0 / .28); transition: transform .15s ease-out; }
button:hover { transform: translateY(-2px); }
button:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px; box-shadow: 0 0 0 3px var(--ground); }
button[hidden] { display: none; }
svg { fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
span { position: absolute; top: -4px; inset-inline-end: -4px; min-width: 22px; height: 22px; padding: 0 6px; box-sizing: border-box; border-radius: 11px;
 background: #c62828; color: #fff; border: 2px solid var(--ground); font: 600 12px/18px system-ui, sans-serif; text-align: center; }
span:empty { display: none; }
@media (prefers-reduced-motion: reduce) { button { transition: none; } button:hover { transform: none; } }
@media (forced-colors: active) { button, span { border: 2px solid; } }
@media print { button { display: none; } }
`;

const drawings = {
	talk: 'M7.9 20A9 9 0 1 0 4 16.1L2 22Z',
	down: 'm6 9 6 6 6-6'
};

export class Surface {
	isOpen = false;
	private readonly host = document.createElement('div');
	private readonly button = document.createElement('button');
	private readonly badge = document.createElement('span');
	private readonly path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
	private readonly frame = document.createElement('iframe');
	private readonly origin: string;
	private labels: Ready['labels'] | undefined;
	private position: Ready['position'] = 'right';
	private unread = 0;
	/** The number of unread messages in words. */
	private unreadLabel = '';
	private wanted = false;
	private heard = false;
	private overflow = '';

	constructor(base: URL, account: Record<string, string>, target: HTMLElement, owner: SurfaceOwner) {
		this.origin = base.origin;
		this.drawLauncher(owner);
		this.frame.src = `${new URL('frame.html', base)}?${new URLSearchParams({ ...account, origin: location.origin })}`;
		this.frame.allow = 'clipboard-write';
		// A frame that this page may not hold loads too, as the browser's own page: then nobody speaks.
		this.frame.onload = () => setTimeout(() => this.heard || owner.failed('The widget did not load. Is the origin of this page on the allowlist of the deployment?'), silenceMs);
		// The frame comes first in the order of focus: the launcher closes what stands before it.
		Object.assign(this.frame.style, { border: matchMedia('(forced-colors: active)').matches ? '2px solid' : '0', boxSizing: 'border-box', position: 'fixed', zIndex: '2147483001', visibility: 'hidden', opacity: '0', colorScheme: 'normal' });
		addEventListener('message', (event) => {
			if (event.source !== this.frame.contentWindow || event.origin !== this.origin) return;
			const message = opened<ToPage>(event.data);
			if (message) this.hear(message, owner);
		});
		small.addEventListener('change', () => this.lay());
		visualViewport?.addEventListener('resize', () => this.lay());
		visualViewport?.addEventListener('scroll', () => this.lay());
		target.append(this.frame, this.host);
		this.lay();
	}

	say(message: ToFrame) {
		// Before its first word nobody listens there, and the browser would complain of the wrong origin.
		if (this.heard) this.frame.contentWindow?.postMessage(envelope(message), this.origin);
	}

	/** dress gives launcher and frame the deployment's colours, words and side. */
	dress({ look, labels, position }: Ready) {
		this.labels = labels;
		this.position = position;
		this.frame.title = labels.title;
		const style = this.host.style;
		style.setProperty('--accent', look.accent);
		style.setProperty('--on', look.onAccent);
		style.setProperty('--ground', look.background);
		this.button.style.left = position === 'left' ? '20px' : 'auto';
		this.button.style.right = position === 'left' ? 'auto' : '20px';
		this.frame.style.background = look.background;
		this.draw();
		this.lay();
	}

	showButton(shown: boolean) {
		this.wanted = shown;
		this.draw();
		this.lay();
	}

	open() {
		this.isOpen = true;
		this.say({ type: 'open' });
		this.draw();
		this.lay();
		this.frame.focus();
	}

	minimise() {
		const focused = document.activeElement === this.frame;
		this.isOpen = false;
		this.say({ type: 'minimise' });
		this.draw();
		this.lay();
		if (focused) this.button.focus();
	}

	private hear(message: ToPage, owner: SurfaceOwner) {
		switch (message.type) {
			case 'hello':
				this.heard = true;
				owner.hello();
				if (this.isOpen) this.say({ type: 'open' });
				return;
			case 'ready':
				return owner.ready(message.ready);
			case 'failed':
				return owner.failed(message.reason);
			case 'unread':
				this.unread = message.count;
				this.unreadLabel = message.label;
				return this.draw();
			case 'hours':
				return owner.hours(message.within);
			case 'minimise':
				return owner.minimise(message.closed);
			case 'cleared':
				return owner.cleared();
			case 'event':
				// Only our own names: a frame has no business with a page's other events.
				if (message.name.startsWith('onEmbedded')) owner.event(message.name, message.detail);
		}
	}

	private drawLauncher(owner: SurfaceOwner) {
		const root = this.host.attachShadow({ mode: 'open' });
		const sheet = new CSSStyleSheet();
		sheet.replaceSync(css);
		root.adoptedStyleSheets = [sheet];
		const icon = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
		for (const [name, value] of Object.entries({ viewBox: '0 0 24 24', width: '26', height: '26', 'aria-hidden': 'true' })) icon.setAttribute(name, value);
		icon.append(this.path);
		this.button.type = 'button';
		this.button.hidden = true;
		this.button.onclick = () => owner.pressed();
		this.button.append(icon, this.badge);
		root.append(this.button);
	}

	/** draw brings the launcher up to date. On a full screen the window's own button closes it. */
	private draw() {
		if (!this.labels) return;
		this.button.hidden = !this.wanted || (this.isOpen && small.matches);
		this.path.setAttribute('d', this.isOpen ? drawings.down : drawings.talk);
		const unread = this.isOpen ? 0 : this.unread;
		this.badge.textContent = unread === 0 ? '' : unread > 99 ? '99+' : String(unread);
		const words = unread > 0 ? `, ${this.unreadLabel}` : '';
		this.button.setAttribute('aria-label', (this.isOpen ? this.labels.close : this.labels.open) + words);
		this.button.setAttribute('aria-expanded', String(this.isOpen));
	}

	/** lay puts the frame where it belongs: beside the launcher, or over the whole of a small screen above the keyboard. */
	private lay() {
		const full = small.matches;
		const view = visualViewport;
		const side = this.position === 'left' ? 'left' : 'right';
		const other = side === 'left' ? 'right' : 'left';
		const place = full
			? { [side]: 'auto', left: '0', top: `${view?.offsetTop ?? 0}px`, bottom: 'auto', width: '100%', height: view ? `${view.height}px` : '100dvh', borderRadius: '0', boxShadow: 'none' }
			: { [side]: '20px', [other]: 'auto', top: 'auto', bottom: this.wanted ? '92px' : '20px', width: '400px', height: 'min(680px, calc(100dvh - 112px))', borderRadius: '16px', boxShadow: '0 8px 48px rgb(0 0 0 / .24)' };
		// Kept alive while it is minimised, and out of the way of pointer, focus and screen readers.
		Object.assign(this.frame.style, place, { visibility: this.isOpen ? 'visible' : 'hidden', opacity: this.isOpen ? '1' : '0', transition: matchMedia('(prefers-reduced-motion: reduce)').matches ? 'none' : 'opacity .12s ease-out' });
		this.scrollPage(!(this.isOpen && full));
	}

	/** scrollPage holds the page still below a window that covers it. */
	private scrollPage(free: boolean) {
		const page = document.documentElement.style;
		if (!free && page.overflow !== 'hidden') {
			this.overflow = page.overflow;
			page.overflow = 'hidden';
		} else if (free && page.overflow === 'hidden') page.overflow = this.overflow;
	}
}
