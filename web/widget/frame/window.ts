// The window behind the launcher: what it shows, and who acts on what the page asks for.

import { mount } from 'svelte';
import type { Door } from '../chat/door.ts';
import type { Labels } from '../chat/labels.ts';
import type { ServiceConfig } from '../chat/wire.ts';
import type { PageSettings } from '../protocol.ts';
import App from './App.svelte';
import { Chat } from './chat.svelte.ts';
import type { Inbox } from './inbox.ts';
import type { Live } from './live.ts';
import type { PageLink } from './page-link.ts';

/** open draws the window, hidden until the page shows it; parts is what makes it live, on its way. */
export function open(door: Door, config: ServiceConfig, locale: string, t: Labels, link: PageLink, inbox: Inbox, parts: Promise<typeof import('./live.ts')>) {
	let settled: (live: Live) => void;
	const live = new Promise<Live>((done) => (settled = done));
	let told: (settings: PageSettings) => void;
	const settings = new Promise<PageSettings>((done) => (told = done));

	const chat = new Chat(config, locale, t, door.account, live, link);
	mount(App, { target: document.body, props: { chat, link } });
	inbox.read((message) => {
		switch (message.type) {
			case 'settings':
				told(message.settings);
				return void live.then((live) => live.settings(message.settings));
			case 'open':
				chat.open = true;
				return void live.then((live) => live.show());
			case 'minimise':
				chat.open = false;
				return;
			case 'uninvited':
				return void live.then((live) => live.uninvited());
			case 'clear':
				return void live.then((live) => live.clear());
		}
	});

	void parts.then(async ({ begin }) => settled(begin(chat, door.account, link, await settings)));
}
