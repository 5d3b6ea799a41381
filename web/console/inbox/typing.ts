// "Is writing", told to the customer and to colleagues: at most every few seconds, and taken back when
// the writing stops. It is a courtesy: a lost one is never repeated.
import { api } from '../api/client.ts';

const EVERY = 4_000;
const IDLE = 5_000;

export class TypingSignal {
	private last = 0;
	private on = false;
	private note = false;
	private idle: ReturnType<typeof setTimeout> | undefined;

	constructor(private conversation: string) {}

	/** note: what is written is for colleagues, and the customer is shown nothing. */
	typed(something: boolean, note: boolean): void {
		if (!something) return this.stop();
		if (note !== this.note) this.stop();
		this.note = note;
		clearTimeout(this.idle);
		this.idle = setTimeout(() => this.stop(), IDLE);
		if (Date.now() - this.last < EVERY) return;
		this.last = Date.now();
		this.on = true;
		this.tell(true);
	}

	stop(): void {
		clearTimeout(this.idle);
		if (!this.on) return;
		this.on = false;
		this.last = 0;
		this.tell(false);
	}

	private tell(typing: boolean): void {
		api.post(`/conversations/${this.conversation}/typing`, { typing, note: this.note }).catch(() => undefined);
	}
}
