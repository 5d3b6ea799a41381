import '@fontsource-variable/inter/wght.css';
import '$ui/tokens.css';
import '$ui/base.css';
import '$ui/controls.css';
import { mount } from 'svelte';
import App from './App.svelte';
import { speak } from './i18n/index.ts';

void speak().then(() => mount(App, { target: document.getElementById('app')! }));
