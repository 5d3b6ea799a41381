// The JSON of the sandbox's API (docs/sandbox.md).

export interface Misbehaviour {
	down: boolean;
	revoked: boolean;
	slow_ms: number;
	rate_limit: number;
	fail: number;
	break: number;
	hang: number;
	drop: number;
	duplicate: boolean;
	reorder: boolean;
	late_days: number;
	webhook_delay_ms: number;
}

export interface Channel {
	id: string;
	type: 'whatsapp' | 'sms';
	provider: string;
	address: string;
	webhook: string;
	phones: number;
	unread: number;
	misbehaviour: Misbehaviour;
}

export type PhoneState = 'on' | 'off' | 'unreachable' | 'blocked';

export interface Phone {
	id: string;
	channel_id: string;
	number: string;
	name: string;
	state: PhoneState;
	read_receipts: boolean;
	auto_read: boolean;
	hide_number: boolean;
	opted_out: boolean;
	typing_until?: string;
	unread: number;
	last_text?: string;
	last_at?: string;
}

export interface File {
	name: string;
	type: string;
	size: number;
	url?: string;
	voice?: boolean;
	sticker?: boolean;
}

export interface Option {
	id: string;
	title: string;
}

export interface Place {
	latitude: number;
	longitude: number;
	name?: string;
	address?: string;
}

export interface Card {
	name: string;
	phones?: string[];
	emails?: string[];
	org?: string;
}

export interface Content {
	text?: string;
	file?: File;
	location?: Place;
	contacts?: Card[];
	choice?: Option;
	form?: { name: string; value: string }[];
	buttons?: Option[];
	template?: { name: string; language: string };
	unsupported?: string;
}

export interface Message {
	id: string;
	seq: number;
	phone_id: string;
	customer: boolean;
	at: string;
	content: Content;
	header?: string;
	footer?: string;
	list?: boolean;
	reply_to?: string;
	customer_reaction?: string;
	business_reaction?: string;
	status: 'sending' | 'sent' | 'delivered' | 'read' | 'failed' | 'lost';
	error?: { code: number; text: string };
	deleted?: boolean;
	edited?: boolean;
	answered?: string;
	automatic?: boolean;
	segments?: number;
}

export interface Exchange {
	seq: number;
	channel_id: string;
	phone_id?: string;
	at: string;
	kind: 'api' | 'webhook';
	method: string;
	url: string;
	request: string;
	status: number;
	response: string;
	ms: number;
	attempt?: number;
	note?: string;
}

/** What a customer may say in one message. */
export interface Saying {
	text?: string;
	reply_to?: string;
	location?: Place;
	contacts?: Card[];
	reaction?: { emoji: string };
	choice?: Option;
	unsupported?: string;
	voice?: boolean;
	sticker?: boolean;
}
