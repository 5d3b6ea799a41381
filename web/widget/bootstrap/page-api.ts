// The page API: what a page calls, and which events its window gets. Names are the API's own.

import type { PageSettings, Prefilled, Ready } from '../protocol.ts';
import { Surface } from './surface.ts';

interface Settings {
	/** Language code such as de or pt_BR. */
	language: string;
	hideChatButtonOnLoad: boolean;
	/** Where the launcher and the window are put; the page's body unless set before init. */
	targetElement: HTMLElement | null;
	/** Keeps everything in memory until utilAPI.allowStorage() says otherwise. Set before init. */
	waitForStorageConsent: boolean;
}

const complain = (what: string) => console.error(`embeddedservice_bootstrap: ${what}`);

/** announce tells the page. */
const announce = (name: string, detail?: unknown) => dispatchEvent(new CustomEvent(name, { detail }));

export class PageApi {
	readonly settings: Settings = { language: '', hideChatButtonOnLoad: false, targetElement: null, waitForStorageConsent: false };

	private surface: Surface | undefined;
	private ready: Ready | undefined;
	private hiddenByPage = false;
	/** Whether it is open hours; undefined until that is known. */
	private within: boolean | undefined;
	private readonly page: PageSettings = { language: '', hidden: {}, visible: {}, autoResponse: undefined, identity: '', storage: 'allowed' };
	/** Whether the page has said what may be stored, which goes before the setting. */
	private storageSaid = false;
	/** Why the widget can't be had; empty while it may. */
	private failure = '';
	private readonly launches: { done: () => void; fail: (reason: Error) => void }[] = [];
	private readonly clearings: (() => void)[] = [];

	constructor(private readonly script: string) {}

	/**
	 * init loads the deployment and shows the launcher. The frame comes from where this script came
	 * from. A snippet whose siteUrl names another place is one that was moved here by changing the
	 * script's address alone; then the API is there too, whatever its scrt2URL says.
	 */
	init(orgId: string, deployment: string, siteUrl: string, { scrt2URL = '' }: { scrt2URL?: string } = {}): void {
		if (this.surface) return complain('init was called twice');
		try {
			const base = new URL('.', (this.script || siteUrl.replace(/\/?$/, '/')).replace(/assets\/js\/[^/]*$/, ''));
			const moved = new URL(siteUrl, base).origin !== base.origin;
			const api = !scrt2URL || moved ? base.origin : new URL(scrt2URL).origin;
			this.page.language = this.settings.language;
			if (!this.storageSaid && this.settings.waitForStorageConsent) this.page.storage = 'waiting';
			this.hiddenByPage = this.settings.hideChatButtonOnLoad;
			const begin = () => this.begin(base, { org: orgId, deployment, api, language: this.settings.language });
			if (document.body) begin();
			else addEventListener('DOMContentLoaded', begin, { once: true });
		} catch (error) {
			complain(`init failed: ${String(error)}`);
			announce('onEmbeddedMessagingInitError', { reason: String(error) });
		}
	}

	readonly prechatAPI = {
		/** setHiddenPrechatFields sets values that the customer doesn't see. A name can't be hidden and visible. */
		setHiddenPrechatFields: (fields: Record<string, string>) => {
			for (const [name, value] of Object.entries(fields ?? {})) {
				if (name in this.page.visible || this.ready?.visibleFields.includes(name)) complain(`${name} is a visible pre-chat field and can't be hidden too`);
				else if (this.ready && !this.ready.hiddenFields.includes(name)) complain(`${name} is no hidden pre-chat field of this deployment`);
				else this.page.hidden[name] = String(value);
			}
			this.tell();
		},
		removeHiddenPrechatFields: (names: string[]) => {
			for (const name of names ?? []) delete this.page.hidden[name];
			this.tell();
		},
		/** setVisiblePrechatFields fills in fields of the form, which the customer may change if it says so. */
		setVisiblePrechatFields: (fields: Record<string, Partial<Prefilled>>) => {
			for (const [name, field] of Object.entries(fields ?? {})) {
				if (name in this.page.hidden || this.ready?.hiddenFields.includes(name)) complain(`${name} is a hidden pre-chat field and can't be visible too`);
				else this.page.visible[name] = { value: String(field.value ?? ''), isEditableByEndUser: field.isEditableByEndUser ?? true };
			}
			this.tell();
		}
	};

	readonly userVerificationAPI = {
		/** setIdentityToken says who the customer is. Called again it renews an expired token. */
		setIdentityToken: ({ identityTokenType, identityToken }: { identityTokenType: string; identityToken: string }): boolean => {
			if (identityTokenType !== 'JWT' || !identityToken) {
				complain('setIdentityToken takes {identityTokenType: "JWT", identityToken}');
				return false;
			}
			this.page.identity = identityToken;
			this.tell();
			return true;
		},
		/** clearSession forgets the customer on this browser, as when they sign out. */
		clearSession: (): Promise<void> => {
			this.page.identity = '';
			if (!this.ready) return Promise.resolve();
			return new Promise((done) => {
				this.clearings.push(done);
				this.tell();
				this.surface!.say({ type: 'clear' });
				this.minimise(true);
			});
		}
	};

