// Addresses: the path and the query of the page, by the History API. Links are real links; plain
// clicks on them are taken here, everything else (middle click, copy, back) is the browser's.

const read = () => ({ path: location.pathname, query: new URLSearchParams(location.search) });

class Router {
	private at = $state.raw(read());
	/** Asked before leaving a page with changes that are not saved: whether one may go at once. Who says no
	 *  may go later, by what it is given. */
	guard: ((leave: () => void) => boolean) | undefined;

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
			const there = location.pathname + location.search;
			if (location.pathname !== this.path && this.guard && !this.guard(() => this.go(there))) {
				// The browser has gone already: back to where the changes are.
				const query = this.query.toString();
				history.pushState(null, '', this.path + (query ? `?${query}` : ''));
				return;
			}
			this.at = read();
		};
		window.addEventListener('popstate', pop);
		document.addEventListener('click', this.click);
		return () => {
			window.removeEventListener('popstate', pop);
			document.removeEventListener('click', this.click);
		};
	}

	go(address: string, options: { replace?: boolean } = {}): void {
		if (address === location.pathname + location.search) return;
		if (new URL(address, location.origin).pathname !== location.pathname && this.guard && !this.guard(() => this.go(address, options))) return;
		history[options.replace ? 'replaceState' : 'pushState'](null, '', address);
		this.at = read();
	}

	/** Changes parts of the query in place; empty values go. */
	set(changes: Record<string, string | undefined>): void {
		const query = new URLSearchParams(this.query);
		for (const [name, value] of Object.entries(changes)) {
			if (value) query.set(name, value);
			else query.delete(name);
		}
		const text = query.toString();
		this.go(this.path + (text ? `?${text}` : ''), { replace: true });
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
