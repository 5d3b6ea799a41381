// The frame's start: reads its address, asks the page for its settings and the server for the
// deployment, and shows the conversation.

import { Door, Refusal } from '../chat/door.ts';
import { fetched } from '../chat/fetched.ts';
import { labelsFor, localeFor, wordsIn } from '../chat/labels.ts';
import { retryMs } from '../chat/retry.ts';
import { lookOf } from '../chat/theme.ts';
import type { ServiceConfig } from '../chat/wire.ts';
import { askedBy } from './asked.ts';
import './frame.css';
import { watchHours } from './hours.ts';
import { Inbox } from './inbox.ts';
import { originOf, PageLink } from './page-link.ts';
import { paint, readyOf } from './paint.ts';

const address = new URLSearchParams(location.search);
const origin = originOf(address.get('origin'));
if (origin) void (address.has('preview') ? preview(origin) : start(origin));

async function start(origin: string) {
	const base = originIn(address.get('api')) ?? location.origin;
	const account = { base, org: address.get('org') ?? '', deployment: address.get('deployment') ?? '', language: address.get('language') || navigator.language };
	const door = new Door(account);
	const inbox = new Inbox();
	const link = new PageLink(origin, (message) => inbox.take(message));
	link.say({ type: 'hello' });

	const page = address.get('language') ?? '';
	// Most likely it is this language: then its words come while the deployment is asked for.
	void wordsIn(localeFor(undefined, page, navigator.language)).catch(() => undefined);
	// The window behind the launcher too, so that it opens at once: the network would rest meanwhile.
	const drawn = fetched(() => import('./window.ts'));
	const config = await published(door, link);
	if (!config) return;
	const locale = localeFor(config.language, page, navigator.language);
	const t = labelsFor(config.labels, await fetched(() => wordsIn(locale)), locale);
	const dark = matchMedia('(prefers-color-scheme: dark)');
	const show = () => {
		const look = lookOf(config.branding2 ?? {}, dark.matches);
		paint(config, look, locale, t);
		link.say({ type: 'ready', ready: readyOf(config, look, locale, t) });
	};
	dark.addEventListener('change', show);
	show();
	void watchHours(door, link);

	// The launcher stands. What happens in the window is fetched beside what draws it.
	const live = fetched(() => import('./live.ts'));
	if (config.forms?.length) void askedBy(config);
	const { open } = await drawn;
	open(door, config, locale, t, link, inbox, live);
}

/** preview shows a draft that is being edited, to the set-up of this server alone. */
async function preview(origin: string) {
	if (origin !== location.origin) return;
	const { rehearse } = await import('../preview/rehearsal.ts');
	rehearse(origin);
}

/** published is the deployment. Without a network it is waited for; a refusal is final and told to the page. */
async function published(door: Door, link: PageLink): Promise<ServiceConfig | undefined> {
	for (let attempt = 1; ; attempt++) {
		try {
			return (await door.config()).embeddedServiceConfig;
		} catch (error) {
			if (error instanceof Refusal && error.status < 500 && error.status !== 429) {
				link.say({ type: 'failed', reason: `The deployment ${door.account.deployment} can't be loaded (${error.message.trim()}).` });
				return undefined;
			}
			await new Promise((done) => setTimeout(done, retryMs(attempt, Math.random())));
		}
	}
}

function originIn(url: string | null): string | undefined {
	try {
		const { protocol, origin } = new URL(url ?? '');
		return /^https?:$/.test(protocol) ? origin : undefined;
	} catch {
		return undefined;
	}
}
