// The console's worker. It shows push messages, opens what they are about, and has one page for when the
// server is away. It keeps nothing but a language: a new version of the console is there as soon as the server has it.
const WORDS = __WORDS__;
const OFFLINE = __OFFLINE__;
const KEPT = 'console';

self.addEventListener('install', () => self.skipWaiting());

self.addEventListener('activate', (event) => {
	event.waitUntil(
		(async () => {
			for (const name of await caches.keys()) if (name.startsWith('offline-')) await caches.delete(name); // of versions that kept a page there
			await self.clients.claim();
		})()
	);
});

// The language in which pages speak is kept for when none of them is there.
self.addEventListener('message', (event) => {
	const language = event.data?.speaks;
	if (language in WORDS) event.waitUntil(caches.open(KEPT).then((cache) => cache.put('/language', new Response(language))));
});

/** The language that is asked for, else the pages', else the first of the browser's. */
async function speaks(asked) {
	const kept = async () => (await (await caches.match('/language'))?.text()) ?? '';
	const known = (language) => language in WORDS;
	return [asked, await kept(), ...self.navigator.languages.map((tag) => tag.split('-')[0])].find(known) ?? 'en';
}

async function offline() {
	const language = await speaks();
	const page = OFFLINE.replace('__LANG__', language).replace('__DIR__', language === 'ar' ? 'rtl' : 'ltr').replace(/__(\w+)__/g, (_, word) => WORDS[language][word]);
	return new Response(page, { status: 503, headers: { 'Content-Type': 'text/html; charset=utf-8' } });
}

self.addEventListener('fetch', (event) => {
	// Pages of the console only; customers' pages, files and the API are none of its business.
	if (event.request.mode !== 'navigate' || /^\/(api|widget|sandbox|hooks|files|ui)(\/|$)/.test(new URL(event.request.url).pathname)) return;
	event.respondWith(fetch(event.request).catch(offline));
});

const consoles = async () => (await self.clients.matchAll({ type: 'window', includeUncontrolled: true })).filter((c) => !/^\/(api|widget|sandbox|ui)(\/|$)/.test(new URL(c.url).pathname));

self.addEventListener('push', (event) => {
	event.waitUntil(
		(async () => {
			let told;
			try {
				told = event.data.json();
			} catch {
				return;
			}
			// Who looks at the console sees it there.
			if (told.kind !== 'test' && (await consoles()).some((c) => c.visibilityState === 'visible' && c.focused)) return;
			const language = await speaks(told.language);
			const words = WORDS[language];
			const title = (words[told.kind] ?? words.message).replace('{who}', () => told.who || words.unknown);
			await self.registration.showNotification(title, {
				body: told.kind === 'test' ? words.testText : (told.text ?? ''),
				lang: language,
				dir: 'auto',
				tag: told.tag,
				icon: '/icon-192.png',
				badge: '/badge.png',
				data: { url: told.url }
			});
		})()
	);
});

self.addEventListener('notificationclick', (event) => {
	event.notification.close();
	const url = event.notification.data?.url;
	const go = typeof url === 'string' && url.startsWith('/') && !url.startsWith('//') ? url : '/inbox';
	event.waitUntil(
		(async () => {
			const open = await consoles();
			const one = open.find((c) => c.focused) ?? open[0];
			if (!one) return self.clients.openWindow(go);
			await one.focus();
			one.postMessage({ go });
		})()
	);
});
