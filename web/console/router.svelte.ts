// Addresses: the path and the query of the page, by the History API. Links are real links; plain
// clicks on them are taken here, everything else (middle click, copy, back) is the browser's.

const read = () => ({ path: location.pathname, query: new URLSearchParams(location.search) });
const here = () => location.pathname + location.search;

/** What is kept with an entry of the history: from which address it was reached, and what it laid over that. */
interface Step {
	from?: string;
	layer?: string;
}

class Router {
	private at = $state.raw(read());
	/** Asked before leaving a page with changes that are not saved: whether one may go at once. Who says no
	 *  may go later, by what it is given. */
	guard: ((leave: () => void) => boolean) | undefined;
	/** On the way back; what is asked for meanwhile is done on arrival. */
	private returning = false;
	private afterwards: (() => void) | undefined;

	get path(): string {
		return this.at.path;
	}
	get query(): URLSearchParams {
		return this.at.query;
	}
	/** The path's parts: /setup/channels/1 → ['setup', 'channels', '1']. */
	get parts(): string[] {
		return this.path.split('/').filter(Boolean).map(decodeURIComponent);
	}

	start(): () => void {
		const pop = () => {
			this.returning = false;
			const there = here();
			if (location.pathname !== this.path && this.guard && !this.guard(() => this.go(there))) {
				// The browser has gone already: back to where the changes are.
				const query = this.query.toString();
				history.pushState(null, '', this.path + (query ? `?${query}` : ''));
				return;
			}
			this.at = read();
			const then = this.afterwards;
			this.afterwards = undefined;
			then?.();
		};
		window.addEventListener('popstate', pop);
		document.addEventListener('click', this.click);
		return () => {
			window.removeEventListener('popstate', pop);
			document.removeEventListener('click', this.click);
		};
	}

	go(address: string, options: { replace?: boolean; layer?: string } = {}): void {
		if (this.returning) {
			this.afterwards = () => this.go(address, options);
			return;
		}
		if (address === here()) return;
		if (new URL(address, location.origin).pathname !== location.pathname && this.guard && !this.guard(() => this.go(address, options))) return;
		if (options.replace) history.replaceState(history.state, '', address);
		else history.pushState({ from: here(), ...(options.layer ? { layer: options.layer } : {}) } satisfies Step, '', address);
		this.at = read();
	}

	/** back leaves for an address; when it is where one came from, as the browser's own button does. */
	back(address: string): void {
		if ((history.state as Step | null)?.from === address) this.pop();
		else this.go(address);
	}

	/** layer lays something over the page, under a name in the query, so that going back takes it away. */
	layer(name: string, value: string): void {
		const step = history.state as Step | null;
		if (!value && step?.layer === name && this.query.has(name)) return this.pop();
		const address = this.with({ [name]: value });
		this.go(address, this.query.has(name) || !value ? { replace: true } : { layer: name });
	}

	/** Changes parts of the query in place; empty values go. */
	set(changes: Record<string, string | undefined>): void {
		this.go(this.with(changes), { replace: true });
	}

	private pop(): void {
		this.returning = true;
		history.back();
	}

	private with(changes: Record<string, string | undefined>): string {
		const query = new URLSearchParams(this.query);
		for (const [name, value] of Object.entries(changes)) {
			if (value) query.set(name, value);
			else query.delete(name);
		}
		const text = query.toString();
		return this.path + (text ? `?${text}` : '');
	}

	private click = (event: MouseEvent) => {
		if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
		const link = (event.target as Element | null)?.closest?.('a');
		if (!link || link.target || link.hasAttribute('download') || link.origin !== location.origin) return;
		if (/^\/(api|widget|sandbox|hooks|files|assets)(\/|$)/.test(link.pathname)) return;
		event.preventDefault();
		this.go(link.pathname + link.search);
	};
}

export const router = new Router();
