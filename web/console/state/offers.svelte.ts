// Work that is offered to this agent right now. The server decides; a card only mirrors it, and goes when
// it is accepted, declined, withdrawn or run out.
import { api, ApiError } from '../api/client.ts';
import type { Offer, Page, Session } from '../api/types.ts';
import { account } from './account.svelte.ts';

class Offers {
	items = $state.raw<Offer[]>([]);
	busy = $state('');
	onoffer: (offer: Offer) => void = () => {};
	/** Accepted by a rule, without asking: the work just opens. */
	onassigned: (session: Session) => void = () => {};
	/** Sessions that are known to be this agent's, so that only new ones open. */
	private known = new Set<string>();

	start(): () => void {
		const { stop, joined } = account.realtime.subscribe('me', {
			frame: (f) => {
				if (f.type === 'offer.created') this.take(f.data as Offer);
				else if (f.type === 'offer.withdrawn') this.drop((f.data as { id: string }).id);
				else if (f.type === 'session.updated') this.assigned(f.data as Session);
			},
			resync: () => void this.load()
		});
		void joined.then(() => this.load());
		const timer = setInterval(() => this.expire(), 1000);
		return () => {
			stop();
			clearInterval(timer);
			this.items = [];
		};
	}

	async accept(offer: Offer): Promise<void> {
		this.busy = offer.id;
		this.known.add(offer.session_id);
		try {
			await api.post<Session>(`/offers/${offer.id}/accept`);
		} finally {
			this.busy = '';
			this.drop(offer.id);
		}
	}

	async decline(offer: Offer, reason: string): Promise<void> {
		this.busy = offer.id;
		try {
			await api.post(`/offers/${offer.id}/decline`, { reason });
		} catch (cause) {
			if ((cause as ApiError).code !== 'offer_gone') throw cause;
		} finally {
			this.busy = '';
			this.drop(offer.id);
		}
	}

	private async load(): Promise<void> {
		const page = await api.get<Page<Offer>>('/me/offers').catch(() => undefined);
		if (!page) return;
		const fresh = page.items.filter((o) => !this.items.some((old) => old.id === o.id));
		this.items = page.items;
		for (const offer of fresh) this.onoffer(offer);
	}

	private take(offer: Offer): void {
		const known = this.items.some((o) => o.id === offer.id);
		this.items = known ? this.items.map((o) => (o.id === offer.id ? offer : o)) : [...this.items, offer];
		if (!known) this.onoffer(offer);
	}

	private drop(id: string): void {
		this.items = this.items.filter((o) => o.id !== id);
	}

	private expire(): void {
		const now = Date.now();
		const left = this.items.filter((o) => o.id === this.busy || !runsOut(o) || Date.parse(o.expires_at!) > now);
		if (left.length !== this.items.length) this.items = left;
	}

	private assigned(session: Session): void {
		const mine = session.agent?.id === account.me?.user.id && session.status === 'active';
		if (!mine || this.known.has(session.id)) return;
		this.known.add(session.id);
		const recent = session.accepted_at !== undefined && Date.now() - Date.parse(session.accepted_at) < 10_000;
		if (recent) this.onassigned(session);
	}
}

export const runsOut = (offer: Offer) => offer.expires_at !== undefined;

export const offers = new Offers();
