// The JSON of the staff API, as internal/resource writes it. Absent parts are absent; times are RFC 3339.

export interface ChannelRef {
	id: string;
	type: string;
	name: string;
	address?: string;
}
export interface CustomerRef {
	id: string;
	name: string;
	address?: string;
	picture?: string;
	/** The customer's language, where it is known; on conversations. */
	locale?: string;
}
export interface Ref {
	id: string;
	name: string;
}
export type AuthorType = 'customer' | 'agent' | 'bot' | 'supervisor' | 'system';
export interface Author {
	type: AuthorType;
	id?: string;
	name?: string;
}
export interface DeliveryError {
	code: string;
	text: string;
	provider?: string;
	retryable: boolean;
}
/** Why the house did something by itself, or has not yet: a code with what it is about, and English words. */
export interface Reason {
	code: string;
	params: {
		agent?: string;
		queue?: string;
		to?: string;
		channel?: string;
		count?: number;
		used?: number;
		limit?: number;
		units?: number;
		percent?: number;
		/** Seconds. */
		waited?: number;
		within?: number;
		equal?: boolean;
		again?: number;
		declined?: number;
		missed?: number;
		delivery?: string;
		at?: string;
	};
	text: string;
}
export interface FileRef {
	id: string;
	name: string;
	type: string;
	size: number;
	width?: number;
	height?: number;
	url?: string;
	voice?: boolean;
	sticker?: boolean;
	error?: string;
}
export interface AnsweredField {
	name: string;
	label?: string;
	value: string;
	hidden?: boolean;
}
export interface Option {
	id: string;
	title: string;
}
export interface EventContent {
	type: string;
	actor?: string;
	target?: string;
	reason?: string;
	/** reason, where it is the house's and no person's. */
	why?: Reason;
	from?: string;
	to?: string;
	/** Why, where it is one of a few. */
	cause?: string;
}
export interface Content {
	text?: string;
	file?: FileRef;
	location?: { latitude: number; longitude: number; name?: string; address?: string };
	contacts?: { name: string; phones?: string[]; emails?: string[]; org?: string }[];
	reaction?: { emoji: string };
	choice?: { id: string; title?: string };
	form?: AnsweredField[];
	template?: { id: string; name: string; language: string; header?: string[]; body?: string[] };
	buttons?: Option[];
	unsupported?: string;
	mentions?: Ref[];
	event?: EventContent;
	referral?: string;
	/** Rules that took something out before it was kept. */
	masked?: Masked[];
}
export interface Masked {
	rule_id: string;
	name: string;
	by: AuthorType;
	/** The rule could not check the text, and all of it is withheld. */
	unchecked?: boolean;
}
export type EntryStatus = 'queued' | 'sent' | 'delivered' | 'read' | 'failed' | 'unknown';
export interface Entry {
	id: string;
	conversation_id: string;
	session_id: string;
	seq: number;
	kind: 'message' | 'event' | 'note' | 'reaction';
	author: Author;
	content: Content;
	status: EntryStatus;
	error?: DeliveryError;
	refers_to?: string;
	client_id?: string;
	created_at: string;
	sent_at?: string;
	delivered_at?: string;
	read_at?: string;
	attempt_at?: string;
	/** Its session was deleted: the content is gone. */
	erased_at?: string;
	version: number;
}
/** Whom a session is handed to. */
export interface Destination extends Ref {
	type: 'agent' | 'queue' | 'everyone';
}
export interface Transfer {
	to: Destination;
	by: Ref;
	note?: string;
	at: string;
}
/** Who could take a session over. */
export interface TransferTargets {
	agents: { id: string; name: string; status: { id: string; name: string; kind: PresenceStatus['kind'] }; capacity: { used: number; limit: number }; available: boolean }[];
	queues: { id: string; name: string; waiting: number; available_agents: number }[];
}
export type SessionStatus = 'new' | 'waiting' | 'active' | 'consent' | 'inactive' | 'error' | 'ended';
export interface Session {
	id: string;
	number: string;
	conversation_id: string;
	status: SessionStatus;
	channel: ChannelRef;
	customer: CustomerRef;
	agent?: Ref;
	agent_type?: string;
	queue?: Ref;
	origin: string;
	started_at: string;
	waiting_since?: string;
	accepted_at?: string;
	inactive_at?: string;
	ended_at?: string;
	ended_by?: string;
	end_reason?: string;
	error?: DeliveryError;
	/** How often it failed for this cause, and when last. */
	error_count?: number;
	error_at?: string;
	agent_messages: number;
	customer_messages: number;
	length_seconds: number;
	prechat?: AnsweredField[];
	/** What the customer's page says, unverified. */
	page_values?: AnsweredField[];
	routing?: string;
	routing_why?: Reason;
	/** On its way to somebody else; agent is who stays until they accept. */
	transfer?: Transfer;
	/** A supervisor is asked for help since then; flagged is the note. */
	flagged_at?: string;
	flagged?: string;
	flagged_by?: Ref;
	modified_at: string;
	version: number;
}
export interface LastEntry {
	seq: number;
	kind: Entry['kind'];
	author: Author;
	preview: string;
	status: EntryStatus;
	created_at: string;
}
export interface Conversation {
	id: string;
	channel: ChannelRef;
	customer: CustomerRef;
	session?: Session;
	last_entry?: LastEntry;
	last_seq: number;
	read_seq: number;
	unread: number;
	/** What the asking user has begun here. */
	draft?: { mode: 'reply' | 'note'; preview: string; files?: number; version: number };
	last_activity_at: string;
	window_expires_at?: string;
	blocked?: { code: string; text: string };
	created_at: string;
	version: number;
}
export interface Offer {
	id: string;
	session_id: string;
	conversation_id: string;
	channel: ChannelRef;
	customer: CustomerRef;
	preview: string;
	reason: string;
	why?: Reason;
	queue?: Ref;
	/** It was handed over: by whom, and what they say. */
	transfer?: Transfer;
	prechat?: AnsweredField[];
	waiting_since: string;
	created_at: string;
	/** Absent when the offer does not run out. */
	expires_at?: string;
}
export interface MessagingUser {
	id: string;
	channel: ChannelRef;
	name: string;
	addresses: { kind: string; value: string }[];
	locale?: string;
	country?: string;
	picture?: string;
	consent: { status: string; required: string };
	created_at: string;
	last_inbound_at?: string;
	version: number;
}
/** A line of the ledger of consent. */
export interface ConsentEvent {
	seq: number;
	before: string;
	after: string;
	cause: string;
	keyword?: string;
	language?: string;
	entry_id?: string;
	actor?: { id: string; name: string };
	source?: string;
	note?: string;
	at: string;
	recorded_at: string;
}
export interface FileRule {
	types: string[];
	max_bytes: number;
	/** -1: no later rule sends it as a link either. */
	as_link_bytes?: number;
	/** Pictures up to this are made smaller before they go. */
	shrink_bytes?: number;
}
/** One row of the capability matrix (internal/channel). */
export interface Capabilities {
	text_max: number;
	text_unit: 'characters' | 'segments';
	window_hours?: number;
	typing_out: boolean;
	typing_in: boolean;
	delivered: boolean;
	read: boolean;
	reply_to: boolean;
	reactions: boolean;
	buttons_max?: number;
	templates: boolean;
	agent_opens: boolean;
	customer_ends: boolean;
	files_max: number;
	text_with_file: boolean;
	files_in?: FileRule[];
	files_out?: FileRule[];
}
export interface Channel extends ChannelRef {
	provider?: string;
	api_name: string;
	active: boolean;
	sandbox: boolean;
	webhook?: string;
	settings?: Record<string, string>;
	secrets_set?: string[];
	required_consent: string;
	routing: { mode: 'everyone' | 'queue' | 'agent' | 'none'; queue_id?: string; agent_id?: string; last_agent_minutes?: number };
	/** Of web channels: what customers must sign in with. */
	keyset_id?: string;
	/** What a browser wrote shortly before its customer first signed in is theirs. */
	join_unverified?: boolean;
	capabilities: Capabilities;
	/** Of text-message channels. */
	number?: ChannelNumber;
	created_at: string;
	version: number;
}
export interface ChannelNumber {
	kind: 'long_code' | 'mobile' | 'toll_free' | 'short_code';
	country: string;
	uses: ('answer' | 'begin' | 'automated' | 'campaign')[];
	limited: boolean;
	abroad: boolean;
	registers: boolean;
	pictures: boolean;
}
/** What is known of a number before it is written to. */
export interface Recipient {
	to: string;
	country: string;
	number_kind: ChannelNumber['kind'];
	uses?: ChannelNumber['uses'];
	blocked?: { code: string; text: string };
	local_times: { time_zone: string; time: string }[];
	within_hours?: boolean;
	opens_at?: string;
}
/** What a text-message channel has sent and received in a calendar month. */
export interface ChannelUsage {
	month: string;
	sent: number;
	received: number;
	ratio: number;
	limited: boolean;
	left: number;
	sent_max: number;
	ratio_max: number;
	ratio_from: number;
}
export interface PresenceStatus {
	id: string;
	name: string;
	kind: 'online' | 'busy' | 'away' | 'offline';
	channels?: string[];
	position: number;
	version: number;
}
export interface Presence {
	user: Ref;
	status: PresenceStatus;
	since: string;
	capacity: { used: number; limit: number };
	connected: boolean;
}
export interface User {
	id: string;
	name: string;
	email: string;
	permission_set_id: string;
	role: string;
	capacity: number;
	active: boolean;
	invited: boolean;
	invite_link?: string;
	/** The link went by e-mail. */
	mailed?: boolean;
	/** When they were signed in last. */
	last_seen_at?: string;
	queues: string[];
	version: number;
}
export interface Organisation {
	id: string;
	key: string;
	name: string;
	time_zone: string;
	language: string;
	version: number;
}
export interface Me {
	user: User;
	organisation: Organisation;
	permissions: string[];
	presence?: Presence;
	csrf?: string;
}
export interface QuickText {
	id: string;
	name: string;
	shortcut: string;
	text: string;
	language?: string;
	folder?: string;
	queues: string[];
	/** How often it was sent, by everybody. */
	uses: number;
	version: number;
}
/** A quick text as one user may use it in one conversation. */
export interface QuickSuggestion {
	id: string;
	name: string;
	shortcut: string;
	/** Its beginning. */
	text: string;
	language?: string;
	folder?: string;
	favourite: boolean;
	uses: number;
	fits: boolean;
	segments?: number;
}
export interface Draft {
	conversation_id: string;
	mode: 'reply' | 'note';
	text: string;
	reply_to?: string;
	files: FileRef[];
	device?: string;
	version: number;
}
export interface Drafts {
	conversation_id: string;
	items: Draft[];
	version?: number;
}
export interface Notification {
	id: string;
	type: 'mention';
	conversation_id: string;
	entry_seq: number;
	entry_id?: string;
	actor: Ref;
	/** A mention gives no right to read. */
	readable: boolean;
	customer?: string;
	preview?: string;
	created_at: string;
	read_at?: string;
}
export interface RowProblem {
	row: number;
	field?: string;
	code: string;
	message: string;
	template?: string;
	params?: (string | number)[];
}
/** What an import did, or would do. */
export interface ImportAnswer {
	applied: boolean;
	rows: number;
	made: number;
	changed: number;
	same: number;
	refused: number;
	problems: RowProblem[];
	preview: { row: number; action: 'made' | 'changed' | 'same' | 'refused'; cells: Record<string, string> }[];
	links?: { name: string; email: string; link?: string; mailed?: boolean }[];
}
export interface Template {
	id: string;
	channel_id: string;
	name: string;
	language: string;
	category: string;
	status: 'approved' | 'pending' | 'rejected' | 'paused' | 'retired';
	header?: string;
	body: string;
	footer?: string;
	version: number;
}
export interface Page<T> {
	items: T[];
	next_cursor?: string;
}
/** What POST …/messages and …/notes take. */
export interface OutgoingMessage {
	/** The draft it came from goes with it. */
	draft_version?: number;
	quick_texts?: string[];
	mentions?: string[];
	text?: string;
	file_id?: string;
	template?: { id: string; body: string[]; header: string[] };
	reply_to?: string;
}
/** A limit and how much of it is used; allowed is -1 without a limit, 0 when it isn't known. */
export interface Allowance {
	used: number;
	allowed: number;
	source: 'usual' | 'set' | 'provider';
	free_at?: string;
}
/** How a provider sees a channel's number, with its business account's limits. */
export interface ChannelStanding {
	display_name?: string;
	status?: string;
	verified: boolean;
	quality?: string;
	throughput?: string;
	read_at?: string;
	problem?: string;
	daily: Allowance;
	numbers: Allowance;
	templates: Allowance;
}
/** What customers see about the business, and what may be written there. */
export interface BusinessProfile {
	about: string;
	address: string;
	description: string;
	email: string;
	websites: string[];
	vertical: string;
	picture_url?: string;
	rules: { about_max: number; description_max: number; websites_max: number; verticals: string[]; picture_min_pixels: number; picture_max_bytes: number };
}
/** A message or note that a search found. */
export interface Hit {
	entry_id: string;
	seq: number;
	kind: string;
	author: Author;
	created_at: string;
	text: string;
	/** Where in it the words are, in UTF-16 units. */
	ranges: [number, number][];
	file?: boolean;
}
export interface FoundIn {
	conversation: { id: string; customer: CustomerRef; channel: ChannelRef; session_number?: string };
	hits: Hit[];
}
export interface Found {
	people: Conversation[];
	items: FoundIn[];
	next_cursor?: string;
	/** Back to when messages were looked through so far. */
	looked_to?: string;
	/** How much of the earlier messages can be found, 0 to 1; absent when all. */
	indexed?: number;
}
