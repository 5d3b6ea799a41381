// How the gallery is looked at. It stands in the address, so that a look can be shown to somebody.
const query = new URLSearchParams(location.search);

function pick<V extends string>(name: string, allowed: readonly V[]): V {
	const value = query.get(name) as V | null;
	return value && allowed.includes(value) ? value : allowed[0]!;
}

export const themes = ['system', 'light', 'dark'] as const;
export const directions = ['ltr', 'rtl'] as const;
export const densities = ['comfortable', 'compact'] as const;
export const widths = ['full', 'phone'] as const;

export const view = $state({
	theme: pick('theme', themes),
	dir: pick('dir', directions),
	density: pick('density', densities),
	width: pick('width', widths)
});

/** framed: this is the page in the phone's frame, which shows no index and no switches. */
export const framed = query.has('framed');

/** page is the address's last part; the first page where it names none. */
export const page = location.pathname.replace(/^\/ui\/?/, '').replace(/\/$/, '');

/** address of a page as it is looked at now. */
export function address(to: string, options: { framed?: boolean; story?: string } = {}): string {
	const search = new URLSearchParams();
	if (view.theme !== 'system') search.set('theme', view.theme);
	if (view.dir !== 'ltr') search.set('dir', view.dir);
	if (view.density !== 'comfortable') search.set('density', view.density);
	if (options.framed) search.set('framed', '');
	else if (view.width !== 'full') search.set('width', view.width);
	const text = search.toString();
	return `/ui/${to}${text ? `?${text}` : ''}${options.story ? `#${options.story}` : ''}`;
}

function show(): void {
	const root = document.documentElement;
	if (view.theme === 'system') delete root.dataset['theme'];
	else root.dataset['theme'] = view.theme;
	root.dataset['density'] = view.density;
	root.dir = view.dir;
}

/** keepView puts the look on the page, before anything is drawn, and keeps it in the address. */
export function keepView(): void {
	show();
	$effect(() => {
		show();
		history.replaceState(null, '', address(page, { framed }) + location.hash);
	});
}
