import '@fontsource-variable/inter/wght.css';
import '$ui/tokens.css';
import '$ui/base.css';
import '$ui/controls.css';
import { mount } from 'svelte';
import App from './App.svelte';
import { speak, speaks } from './i18n/index.ts';

// What is installed, and its shortcuts, are called in this language, too.
if (speaks !== 'en') document.querySelector('link[rel=manifest]')?.setAttribute('href', `/manifest.${speaks}.json`);
void speak().then(() => mount(App, { target: document.getElementById('app')! }));
