import '@fontsource-variable/inter/wght.css';
import '$ui/tokens.css';
import '$ui/base.css';
import '$ui/controls.css';
import { mount } from 'svelte';
import App from './App.svelte';

mount(App, { target: document.getElementById('app')! });
