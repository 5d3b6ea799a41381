// The console's worker. It shows push messages, opens what they are about, and has one page for when the
// server is away. It keeps nothing else: a new version of the console is there as soon as the server has it.
const WORDS = __WORDS__;
const OFFLINE = 'offline-__VERSION__';

self.addEventListener('install', (event) => {
	self.skipWaiting();
	event.waitUntil(caches.open(OFFLINE).then((cache) => cache.add(new Request('/offline.html', { cache: 'reload' }))));
});

self.addEventListener('activate', (event) => {
	event.waitUntil(
		(async () => {
			for (const name of await caches.keys()) if (name.startsWith('offline-') && name !== OFFLINE) await caches.delete(name);
			await self.clients.claim();
		})()
	);
});

self.addEventListener('fetch', (event) => {
	// Pages of the console only; customers' pages, files and the API are none of its business.
	if (event.request.mode !== 'navigate' || /^\/(api|widget|sandbox|hooks|files|ui)(\/|$)/.test(new URL(event.request.url).pathname)) return;
	event.respondWith(fetch(event.request).catch(async () => (await caches.match('/offline.html')) ?? Response.error()));
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
			const title = (WORDS[told.kind] ?? WORDS.message).replace('{who}', told.who || WORDS.unknown);
			await self.registration.showNotification(title, {
				body: told.kind === 'test' ? WORDS.testText : (told.text ?? ''),
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
