import { fileURLToPath } from 'node:url';
import { build, defineConfig, mergeConfig, type Plugin } from 'vite';
import { appConfig } from '../vite.shared.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/**
 * The page's script is a plain script, not a module: it is built on its own, as one function, and put
 * at both addresses under which pages ask for it. Its name is fixed, since snippets are pasted once.
 */
function pageScript(): Plugin {
	return {
		name: 'page-script',
		apply: 'build',
		async generateBundle() {
			const built = await build({
				configFile: false,
				logLevel: 'warn',
				publicDir: false,
				build: {
					write: false,
					target: 'es2022',
					lib: { entry: here('./bootstrap/main.ts'), formats: ['iife'], name: 'embeddedservice', fileName: 'bootstrap' }
				}
			});
			const [output] = Array.isArray(built) ? built : [built];
			if (!output || !('output' in output)) throw new Error('the page script was not built');
			const source = output.output[0].code;
			for (const fileName of ['bootstrap.min.js', 'assets/js/bootstrap.min.js']) this.emitFile({ type: 'asset', fileName, source });
		}
	};
}

export default defineConfig(
	mergeConfig(appConfig('widget', '/widget/'), {
		plugins: [pageScript()],
		build: {
			rollupOptions: {
				input: { frame: here('./frame.html'), test: here('./test.html'), preview: here('./preview.html') },
				// Svelte's custom elements, of which there are none here, stay in every bundle otherwise.
				treeshake: { moduleSideEffects: (id: string) => !/svelte\/src\/(internal\/client\/dom\/elements\/custom-element|legacy\/)/.test(id) }
			}
		}
	})
);
