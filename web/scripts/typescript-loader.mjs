// Lets `node --test` of Node 20 read TypeScript: types are stripped, nothing is checked (svelte-check does).
import { register } from 'node:module';

register('./typescript-hooks.mjs', import.meta.url);
