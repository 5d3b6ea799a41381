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
	/** The deployment invites, or the customer has answered the invitation. */
	invite(): void;
	accepted(): void;
	dismissed(): void;
	minimise(closed: boolean): void;
	cleared(): void;
	signedOut(identity: string): void;
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
.invitation { position: fixed; bottom: max(20px, env(safe-area-inset-bottom)); z-index: 2147483000; display: flex; align-items: center; min-height: 56px; max-width: min(320px, calc(100vw - 112px)); box-sizing: border-box;
 padding: 4px 4px 4px 16px; border-radius: 16px; background: var(--ground); color: var(--text); border: 1px solid var(--line); box-shadow: 0 4px 20px rgb(0 0 0 / .2); font: 400 15px/1.35 var(--font, system-ui, sans-serif); animation: come .2s ease-out; }
.invitation[dir=rtl] { padding: 4px 16px 4px 4px; }
.invitation[hidden] { display: none; }
.invitation div { flex: 1; min-width: 0; }
.invitation button { position: static; width: auto; height: auto; background: none; color: inherit; box-shadow: none; border-radius: 8px; font: inherit; }
.invitation button:focus-visible { outline-offset: 0; box-shadow: none; }
.invitation button:hover { transform: none; text-decoration: underline; }
.invitation .words { padding: 6px 0; display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 4; overflow: hidden; text-align: start; overflow-wrap: anywhere; }
.invitation .dismiss { flex: none; display: grid; width: 36px; height: 36px; color: var(--muted); }
@keyframes come { from { opacity: 0; transform: translateY(6px); } }
/* Phones: a strip no higher than the launcher. Where the page has hardly any height, nothing. */
@media (max-width: 480px) { .invitation { max-height: 56px; font-size: 14px; } .invitation .words { -webkit-line-clamp: 2; padding: 2px 0; } }
@media (max-height: 420px) { .invitation { display: none; } }
@media (prefers-reduced-motion: reduce) { .invitation { animation: none; } button { transition: none; } button:hover { transform: none; } }
@media (forced-colors: active) { button, span, .invitation { border: 2px solid; } }
@media print { button, .invitation { display: none; } }
`;

const drawings = {
	talk: 'M7.9 20A9 9 0 1 0 4 16.1L2 22Z',
	down: 'm6 9 6 6 6-6',
	close: 'M18 6 6 18M6 6l12 12'
};

export class Surface {
	isOpen = false;
	private readonly host = document.createElement('div');
	private readonly button = document.createElement('button');
	private readonly badge = document.createElement('span');
	private readonly path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
	private readonly invitation = document.createElement('div');
	private readonly words = document.createElement('button');
	private readonly dismiss = document.createElement('button');
	private readonly frame = document.createElement('iframe');
	private readonly origin: string;
	private labels: Ready['labels'] | undefined;
	private position: Ready['position'] = 'right';
	private unread = 0;
	/** The number of unread messages in words. */
	private unreadLabel = '';
	private wanted = false;
	/** What the invitation says; empty where there is none. */
	private inviting = '';
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
	dress({ look, labels, position, rtl, font }: Ready) {
		this.labels = labels;
		this.position = position;
		this.frame.title = labels.title;
		const style = this.host.style;
		style.setProperty('--accent', look.accent);
		style.setProperty('--on', look.onAccent);
		style.setProperty('--ground', look.background);
		style.setProperty('--text', look.text);
		style.setProperty('--muted', look.muted);
		style.setProperty('--line', look.line);
		if (font) style.setProperty('--font', font);
		const [side, other] = position === 'left' ? (['left', 'right'] as const) : (['right', 'left'] as const);
		Object.assign(this.button.style, { [side]: '20px', [other]: 'auto' });
		Object.assign(this.invitation.style, { [side]: '88px', [other]: 'auto' });
		this.invitation.dir = rtl ? 'rtl' : 'ltr';
		this.dismiss.setAttribute('aria-label', labels.dismiss);
		this.frame.style.background = look.background;
		this.draw();
		this.lay();
	}

	showButton(shown: boolean) {
		this.wanted = shown;
		this.draw();
		this.lay();
	}

	/** invite shows an invitation, of the page's words or the deployment's. It answers whether there is a launcher for it. */
	invite(text?: string): boolean {
		if (!this.labels || this.isOpen || !this.wanted) return false;
		this.inviting = text || this.labels.invitation;
		this.draw();
		return true;
	}

	/** uninvite takes the invitation away; it answers whether there was one. */
	uninvite(): boolean {
		const shown = this.inviting !== '';
		this.inviting = '';
		this.draw();
		return shown;
	}

	open(focus = true) {
		this.isOpen = true;
		this.inviting = '';
		this.say({ type: 'open' });
		this.draw();
		this.lay();
		if (focus) this.frame.focus();
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
			case 'invite':
				return owner.invite();
			case 'minimise':
				return owner.minimise(message.closed);
			case 'cleared':
				return owner.cleared();
			case 'signed-out':
				return owner.signedOut(message.identity);
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
		const cross = document.createElementNS('http://www.w3.org/2000/svg', 'path');
		cross.setAttribute('d', drawings.close);
		for (const one of [this.button, this.words, this.dismiss]) one.type = 'button';
		this.button.hidden = this.invitation.hidden = true;
		this.button.onclick = () => owner.pressed();
		this.button.append(icon(this.path, 26), this.badge);
		this.invitation.className = 'invitation';
		this.words.className = 'words';
		this.words.onclick = () => owner.accepted();
		this.dismiss.className = 'dismiss';
		this.dismiss.onclick = () => owner.dismissed();
		this.dismiss.append(icon(cross, 18));
		this.invitation.onkeydown = (event) => {
			if (event.key === 'Escape') owner.dismissed();
		};
		// What comes into it is told to screen readers when they have a moment. It never takes the focus.
		const said = document.createElement('div');
		said.setAttribute('role', 'status');
		said.append(this.words);
		this.invitation.append(said, this.dismiss);
		root.append(this.invitation, this.button);
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
		const invites = this.inviting !== '' && this.wanted && !this.isOpen;
		const held = !invites && this.host.shadowRoot?.activeElement?.closest('.invitation');
		this.invitation.hidden = !invites;
		this.words.textContent = invites ? this.inviting : '';
		if (held && !this.isOpen) this.button.focus();
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

/** icon is a drawing of one line. */
function icon(path: SVGPathElement, size: number): SVGSVGElement {
	const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
	for (const [name, value] of Object.entries({ viewBox: '0 0 24 24', width: String(size), height: String(size), 'aria-hidden': 'true' })) svg.setAttribute(name, value);
	svg.append(path);
	return svg;
}
