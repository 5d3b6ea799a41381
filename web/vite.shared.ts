// One configuration for all apps: each folder's vite.config.ts names the app and its base address.
import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import type { UserConfig } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The server that `npm run dev` talks to. */
const backend = process.env['SWITCHBOARD_URL'] ?? 'http://127.0.0.1:8080';

/**
 * appConfig is the build of one app: root web/<name>, output web/dist/<name>, files named by content
 * below assets/. Nothing is inlined, so that a Content-Security-Policy without 'unsafe-inline' and
 * data: holds.
 */
export function appConfig(name: string, base: string): UserConfig {
	return {
		root: here(`./${name}`),
		base,
		publicDir: false,
		plugins: [svelte({ configFile: here('./svelte.config.js') })],
		resolve: { alias: { $ui: here('./ui') } },
		build: {
			outDir: here(`./dist/${name}`),
			emptyOutDir: true,
			target: 'es2022',
			// light-dark() as it is: the tokens are one scale for both themes.
			cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
			assetsInlineLimit: 0,
			modulePreload: { polyfill: false },
			reportCompressedSize: false
		},
		server: {
			host: '127.0.0.1',
			proxy: {
				'/api': { target: backend, ws: true },
				'/widget': { target: backend },
				'/sandbox': { target: backend }
			}
		}
	};
}
