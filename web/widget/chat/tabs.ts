// The tabs of one browser that show the same deployment. One of them leads: it holds the stream and
// passes every event on, since browsers allow few connections to one host. All stay live.

/** What tabs tell each other. */
export type Word<T> =
	| { kind: 'event'; event: T }
	/** The shared session or outbox changed: read it again. */
	| { kind: 'changed' }
	| { kind: 'anyone' }
	| { kind: 'leading' };

/** A leader that doesn't answer for so long sleeps or hangs; a visible tab takes over. */
const answerMs = 4_000;
const checkMs = 20_000;

export class Tabs<T> {
	private readonly channel: BroadcastChannel | undefined;
	private readonly timers: ReturnType<typeof setInterval>[] = [];
	private answered = true;
	private leading = false;
	/** Ends this tab's part; also what gives its lock back. */
	private readonly end = new AbortController();

	/**
	 * name is the same in all tabs of a deployment. lead is called when this tab becomes the leader,
	 * with a signal that aborts when another takes over. Without locks or channels every tab leads.
	 */
	constructor(
		private readonly name: string,
		private readonly lead: (signal: AbortSignal) => void,
		private readonly hear: (word: Word<T>) => void
	) {
		this.channel = 'BroadcastChannel' in globalThis ? new BroadcastChannel(name) : undefined;
		if (this.channel) this.channel.onmessage = ({ data }) => this.heard(data as Word<T>);
	}

	/** run stands for leader from now on. */
	run() {
		if (!this.channel || !navigator.locks) return this.lead(this.end.signal);
		void this.stand(false);
		this.timers.push(setInterval(() => this.check(), checkMs));
		document.addEventListener('visibilitychange', () => this.check(), { signal: this.end.signal });
	}

	/** stop leaves the others: it leads no more and hears nothing. */
	stop() {
		this.end.abort();
		this.timers.splice(0).forEach(clearInterval);
		this.channel?.close();
	}

	say(word: Word<T>) {
		if (!this.end.signal.aborted) this.channel?.postMessage(word);
	}

	/**
	 * alone runs work while no other tab runs the same. Browsers that block a frame's storage refuse its
	 * locks too; then it runs all the same, and the client-made ids see to it that twice is once.
	 */
	async alone(what: string, work: () => Promise<void>): Promise<void> {
		let begun = false;
		const once = () => {
			begun = true;
			return work();
		};
		try {
			if (navigator.locks) await navigator.locks.request(`${this.name}:${what}`, once);
			else await once();
		} catch (error) {
			if (begun) throw error;
			await once();
		}
	}

	private async stand(steal: boolean) {
		const stop = new AbortController();
		const ended = new Promise<void>((done) => this.end.signal.addEventListener('abort', () => (stop.abort(), done())));
		try {
			await navigator.locks.request(`${this.name}:lead`, { steal }, () => {
				if (this.end.signal.aborted) return;
				this.leading = true;
				this.say({ kind: 'leading' });
				this.lead(stop.signal);
				return ended; // held until the tab goes or the lock is taken
			});
		} catch {
			if (this.end.signal.aborted) return;
			if (!this.leading) {
				// Locks are refused here: every tab leads for itself.
				this.leading = true;
				return this.lead(this.end.signal);
			}
			// Another tab took the lock: follow it, and stand again behind it.
			this.leading = false;
			stop.abort();
			void this.stand(false);
		}
	}

	private heard(word: Word<T>) {
		if (word.kind === 'anyone') {
			if (this.leading) this.say({ kind: 'leading' });
		} else if (word.kind === 'leading') this.answered = true;
		else this.hear(word);
	}

	private check() {
		if (this.leading || document.visibilityState !== 'visible') return;
		this.answered = false;
		this.say({ kind: 'anyone' });
		setTimeout(() => {
			if (!this.answered && !this.leading) void this.stand(true);
		}, answerMs);
	}
}
