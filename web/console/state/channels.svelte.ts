// The organisation's channels with their capabilities, read once: the composer and the filters ask it.
import { api } from '../api/client.ts';
import type { Channel, Page } from '../api/types.ts';

class Channels {
	items = $state.raw<Channel[]>([]);
	private loading: Promise<void> | undefined;

	load(again = false): Promise<void> {
		if (!this.loading || again) {
			this.loading = api.get<Page<Channel>>('/channels', { limit: 200 }).then(
				(page) => void (this.items = page.items),
				() => void (this.loading = undefined)
			);
		}
		return this.loading;
	}

	get(id: string): Channel | undefined {
		return this.items.find((c) => c.id === id);
	}
}

export const channels = new Channels();
