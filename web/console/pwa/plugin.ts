// What a browser needs to install the console and to call its user: manifest, icons and worker (which has the
// offline page), all at fixed addresses at the root.
import { readFileSync } from 'node:fs';
import type { Plugin } from 'vite';
import { push as ar } from '../i18n/ar/push.ts';
import { push as de } from '../i18n/de/push.ts';
import { push as en } from '../i18n/en/push.ts';
import { push as es } from '../i18n/es/push.ts';
import { push as fr } from '../i18n/fr/push.ts';

const words = { en, de, es, fr, ar };
const read = (name: string) => readFileSync(new URL(name, import.meta.url));

/** manifestIn is in a language, for the names that the system shows; the app is the same one by its id. */
const manifestIn = (language: keyof typeof words) => ({
	id: '/',
	name: 'Switchboard',
	short_name: 'Switchboard',
	lang: language,
	dir: language === 'ar' ? 'rtl' : 'ltr',
	description: words[language].description,
	start_url: '/inbox',
	scope: '/',
	display: 'standalone',
	background_color: '#fcfcfb',
	theme_color: '#0d5f74',
	categories: ['business', 'productivity'],
	icons: [
		{ src: '/icon.svg', sizes: 'any', type: 'image/svg+xml' },
		{ src: '/icon-192.png', sizes: '192x192', type: 'image/png' },
		{ src: '/icon-512.png', sizes: '512x512', type: 'image/png' },
		{ src: '/icon-maskable-512.png', sizes: '512x512', type: 'image/png', purpose: 'maskable' }
	],
	shortcuts: [
		{ name: words[language].inbox, url: '/inbox', icons: [{ src: '/icon-192.png', sizes: '192x192' }] },
		{ name: words[language].start, url: '/inbox?panel=start', icons: [{ src: '/icon-192.png', sizes: '192x192' }] }
	]
});

/** installable puts them into the build. */
export function installable(): Plugin {
	return {
		name: 'installable',
		apply: 'build',
		generateBundle() {
			const emit = (fileName: string, source: string | Uint8Array) => this.emitFile({ type: 'asset', fileName, source });
			const worker = read('sw.js').toString().replace('__WORDS__', () => JSON.stringify(words)).replace('__OFFLINE__', () => JSON.stringify(read('offline.html').toString()));
			emit('sw.js', worker);
			// The page names that of its language (main.ts); English is the one without.
			for (const language of Object.keys(words) as (keyof typeof words)[]) emit(language === 'en' ? 'manifest.json' : `manifest.${language}.json`, JSON.stringify(manifestIn(language)));
			emit('icon.svg', read('../icon.svg'));
			for (const icon of ['icon-192.png', 'icon-512.png', 'icon-maskable-512.png', 'badge.png', 'apple-touch-icon.png']) emit(icon, read(icon));
		}
	};
}
