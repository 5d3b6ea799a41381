// Who is signed in, what they may do, and what they are (presence). Everything live hangs on it:
// signing in opens the realtime connection, signing out closes it.
import { api, ApiError, authenticate } from '../api/client.ts';
import { Realtime, type Connection, type Frame } from '../api/realtime.ts';
import type { Me, Page, Presence, PresenceStatus } from '../api/types.ts';

class Account {
	me = $state.raw<Me | undefined>();
	state = $state<'loading' | 'out' | 'in' | 'error'>('loading');
	problem = $state('');
	presence = $state.raw<Presence | undefined>();
	statuses = $state.raw<PresenceStatus[]>([]);
	connection = $state<Connection>('connecting');
	/** How often the connection was made: what was told without a cursor belongs to one. */
	connected = $state(0);
	realtime = new Realtime(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/api/v1/realtime`, (s) => this.connects(s), () => void this.load());
	private unsubscribe = () => {};

	may(permission: string): boolean {
		return this.me?.permissions.includes(permission) ?? false;
	}

	/** load finds out whether there is a session, and starts everything if so. */
	async load(): Promise<void> {
		if (this.state !== 'in') this.state = 'loading';
		try {
			const me = await api.get<Me>('/me');
			authenticate(me.csrf, () => this.over());
			this.me = me;
			this.presence = me.presence;
			// Loaded again after the socket's credentials were refused: nothing to begin anew.
			if (this.state !== 'in') {
				this.state = 'in';
				this.listen();
			}
			this.statuses = (await api.get<Page<PresenceStatus>>('/presence-statuses')).items.toSorted((a, b) => a.position - b.position);
		} catch (cause) {
			if (this.me && (cause as ApiError).status !== 401) return; // the list of statuses failed: the menu says so by being empty
			this.problem = (cause as Error).message;
			this.state = cause instanceof ApiError && cause.status === 401 ? 'out' : 'error';
		}
	}

	async login(email: string, password: string): Promise<void> {
		await api.post('/login', { email, password }, { anonymous: true });
		await this.load();
	}

	async logout(): Promise<void> {
		await api.post('/logout').catch(() => undefined);
		this.over();
	}

	async setPresence(status: PresenceStatus): Promise<void> {
		await api.put<unknown>('/me/presence', { status: status.id });
		this.readPresence();
	}

	private connects(state: Connection): void {
		this.connection = state;
		if (state === 'open') this.connected++;
	}

	private listen(): void {
		this.realtime.start();
		const take = (data: unknown) => {
			const presence = data as Presence;
			if (presence?.user?.id === this.me?.user.id) this.presence = presence;
		};
		const presence = { frame: (f: Frame) => f.type === 'presence.updated' && take(f.data), resync: () => void this.readPresence() };
		this.unsubscribe = this.realtime.subscribe('me', presence, true).stop;
	}

	private async readPresence(): Promise<void> {
		const me = await api.get<Me>('/me').catch(() => undefined);
		if (me) this.presence = me.presence;
	}

	/** The session is over: by log-out, or because the server says so. */
	private over(): void {
		this.unsubscribe();
		this.realtime.stop();
		authenticate(undefined, () => {});
		this.me = undefined;
		this.state = 'out';
	}
}

export const account = new Account();
