// The loader hooks behind typescript-loader.mjs; they run on Node's own loader thread.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { transform } from 'rolldown/utils';

/** $ui is the kit, as in vite.shared.ts and tsconfig.json. */
export const resolve = (specifier, context, next) =>
	next(specifier.startsWith('$ui/') ? new URL(`../ui/${specifier.slice(4)}`, import.meta.url).href : specifier, context);

export async function load(url, context, next) {
	if (!url.endsWith('.ts') || url.includes('/node_modules/')) return next(url, context);
	const path = fileURLToPath(url);
	const { code, map, errors } = await transform(path, await readFile(path, 'utf8'), { lang: 'ts', target: 'es2023', sourcemap: true, typescript: { onlyRemoveTypeImports: true } });
	if (errors.length > 0) throw errors[0];
	return { format: 'module', source: `${code}\n//# sourceMappingURL=data:application/json;base64,${Buffer.from(JSON.stringify(map)).toString('base64')}`, shortCircuit: true };
}
