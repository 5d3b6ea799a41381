// One WebSocket for the whole page: topics are counted, a lost connection comes back by itself with the
// last cursor. From a topic's "subscribed" on, frames tell every change; what was read before it may be
// old, so readers wait for it (shortly) or are told to read again. It holds no state of what is shown;
// frames carry REST resources, and their reader keeps the highest version.

export interface Frame {
	cursor?: string;
	type: string;
	topic?: string;
	data?: unknown;
}

export interface Subscriber {
	frame: (frame: Frame) => void;
	/** What was missed can't be known, or may no longer be seen: read again. */
	resync?: () => void;
}

export interface Subscription {
	stop: () => void;
	/** Settles when the topic is live, or when waiting for that makes no sense. Read after it. */
	joined: Promise<void>;
}

export type Connection = 'connecting' | 'open' | 'lost';

interface Topic {
	readers: Set<Subscriber>;
	live: boolean;
	/** Who read before the topic was live: what came in between they have missed. */
	early: Set<Subscriber>;
	/** The connection began after a cursor, so it tells what this topic missed. */
	covered: boolean;
	waiting: (() => void)[];
}

const FIRST_DELAY = 500;
const LONGEST_DELAY = 15_000;
/** A machine that slept longer than this has a dead socket, whatever the socket says. */
const SLEPT = 20_000;
/** The server speaks at least every 15 seconds; silence this long means that nobody is there. */
const SILENCE = 40_000;
/** How long a reader waits for its topic before it reads anyway. */
const PATIENCE = 400;
/** As many topics as fit into a hello: the server reads messages of at most 4 KB. */
const HELLO_TOPICS = 40;
/** Close code: the credentials are no longer good. */
const SIGN_IN = 4001;

export class Realtime {
	private socket: WebSocket | undefined;
	private topics = new Map<string, Topic>();
	private cursor = '';
	private attempts = 0;
	private timer: ReturnType<typeof setTimeout> | undefined;
	private heart: ReturnType<typeof setInterval> | undefined;
	private lastBeat = Date.now();
	private heard = Date.now();
	private stopped = true;
	private state: Connection = 'connecting';
	private looked = false;
	/** Topics that the page shows, and what the server was told of them. */
	private shown: string[] = [];
	private said = '';

	constructor(
		private address: string,
		private onconnection: (state: Connection) => void,
		private onsignedout: () => void
	) {}

	start(): void {
		this.stopped = false;
		this.cursor = '';
		this.attempts = 0;
		this.state = 'connecting';
		window.addEventListener('online', this.hurry);
		window.addEventListener('offline', this.offline);
		document.addEventListener('visibilitychange', this.awake);
		this.lastBeat = Date.now();
		this.heart = setInterval(this.beat, 5_000);
		this.connect();
	}

	stop(): void {
		this.stopped = true;
		window.removeEventListener('online', this.hurry);
		window.removeEventListener('offline', this.offline);
		document.removeEventListener('visibilitychange', this.awake);
		clearInterval(this.heart);
		clearTimeout(this.timer);
		this.socket?.close(1000);
		this.socket = undefined;
	}

	/** subscribe counts: the topic is asked for once, and given up with its last reader. loaded: the reader has read already. */
	subscribe(name: string, subscriber: Subscriber, loaded = false): Subscription {
		let topic = this.topics.get(name);
		if (!topic) {
			topic = { readers: new Set(), live: false, early: new Set(), covered: false, waiting: [] };
			this.topics.set(name, topic);
			this.send({ type: 'subscribe', topic: name });
		}
		const found = topic;
		found.readers.add(subscriber);
		if (loaded && !found.live) found.early.add(subscriber);
		const joined =
			found.live || loaded
				? Promise.resolve()
				: new Promise<void>((resolve) => {
						const early = () => {
							if (!found.live) found.early.add(subscriber);
							resolve();
						};
						if (this.state === 'lost') early();
						else {
							const patience = setTimeout(early, PATIENCE);
							found.waiting.push(() => {
								clearTimeout(patience);
								resolve();
							});
						}
					});
		const stop = () => {
			found.readers.delete(subscriber);
			found.early.delete(subscriber);
			if (found.readers.size > 0 || this.topics.get(name) !== found) return;
			this.topics.delete(name);
			this.send({ type: 'unsubscribe', topic: name });
		};
		return { stop, joined };
	}

	/** watch tells the server whether the page is looked at, so that other devices stay quiet meanwhile. */
	watch(): () => void {
		window.addEventListener('focus', this.look);
		window.addEventListener('blur', this.look);
		document.addEventListener('visibilitychange', this.look);
		this.look();
		return () => {
			window.removeEventListener('focus', this.look);
			window.removeEventListener('blur', this.look);
			document.removeEventListener('visibilitychange', this.look);
		};
	}

