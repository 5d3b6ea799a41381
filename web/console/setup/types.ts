// The resources that only the set-up edits, as internal/resource writes them.
import type { Template } from '../i18n/said.ts';
import type { AuthorType, ChannelNumber, Option } from '../api/types.ts';

export interface PrechatField {
	name: string;
	type: 'Text' | 'Email' | 'Phone' | 'Number' | 'Checkbox' | 'ChoiceList';
	hidden?: boolean;
	required?: boolean;
	max_length?: number;
	choices?: Option[];
	labels?: Record<string, string>;
}
export interface Branding {
	title: string;
	accent: string;
	background: string;
	text: string;
	font: string;
	avatar_url: string;
	position: 'right' | 'left';
}
export interface DeploymentSettings {
	domain: string;
	origins: string[];
	branding: Branding;
	labels: Record<string, Record<string, string>>;
	languages: string[];
	enter_sends: boolean;
	emoji: boolean;
	attachments: boolean;
	typing: boolean;
	receipts: boolean;
	transcript: boolean;
	prechat: PrechatField[];
	prechat_active: boolean;
	prechat_each_session: boolean;
	prechat_style?: 'form' | 'conversation';
	invitation?: { active: boolean; after_seconds: number };
}
export interface Deployment {
	id: string;
	name: string;
	api_name: string;
	kind: 'web' | 'mobile';
	channel_id: string;
	draft: DeploymentSettings;
	published?: DeploymentSettings;
	published_at?: string;
	changed: boolean;
	snippet: string;
	version: number;
}
export interface Queue {
	id: string;
	name: string;
	routing_configuration_id?: string;
	overflow_queue_id?: string;
	overflow_after_seconds?: number;
	members: string[];
	waiting: number;
	longest_waiting_since?: string;
	online_agents: number;
	problem?: string;
	version: number;
}
export interface RoutingConfiguration {
	id: string;
	name: string;
	model: 'least_active' | 'most_available';
	priority: number;
	size_units?: number;
	size_percent?: number;
	push_timeout_seconds: number;
	auto_accept: boolean;
	version: number;
}
export interface PermissionSet {
	id: string;
	api_name: string;
	name: string;
	built_in: boolean;
	permissions: string[];
	version: number;
}
export interface APIKey {
	id: string;
	name: string;
	prefix: string;
	scopes: string[];
	key?: string;
	created_at: string;
	last_used_at?: string;
}
export interface DeliveryFailure {
	at: string;
	code: string;
	text: string;
	advice: string;
	provider?: string;
	channel: { id: string; type: string; name: string };
	conversation_id?: string;
	entry_id?: string;
}
export interface Quarantined {
	id: string;
	at: string;
	channel: { id: string; type: string; name: string };
	reason: string;
	size: number;
	sha256: string;
	headers?: Record<string, string>;
}
export interface SecurityCheck {
	key: string;
	state: 'good' | 'advice' | 'risk';
	subjects: { id: string; name: string }[];
}
export interface NumberRule {
	kind: ChannelNumber['kind'];
	uses: ChannelNumber['uses'];
	limited: boolean;
	abroad: boolean;
	min_digits?: number;
	max_digits?: number;
}
export type Weekday = 'monday' | 'tuesday' | 'wednesday' | 'thursday' | 'friday' | 'saturday' | 'sunday';
export interface SendingHours {
	days: { day: Weekday; from: string; to: string }[];
	closed_on: string[];
}
export interface ConsentLanguage {
	language: string;
	/** Of short codes. */
	campaign?: string;
	description?: string;
	keywords: { opt_in?: string[]; double_opt_in?: string[]; opt_out?: string[]; help?: string[]; custom?: string[] };
	texts: { opt_in_prompt?: string; opt_in_confirmation?: string; double_opt_in_prompt?: string; opt_out_confirmation?: string; help_response?: string; custom_response?: string };
}
/** Keywords and texts of consent, of the organisation or a channel. */
export interface ConsentRules {
	/** Set here, and not inherited. */
	own: boolean;
	languages: ConsentLanguage[];
	required?: string;
	missing: { field: string; text: string }[];
	version: number;
}
export interface Country {
	code: string;
	listed: boolean;
	changed: ('numbers' | 'hours')[];
	numbers: NumberRule[];
	hours: SendingHours;
	built_in: { numbers: NumberRule[]; hours: SendingHours };
	version: number;
}

/** One change that somebody made to the set-up. */
export interface AuditLine {
	seq: number;
	at: string;
	actor_type: 'user' | 'api_key';
	actor_id: string;
	actor_name: string;
	action: string;
	target_id?: string;
	detail?: Record<string, unknown>;
	ip: string;
	code: string;
}

/** Whether the log is as it was written. */
export interface AuditState {
	lines: number;
	whole: boolean;
	broken?: number;
	code: string;
}

/** A public key that identity tokens are signed with. */
export interface IdentityKey {
	id: string;
	name: string;
	kid: string;
	alg: string;
	bits: number;
	active: boolean;
	/** The key; a text while it is being uploaded. */
	jwk?: string | Record<string, unknown>;
	certificate_until?: string;
	/** When a test key ends. */
	until?: string;
	keysets: string[];
	created_at: string;
	version: number;
}
export interface Keyset {
	id: string;
	name: string;
	issuer: string;
	type: 'keys' | 'url';
	keys?: string[];
	url?: string;
	fetched?: Template & { keys: { kid: string; alg: string; bits: number; certificate_until?: string }[]; fetched_at?: string; tried_at?: string; problem?: string };
	channels: string[];
	/** Who signed in before it was asked to sign in again. */
	ends_before?: string;
	created_at: string;
	version: number;
}
export interface TokenCheck extends Template {
	passed: boolean;
	/** The number of the check that refuses it. */
	failed?: number;
	text?: string;
	subject?: string;
	expires_at?: string;
}
export interface TestKeyMade {
	key: IdentityKey;
	private_jwk: Record<string, unknown>;
	token: string;
}
export interface SensitiveRule {
	id: string;
	name: string;
	active: boolean;
	preset?: string;
	pattern?: string;
	action: 'remove' | 'replace';
	replacement?: string;
	authors: AuthorType[];
	priority: number;
	/** Within 7 days, at most 1000. */
	blocked: number;
	unchecked: number;
	last_at?: string;
	version: number;
}
export interface SensitiveBlock {
	id: string;
	at: string;
	rule_id: string;
	rule: string;
	author: AuthorType;
	place: string;
	unchecked: boolean;
	conversation_id?: string;
	entry_seq?: number;
}
/** How a rule does on a sample. */
export interface RuleTest {
	matches: { from: number; to: number; text: string }[];
	result: string;
	unchecked: boolean;
	took_us: number;
}
/** How it would have done on what was kept. */
export interface RuleTrial {
	looked: number;
	found: number;
	unchecked: number;
	complete: boolean;
	items: { conversation_id: string; seq: number; at: string; author: AuthorType; matches: number; context: string }[];
}
