// The loader hooks behind typescript-loader.mjs; they run on Node's own loader thread.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** $ui is the kit, as in vite.shared.ts and tsconfig.json. */
export const resolve = (specifier, context, next) =>
	next(specifier.startsWith('$ui/') ? new URL(`../ui/${specifier.slice(4)}`, import.meta.url).href : specifier, context);

export async function load(url, context, next) {
	if (!url.endsWith('.ts') || url.includes('/node_modules/')) return next(url, context);
	const { outputText } = ts.transpileModule(await readFile(fileURLToPath(url), 'utf8'), {
		compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023, verbatimModuleSyntax: true, inlineSourceMap: true },
		fileName: fileURLToPath(url)
	});
	return { format: 'module', source: outputText, shortCircuit: true };
}
