// The parts that draw messages, in a file of their own that is fetched once the window is there.

export { default as Bubble } from './Bubble.svelte';
export { default as Unsent } from './Unsent.svelte';
