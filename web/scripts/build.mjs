// Builds every app (a folder with a vite.config.ts), or those named on the command line.
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const web = dirname(dirname(fileURLToPath(import.meta.url)));
const config = (app) => join(web, app, 'vite.config.ts');
const named = process.argv.slice(2);
const apps = named.length > 0 ? named : readdirSync(web).filter((app) => existsSync(config(app)));

for (const app of apps) {
	await build({ configFile: config(app), logLevel: 'warn' });
	console.log(`built dist/${app}`);
}
