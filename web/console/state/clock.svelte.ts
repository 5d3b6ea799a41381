// The time, once a second. The kit's, so that there is one timer for the page.
export { clock } from '$ui/clock.svelte.ts';
