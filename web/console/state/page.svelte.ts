// What the shown page is called, for the browser's tab, history and bookmarks.
export const page = $state({ title: '' });

/** named calls the page so for as long as the component that says it is there. */
export function named(title: () => string): void {
	$effect(() => {
		const own = title();
		if (own === '') return;
		page.title = own;
		return () => {
			if (page.title === own) page.title = '';
		};
	});
}