	readonly utilAPI = {
		showChatButton: (): boolean => this.showButton(true),
		hideChatButton: (): boolean => this.showButton(false),
		/** allowStorage lets the widget keep what it needs on this browser; see docs/widget.md for what that is. */
		allowStorage: (): void => this.store('allowed'),
		/** denyStorage takes away what it has kept, now and from earlier visits; the tab goes on in memory. */
		denyStorage: (): void => this.store('denied'),
		/**
		 * launchChat opens the window; it settles once it is open. It fails before init, where the deployment
		 * can't be loaded, and outside of business hours.
		 */
		launchChat: (): Promise<void> => {
			if (!this.surface) return Promise.reject(new Error('launchChat was called before init'));
			if (this.failure) return Promise.reject(new Error(this.failure));
			return new Promise((done, fail) => {
				this.launches.push({ done, fail });
				this.launch();
			});
		},
		/**
		 * showInvitation shows an invitation beside the launcher, in the page's words or the deployment's. It
		 * answers false where there is no launcher, or the window is open.
		 */
		showInvitation: (text?: string): boolean => this.invite(text === undefined ? undefined : String(text)),
		/** hideInvitation takes it away. */
		hideInvitation: (): void => void this.surface?.uninvite()
	};

	readonly autoResponseAPI = {
		/**
		 * setAutoResponseParameters sets values that automatic messages may use and that agents see. The
		 * server's limits are kept here, so that no message of a customer is refused for them.
		 */
		setAutoResponseParameters: (parameters: Record<string, string>) => {
			const said = (this.page.autoResponse ??= {});
			for (const [name, value] of Object.entries(parameters ?? {})) {
				if (!/^[A-Za-z_][A-Za-z0-9_.-]{0,79}$/.test(name)) complain(`an automatic response's parameter can't be called ${JSON.stringify(name)}`);
				else if (!(name in said) && Object.keys(said).length >= 50) complain(`${name} is left out: at most 50 parameters are kept`);
				else said[name] = String(value).slice(0, 1000);
			}
			this.tell();
		},
		removeAutoResponseParameters: (names: string[]) => {
			for (const name of names ?? []) delete this.page.autoResponse?.[name];
			this.tell();
		}
	};

	private begin(base: URL, account: Record<string, string>) {
		this.surface = new Surface(base, account, this.settings.targetElement ?? document.body, {
			pressed: () => {
				announce('onEmbeddedMessagingButtonClicked');
				if (this.surface!.isOpen) this.minimise();
				else this.open();
			},
			hello: () => this.tell(),
			ready: (ready) => this.arrived(ready),
			failed: (reason) => {
				complain(reason);
				this.failure = reason;
				announce('onEmbeddedMessagingInitError', { reason });
				for (const { fail } of this.launches.splice(0)) fail(new Error(reason));
			},
			hours: (within) => this.hours(within),
			invite: () => void this.invite(),
			accepted: () => {
				announce('onEmbeddedMessagingInvitationAccepted');
				this.open();
			},
			dismissed: () => {
				if (!this.surface!.uninvite()) return;
				this.surface!.say({ type: 'uninvited' });
				announce('onEmbeddedMessagingInvitationDismissed');
			},
			minimise: (closed) => this.minimise(closed),
			signedOut: (identity) => {
				if (this.page.identity === identity) this.page.identity = '';
			},
			cleared: () => this.clearings.splice(0).forEach((done) => done()),
			event: announce
		});
	}

	private arrived(ready: Ready) {
		const first = !this.ready;
		this.ready = ready;
		this.surface!.dress(ready);
		this.surface!.showButton(!this.hiddenByPage && this.within !== false);
		if (!first) return;
		announce('onEmbeddedMessagingInitSuccess');
		announce('onEmbeddedMessagingReady');
		announce('onEmbeddedMessagingButtonCreated');
		this.failure = '';
		this.launch();
	}

	/** launch settles who waits for the window, once it is known whether it is open hours. */
	private launch() {
		if (!this.ready || this.within === undefined) return;
		for (const { done, fail } of this.launches.splice(0)) {
			if (!this.within) {
				fail(new Error('launchChat was called outside of business hours'));
				continue;
			}
			this.open();
			done();
		}
	}

	private invite(text?: string): boolean {
		const shown = this.surface?.invite(text) ?? false;
		if (shown) announce('onEmbeddedMessagingInvitationShown');
		return shown;
	}

	/** hours comes once after the start and then at each change. Outside of them the launcher is away. */
	private hours(within: boolean) {
		if (within && this.within === undefined) announce('onEmbeddedMessagingWithinBusinessHours');
		else announce(within ? 'onEmbeddedMessagingBusinessHoursStarted' : 'onEmbeddedMessagingBusinessHoursEnded');
		this.within = within;
		this.surface!.showButton(within && !this.hiddenByPage);
		this.launch();
	}

	private showButton(shown: boolean): boolean {
		this.hiddenByPage = !shown;
		if (!this.ready) return false;
		this.surface!.showButton(shown && this.within !== false);
		return true;
	}

	private open() {
		if (this.surface!.isOpen) return;
		this.surface!.open();
		announce('onEmbeddedMessagingWindowMaximized');
	}

	private minimise(closed = false) {
		if (!this.surface!.isOpen) return;
		this.surface!.minimise();
		announce(closed ? 'onEmbeddedMessagingWindowClosed' : 'onEmbeddedMessagingWindowMinimized');
	}

	private store(storage: PageSettings['storage']) {
		this.storageSaid = true;
		this.page.storage = storage;
		this.tell();
	}

	private tell() {
		this.surface?.say({ type: 'settings', settings: this.page });
	}
}
