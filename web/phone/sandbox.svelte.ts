// What the page knows of the sandbox: channels, phones, messages, the log. Loaded once, then kept true
// by the event stream; a gap in it loads anew.
import { call, Refusal } from './api.ts';
import type { Channel, Exchange, Message, Misbehaviour, Phone, Saying } from './types.ts';

/** Lines of the log that the page keeps. */
const logMax = 300;

export class Sandbox {
	channels = $state.raw<Channel[]>([]);
	phones = $state.raw<Phone[]>([]);
	/** By phone, oldest first. A phone without an entry is not loaded. */
	messages = $state.raw<Record<string, Message[]>>({});
	exchange = $state.raw<Exchange[]>([]);
	ready = $state(false);
	problem = $state<Refusal>();
	live = $state(false);

	#stream: EventSource | undefined;
	#watched: string | undefined;

	/** start loads the channels and listens. */
	async start(): Promise<void> {
		this.problem = undefined;
		try {
			this.channels = (await call<{ items: Channel[] }>('GET', '/channels')).items;
			this.ready = true;
		} catch (cause) {
			this.problem = cause instanceof Refusal ? cause : new Refusal(0, String(cause));
			return;
		}
		this.#listen();
	}

	stop(): void {
		this.#stream?.close();
	}

	/** watch loads a channel's phones and log. */
	async watch(channel: string): Promise<void> {
		this.#watched = channel;
		const [phones, exchange] = await Promise.all([
			call<{ items: Phone[] }>('GET', `/channels/${channel}/phones`),
			call<{ items: Exchange[] }>('GET', `/channels/${channel}/exchange`)
		]);
		if (this.#watched !== channel) return;
		this.phones = [...this.phones.filter((p) => p.channel_id !== channel), ...phones.items];
		this.exchange = [...exchange.items, ...this.exchange.filter((e) => e.channel_id === channel && e.seq > (exchange.items.at(-1)?.seq ?? 0))].slice(-logMax);
	}

	/** open loads a phone's messages. */
	async open(phone: string): Promise<void> {
		const { items } = await call<{ items: Message[] }>('GET', `/phones/${phone}/messages`);
		const newer = (this.messages[phone] ?? []).filter((m) => m.seq > (items.at(-1)?.seq ?? 0));
		this.messages = { ...this.messages, [phone]: [...items, ...newer] };
	}

	async addPhone(channel: string): Promise<Phone> {
		const phone = await call<Phone>('POST', `/channels/${channel}/phones`, {});
		this.#phone(phone);
		this.messages = { ...this.messages, [phone.id]: this.messages[phone.id] ?? [] };
		return phone;
	}

	async change(phone: string, change: Partial<Phone>): Promise<void> {
		this.#phone(await call<Phone>('PATCH', `/phones/${phone}`, change));
	}

	remove = (phone: string) => call<void>('DELETE', `/phones/${phone}`);
	read = (phone: string) => call<void>('POST', `/phones/${phone}/read`);
	edit = (phone: string, id: string, text: string) => call<Message>('PATCH', `/phones/${phone}/messages/${encodeURIComponent(id)}`, { text });
	delete = (phone: string, id: string) => call<void>('DELETE', `/phones/${phone}/messages/${encodeURIComponent(id)}`);

	async say(phone: string, saying: Saying, file?: File): Promise<void> {
		let body: unknown = saying;
		if (file) {
			const form = new FormData();
			form.append('message', JSON.stringify(saying));
			form.append('file', file, file.name);
			body = form;
		}
		const message = await call<Message>('POST', `/phones/${phone}/messages`, body);
		// The stream may have been quicker, and know more by now.
		if (!saying.reaction && !this.messages[phone]?.some((m) => m.id === message.id)) this.#message(message);
	}

	async misbehave(channel: string, change: Misbehaviour): Promise<void> {
		this.#misbehaviour(channel, await call<Misbehaviour>('PUT', `/channels/${channel}/misbehaviour`, change));
	}

	verify = (channel: string) => call<{ verified: boolean; status: number }>('POST', `/channels/${channel}/verify`);

	#listen(): void {
		const stream = new EventSource('/sandbox/api/events');
		this.#stream = stream;
		stream.onopen = () => (this.live = true);
		stream.onerror = () => {
			this.live = false;
			// A refused stream is not tried again by the browser: the server was away for longer.
			if (stream.readyState === EventSource.CLOSED) setTimeout(() => void this.#again(), 2000);
		};
		const on = <T>(type: string, take: (data: T) => void) => stream.addEventListener(type, (e) => take(JSON.parse((e as MessageEvent<string>).data) as T));
		on<Message>('message', (m) => this.#message(m));
		on<Phone>('phone', (p) => this.#phone(p));
		on<{ id: string }>('phone_removed', ({ id }) => (this.phones = this.phones.filter((p) => p.id !== id)));
		on<Exchange>('exchange', (e) => {
			if (e.channel_id === this.#watched && e.seq > (this.exchange.at(-1)?.seq ?? 0)) this.exchange = [...this.exchange, e].slice(-logMax);
		});
		on<{ channel_id: string; misbehaviour: Misbehaviour }>('misbehaviour', (m) => this.#misbehaviour(m.channel_id, m.misbehaviour));
		on('resync', () => void this.#reload());
	}

	async #again(): Promise<void> {
		await this.start();
		if (this.problem?.status === 0) setTimeout(() => void this.#again(), 2000);
		else await this.#reload();
	}

	async #reload(): Promise<void> {
		const open = Object.keys(this.messages);
		this.messages = {};
		if (this.#watched) await this.watch(this.#watched).catch(() => {});
		// A phone may be gone: the sandbox forgets when the server stops.
		await Promise.all(open.filter((id) => this.phones.some((p) => p.id === id)).map((id) => this.open(id).catch(() => {})));
	}

	#phone(phone: Phone): void {
		const at = this.phones.findIndex((p) => p.id === phone.id);
		this.phones = at < 0 ? [...this.phones, phone] : this.phones.with(at, phone);
	}

	#message(message: Message): void {
		const list = this.messages[message.phone_id];
		if (!list) return; // not open: loaded when it is
		const at = list.findIndex((m) => m.id === message.id);
		const next = at < 0 ? [...list, message].sort((a, b) => a.seq - b.seq) : list.with(at, message);
		this.messages = { ...this.messages, [message.phone_id]: next };
	}

	#misbehaviour(channel: string, misbehaviour: Misbehaviour): void {
		this.channels = this.channels.map((c) => (c.id === channel ? { ...c, misbehaviour } : c));
	}
}