	private look = () => {
		const visible = document.visibilityState === 'visible' && document.hasFocus();
		if (visible === this.looked || this.state !== 'open') return;
		this.looked = visible;
		this.send({ type: 'visible', visible });
	};

	/** show tells which topics stand on the page, so that colleagues see who else is there. A hidden page shows none. */
	show(topics: string[]): void {
		this.shown = topics;
		// Leafing on takes one away and brings another: that is one change.
		queueMicrotask(this.sayShown);
	}

	private sayShown = () => {
		const topics = document.visibilityState === 'visible' ? this.shown : [];
		if (this.state !== 'open' || topics.join() === this.said) return;
		this.said = topics.join();
		this.send({ type: 'view', topics });
	};

	private tell(state: Connection): void {
		this.state = state;
		this.onconnection(state);
	}

	private connect(): void {
		clearTimeout(this.timer);
		const socket = new WebSocket(this.address);
		this.socket = socket;
		this.heard = Date.now();
		socket.onopen = () => {
			for (const topic of this.topics.values()) {
				topic.live = false;
				topic.covered = this.cursor !== '';
			}
			// Named in the hello, all topics are one replay: nothing falls between the cursor and a late subscription.
			const names = [...this.topics.keys()];
			const first = names.splice(0, HELLO_TOPICS);
			socket.send(JSON.stringify({ type: 'hello', after: this.cursor || undefined, topics: first }));
			for (const name of names) socket.send(JSON.stringify({ type: 'subscribe', topic: name }));
		};
		socket.onmessage = (event: MessageEvent<string>) => {
			if (this.socket !== socket) return;
			this.heard = Date.now();
			this.receive(JSON.parse(event.data) as Frame);
		};
		socket.onclose = (event) => {
			if (this.socket !== socket) return;
			this.socket = undefined;
			for (const topic of this.topics.values()) topic.live = false;
			if (event.code === SIGN_IN) this.onsignedout();
			this.reconnect();
		};
	}

	private receive(frame: Frame): void {
		const topic = frame.topic ? this.topics.get(frame.topic) : undefined;
		switch (frame.type) {
			case 'welcome':
				// A cursor of ours stays until what was missed has been told.
				if (this.cursor === '' && frame.cursor) this.cursor = frame.cursor;
				this.attempts = 0;
				this.tell('open');
				this.looked = false;
				this.look();
				this.said = '';
				this.sayShown();
				return;
			case 'resync':
				this.cursor = frame.cursor ?? '';
				for (const each of this.topics.values()) this.again(each);
				return;
			case 'subscribed':
			case 'error':
				if (!topic) return;
				for (const go of topic.waiting.splice(0)) go();
				// Refused after it was live: the right to see it is gone, and reading again says so.
				if (frame.type === 'error') {
					if (topic.live) this.again(topic);
					topic.live = false;
					return;
				}
				topic.live = true;
				// Who waited reads now of their own.
				if (!topic.covered) this.again(topic, [...topic.early]);
				topic.early.clear();
				return;
		}
		if (frame.cursor) this.cursor = frame.cursor;
		for (const reader of topic?.readers ?? []) reader.frame(frame);
	}

	private again(topic: Topic, readers = [...topic.readers]): void {
		topic.early.clear();
		for (const reader of readers) reader.resync?.();
	}

	private send(message: unknown): void {
		if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
	}

	private reconnect(): void {
		if (this.stopped) return;
		this.tell('lost');
		// Without a network the browser's "online" comes first; a slow try is for machines that are wrong about it.
		const delay = (navigator.onLine ? Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** this.attempts) : LONGEST_DELAY) * (0.7 + Math.random() * 0.6);
		this.attempts++;
		this.timer = setTimeout(() => this.connect(), delay);
	}

	private hurry = () => {
		if (this.stopped || this.socket) return;
		this.attempts = 0;
		this.connect();
	};

	/** Without a network a socket may look open for minutes: it is given up at once. */
	private offline = () => {
		if (this.stopped || !this.socket) return;
		this.abandon();
		this.reconnect();
	};

	private abandon(): void {
		const ghost = this.socket;
		this.socket = undefined;
		for (const topic of this.topics.values()) topic.live = false;
		ghost?.close();
	}

	private awake = () => {
		this.sayShown();
		if (document.visibilityState === 'visible') {
			this.beat();
			this.hurry();
		}
	};

	/** Notices sleep and silence: a gap between beats, or a server that says nothing, means a ghost of a socket. */
	private beat = () => {
		const now = Date.now();
		const gap = now - this.lastBeat;
		this.lastBeat = now;
		// Hidden pages are throttled to one beat a minute; only a longer gap means sleep there.
		const slept = gap >= (document.visibilityState === 'hidden' ? 90_000 : SLEPT);
		if (!this.socket || (!slept && now - this.heard < SILENCE)) return;
		this.abandon();
		if (!slept) return this.reconnect();
		this.attempts = 0;
		this.connect();
	};
}
