// One WebSocket for the whole page: topics are counted, a lost connection comes back by itself with the
// last cursor, and whoever subscribed is told when to read everything anew. It holds no state of what
// is shown; frames carry REST resources, and their reader keeps the highest version.

export interface Frame {
	cursor?: string;
	type: string;
	topic?: string;
	data?: unknown;
}

export interface Subscriber {
	frame: (frame: Frame) => void;
	/** What was missed can't be known (first connection, or the server says resync): fetch again. */
	resync?: () => void;
}

export type Connection = 'connecting' | 'open' | 'lost';

const FIRST_DELAY = 500;
const LONGEST_DELAY = 15_000;
/** A machine that slept longer than this has a dead socket, whatever the socket says. */
const SLEPT = 20_000;

export class Realtime {
	private socket: WebSocket | undefined;
	private topics = new Map<string, Set<Subscriber>>();
	private cursor = '';
	private attempts = 0;
	private timer: ReturnType<typeof setTimeout> | undefined;
	private heart: ReturnType<typeof setInterval> | undefined;
	private lastBeat = Date.now();
	private stopped = true;
	private everOpen = false;

	constructor(
		private address: string,
		private onconnection: (state: Connection) => void
	) {}

	start(): void {
		this.stopped = false;
		window.addEventListener('online', this.hurry);
		document.addEventListener('visibilitychange', this.awake);
		this.heart = setInterval(this.beat, 5_000);
		this.connect();
	}

	stop(): void {
		this.stopped = true;
		window.removeEventListener('online', this.hurry);
		document.removeEventListener('visibilitychange', this.awake);
		clearInterval(this.heart);
		clearTimeout(this.timer);
		this.socket?.close(1000);
		this.socket = undefined;
	}

	/** subscribe counts: the topic is asked for once, and given up with its last reader. */
	subscribe(topic: string, subscriber: Subscriber): () => void {
		let readers = this.topics.get(topic);
		if (!readers) {
			readers = new Set();
			this.topics.set(topic, readers);
			this.send({ type: 'subscribe', topic });
		}
		readers.add(subscriber);
		return () => {
			readers.delete(subscriber);
			if (readers.size > 0 || this.topics.get(topic) !== readers) return;
			this.topics.delete(topic);
			this.send({ type: 'unsubscribe', topic });
		};
	}

	private connect(): void {
		clearTimeout(this.timer);
		this.onconnection(this.attempts === 0 && !this.everOpen ? 'connecting' : 'lost');
		const socket = new WebSocket(this.address);
		this.socket = socket;
		socket.onopen = () => {
			socket.send(JSON.stringify(this.cursor ? { type: 'hello', after: this.cursor } : { type: 'hello' }));
			for (const topic of this.topics.keys()) socket.send(JSON.stringify({ type: 'subscribe', topic }));
		};
		socket.onmessage = (event: MessageEvent<string>) => this.receive(JSON.parse(event.data) as Frame);
		socket.onclose = () => {
			if (this.socket !== socket) return;
			this.socket = undefined;
			this.reconnect();
		};
	}

	private receive(frame: Frame): void {
		if (frame.type === 'welcome') {
			// With a cursor of ours the server sends what was missed; without one, all must be read anew.
			const fresh = this.cursor === '';
			if (fresh && frame.cursor) this.cursor = frame.cursor;
			this.attempts = 0;
			this.onconnection('open');
			if (fresh && this.everOpen) this.resync();
			this.everOpen = true;
			return;
		}
		if (frame.type === 'resync') {
			this.cursor = frame.cursor ?? '';
			this.resync();
			return;
		}
		if (frame.cursor) this.cursor = frame.cursor;
		const readers = frame.topic ? this.topics.get(frame.topic) : undefined;
		for (const reader of readers ?? []) reader.frame(frame);
	}

	private resync(): void {
		const all = new Set([...this.topics.values()].flatMap((readers) => [...readers]));
		for (const reader of all) reader.resync?.();
	}

	private send(message: unknown): void {
		if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
	}

	private reconnect(): void {
		if (this.stopped) return;
		this.onconnection('lost');
		const delay = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** this.attempts) * (0.7 + Math.random() * 0.6);
		this.attempts++;
		this.timer = setTimeout(() => this.connect(), delay);
	}

	private hurry = () => {
		if (this.stopped || this.socket) return;
		this.attempts = 0;
		this.connect();
	};

	private awake = () => {
		if (document.visibilityState === 'visible') {
			this.beat();
			this.hurry();
		}
	};

	/** Notices sleep: a gap between beats means the socket is a ghost, and is thrown away. */
	private beat = () => {
		const now = Date.now();
		const gap = now - this.lastBeat;
		this.lastBeat = now;
		// Hidden pages are throttled to one beat a minute; only a longer gap means sleep there.
		if (gap < (document.visibilityState === 'hidden' ? 90_000 : SLEPT) || !this.socket) return;
		const ghost = this.socket;
		this.socket = undefined;
		ghost.close();
		this.attempts = 0;
		this.connect();
	};
}
