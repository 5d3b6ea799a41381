// What a browser needs to install the console and to call its user: manifest, icons, worker and offline page,
// all at fixed addresses at the root.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Plugin } from 'vite';
import { push as words } from '../i18n/en/push.ts';

const read = (name: string) => readFileSync(new URL(name, import.meta.url));

const manifest = {
	id: '/',
	name: 'Switchboard',
	short_name: 'Switchboard',
	description: words.description,
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
		{ name: words.inbox, url: '/inbox', icons: [{ src: '/icon-192.png', sizes: '192x192' }] },
		{ name: words.start, url: '/inbox?panel=start', icons: [{ src: '/icon-192.png', sizes: '192x192' }] }
	]
};

/** installable puts them into the build. */
export function installable(): Plugin {
	return {
		name: 'installable',
		apply: 'build',
		generateBundle() {
			const emit = (fileName: string, source: string | Uint8Array) => this.emitFile({ type: 'asset', fileName, source });
			const offline = read('offline.html').toString().replace('__OFFLINE__', words.offline).replace('__OFFLINE_TEXT__', words.offlineText).replace('__AGAIN__', words.again);
			emit('offline.html', offline);
			emit('sw.js', read('sw.js').toString().replace('__WORDS__', JSON.stringify(words)).replace('__VERSION__', createHash('sha256').update(offline).digest('hex').slice(0, 12)));
			emit('manifest.json', JSON.stringify(manifest));
			emit('icon.svg', read('../icon.svg'));
			for (const icon of ['icon-192.png', 'icon-512.png', 'icon-maskable-512.png', 'badge.png', 'apple-touch-icon.png']) emit(icon, read(icon));
		}
	};
}
