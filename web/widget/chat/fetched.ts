// Parts of the widget that are fetched later than the rest.

import { retryMs } from './retry.ts';

/** fetched loads a part, and tries again for as long as the network is away. */
export async function fetched<T>(load: () => Promise<T>): Promise<T> {
	for (let attempt = 1; ; attempt++) {
		try {
			return await load();
		} catch {
			await new Promise((done) => setTimeout(done, retryMs(attempt, Math.random())));
		}
	}
}
