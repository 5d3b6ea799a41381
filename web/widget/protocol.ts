// What the page's script and the widget's frame say to each other by postMessage. Both sides check
// the other's window and exact origin before they believe a word; this file holds only the words.

import type { Look } from './chat/theme.ts';
import type { ServiceConfig } from './chat/wire.ts';

/** Marks our messages among all the others that a page's scripts exchange. */
export const mark = 'switchboard-widget';

/** A pre-chat value that the page fills in for the customer. */
export interface Prefilled {
	value: string;
	isEditableByEndUser: boolean;
}

/** What the page has set so far. It is sent whole whenever part of it changes. */
export interface PageSettings {
	/** Language code of the page, de or pt_BR; empty for the browser's. */
	language: string;
	hidden: Record<string, string>;
	visible: Record<string, Prefilled>;
	/** What the page says of its customer; undefined until it says something. */
	autoResponse: Record<string, string> | undefined;
	/** JWT that says who the customer is; empty for an unverified one. */
	identity: string;
	/** Whether the browser may keep anything: waiting touches nothing, denied takes away what is there. */
	storage: 'allowed' | 'waiting' | 'denied';
}

/** What set-up shows of a draft. */
export interface Rehearsal {
	config: ServiceConfig;
	/** Language of the page. */
	language: string;
	/** The scheme of the customer's device. */
	scheme: 'light' | 'dark';
	state: 'closed' | 'open' | 'prechat' | 'talk';
}

export type ToFrame =
	/** In set-up's preview only. */
	| { type: 'rehearse'; rehearsal: Rehearsal }
	| { type: 'settings'; settings: PageSettings }
	| { type: 'open' }
	| { type: 'minimise' }
	| { type: 'clear' }
	/** The customer has put the invitation away. */
	| { type: 'uninvited' };

/** How the launcher looks and is called, and which hidden fields the deployment knows. */
export interface Ready {
	look: Look;
	labels: { open: string; close: string; title: string; invitation: string; dismiss: string };
	position: 'left' | 'right';
	rtl: boolean;
	/** The deployment's list of fonts; empty for the system's. */
	font: string;
	hiddenFields: string[];
	visibleFields: string[];
}

export type ToPage =
	| { type: 'hello' }
	| { type: 'ready'; ready: Ready }
	| { type: 'failed'; reason: string }
	| { type: 'unread'; count: number; label: string }
	| { type: 'hours'; within: boolean }
	/** The deployment begins by itself, and this customer may be asked. */
	| { type: 'invite' }
	| { type: 'event'; name: string; detail: unknown }
	/** The window is put away; closed when what was said in it is over. */
	| { type: 'minimise'; closed: boolean }
	| { type: 'cleared' }
	/** The customer with this identity was signed out in another tab. */
	| { type: 'signed-out'; identity: string };

/** envelope wraps a message so that the other side knows it for ours. */
export const envelope = <T extends ToFrame | ToPage>(message: T) => ({ [mark]: 1, message });

/** opened takes a message out of its envelope, or undefined when it is somebody else's. */
export function opened<T extends ToFrame | ToPage>(data: unknown): T | undefined {
	if (typeof data !== 'object' || data === null || !(mark in data)) return undefined;
	const message = (data as { message?: unknown }).message;
	return typeof message === 'object' && message !== null && 'type' in message ? (message as T) : undefined;
}
