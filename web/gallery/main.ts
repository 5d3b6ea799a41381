// The kit's own pages, for who builds with it. They are documentation in English, so their words stand
// where they are shown and in catalogue.ts, and not in a message file.
import '@fontsource-variable/inter/wght.css';
import '$ui/tokens.css';
import '$ui/base.css';
import '$ui/controls.css';
import { mount } from 'svelte';
import App from './App.svelte';

mount(App, { target: document.getElementById('app')! });
