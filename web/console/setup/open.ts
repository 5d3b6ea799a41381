// The way into the set-up: its page and its words are fetched side by side, when they are wanted.
import { setupWords } from '../i18n/index.ts';
import { readServerWords } from '../i18n/said.ts';

export async function openSetup() {
	const [page, { ts }, other] = await Promise.all([import('./Setup.svelte'), import('./words.ts'), setupWords(), readServerWords()]);
	if (other) ts.speak(other.tag, other.words);
	return page.default;
}

/** Its places alone, for who looks for one from elsewhere. */
export async function setupPlaces() {
	const [{ places, href }, { ts }, other] = await Promise.all([import('./places.ts'), import('./words.ts'), setupWords()]);
	if (other) ts.speak(other.tag, other.words);
	return places().map((place) => ({ ...place, href: href(place.path) }));
}
