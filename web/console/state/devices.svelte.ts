// This browser as a device that is called by Web Push, and the user's other ones. The worker behind it does
// nothing but that, and a page that says so when the server can't be reached.
import { speaks } from '../i18n/index.ts';
import { api } from '../api/client.ts';
import { router } from '../router.svelte.ts';

export interface Device {
	id: string;
	device: string;
	created_at: string;
	called_at?: string;
}

const ID = 'switchboard.device';

function bytes(base64url: string): Uint8Array<ArrayBuffer> {
	const text = atob(base64url.replaceAll('-', '+').replaceAll('_', '/'));
	return Uint8Array.from(text, (c) => c.charCodeAt(0));
}

/** What its owner knows a browser by. */
export function browserOf(agent: string): string {
	const name = /Edg\//.test(agent) ? 'Edge' : /OPR\//.test(agent) ? 'Opera' : /Firefox\//.test(agent) ? 'Firefox' : /Chrome\//.test(agent) ? 'Chrome' : /Safari\//.test(agent) ? 'Safari' : '';
	const system = /Android/.test(agent) ? 'Android' : /iPhone|iPad/.test(agent) ? 'iOS' : /Mac/.test(agent) ? 'macOS' : /Windows/.test(agent) ? 'Windows' : /Linux/.test(agent) ? 'Linux' : '';
	return [name, system].filter(Boolean).join(' · ');
}

class Devices {
	items = $state.raw<Device[]>([]);
	/** Which of them this browser is. */
	own = $state(localStorage.getItem(ID) ?? '');
	private key = '';

	get possible(): boolean {
		return 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window;
	}

	/** start brings the worker up, goes where a click on a notice says, and renews this browser's registration. */
	start(): () => void {
		if (!('serviceWorker' in navigator)) return () => {};
		const go = (event: MessageEvent) => {
			const { go } = (event.data ?? {}) as { go?: string };
			if (typeof go === 'string' && go.startsWith('/')) router.go(go);
		};
		navigator.serviceWorker.addEventListener('message', go);
		// The development server has none.
		void navigator.serviceWorker.register('/sw.js').then(() => this.renew(), () => undefined);
		void navigator.serviceWorker.ready.then((worker) => worker.active?.postMessage({ speaks }));
		return () => navigator.serviceWorker.removeEventListener('message', go);
	}

	async load(): Promise<void> {
		const found = await api.get<{ key: string; items: Device[] }>('/me/push-subscriptions');
		this.items = found.items;
		this.key = found.key;
		if (this.own && !found.items.some((d) => d.id === this.own)) this.know('');
	}

	/** add registers this browser; false when the browser's user said no. */
	async add(): Promise<boolean> {
		if ((await Notification.requestPermission()) !== 'granted') return false;
		if (!this.key) await this.load();
		const worker = await navigator.serviceWorker.ready;
		const old = await worker.pushManager.getSubscription();
		const subscription = old ?? (await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(this.key) }));
		await this.tell(subscription);
		await this.load();
		return true;
	}

	async remove(id: string): Promise<void> {
		await api.delete(`/me/push-subscriptions/${id}`);
		if (id === this.own) {
			const worker = await navigator.serviceWorker.getRegistration();
			await (await worker?.pushManager?.getSubscription())?.unsubscribe();
			this.know('');
		}
		await this.load();
	}

	test(id: string): Promise<void> {
		return api.post(`/me/push-subscriptions/${id}/test`);
	}

	/** Who logs out is called here no more. */
	async leave(): Promise<void> {
		if (this.own) await this.remove(this.own).catch(() => undefined);
	}

	/** A browser may change its address by itself. */
	private async renew(): Promise<void> {
		if (!this.own) return;
		const worker = await navigator.serviceWorker.ready;
		const subscription = await worker.pushManager?.getSubscription();
		if (subscription) await this.tell(subscription).catch(() => undefined);
	}

	private async tell(subscription: PushSubscription): Promise<void> {
		const { endpoint, keys } = subscription.toJSON();
		this.know((await api.post<{ id: string }>('/me/push-subscriptions', { endpoint, keys: { p256dh: keys?.['p256dh'], auth: keys?.['auth'] }, device: (browserOf(navigator.userAgent) || 'Browser') })).id);
	}

	private know(id: string): void {
		this.own = id;
		if (id) localStorage.setItem(ID, id);
		else localStorage.removeItem(ID);
	}
}

export const devices = new Devices();
