// The customer API's shapes, as far as the widget reads and writes them. The names are the API's own.

/** A field of a pre-chat form (CX-1). */
export interface FormField {
	name: string;
	type: 'Text' | 'Email' | 'Phone' | 'Number' | 'Checkbox' | 'ChoiceList';
	order: number;
	isHidden: boolean;
	required: boolean;
	maxLength?: number;
	label?: string;
	choiceListId?: string;
}

export interface Form {
	formType: string;
	/** Conversation: asked once, before the first session. Session: asked before each one. */
	displayContext: 'Conversation' | 'Session';
	formFields: FormField[];
}

export interface ChoiceListValue {
	choiceListValueId: string;
	choiceListValueName: string;
	label?: string;
	order: number;
}

/** The published deployment (GET embedded-service-config). */
export interface ServiceConfig {
	name: string;
	embeddedServiceMessagingChannel?: { channelAddressIdentifier: string; authMode: string };
	branding2?: {
		title?: string;
		accent?: string;
		background?: string;
		text?: string;
		font?: string;
		avatar_url?: string;
		position?: string;
	};
	labels?: Record<string, string>;
	language?: string;
	forms?: Form[];
	choiceListConfig?: { choiceList?: { choiceListId: string; choiceListValues: ChoiceListValue[] }[] };
	settings?: {
		enterSends?: boolean;
		emoji?: boolean;
		attachments?: boolean;
		typing?: boolean;
		receipts?: boolean;
		transcript?: boolean;
		prechatStyle?: 'form' | 'conversation';
		/** When the widget begins by itself; nothing where it doesn't. */
		invitation?: { afterSeconds: number } | null;
		fileTypes?: string[];
		maxFileBytes?: number;
	};
}

export interface Participant {
	appType?: string;
	subject?: string;
	role?: string;
	clientIdentifier?: string;
}

/** One entry. entryPayload is JSON text on the stream and an object in the history. */
export interface WireEntry {
	identifier: string;
	entryType: string;
	entryPayload: unknown;
	sender?: Participant;
	senderDisplayName?: string;
	transcriptedTimestamp?: number;
	clientTimestamp?: number;
	relatedRecords?: string[];
}

/** The data of one frame of the stream. */
export interface WireEvent {
	conversationId?: string;
	conversationEntry?: WireEntry;
}

export interface ConversationItem {
	conversationId: string;
	startTimestamp?: number;
	endTimestamp?: number;
}

/** payloadOf is the entry's payload as an object, whichever way it came. */
export function payloadOf(entry: WireEntry): Record<string, unknown> {
	const raw = entry.entryPayload;
	if (typeof raw !== 'string') return isObject(raw) ? raw : {};
	try {
		const parsed: unknown = JSON.parse(raw);
		return isObject(parsed) ? parsed : {};
	} catch {
		return {};
	}
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
export const listOf = (value: unknown): Record<string, unknown>[] => (Array.isArray(value) ? value.filter(isObject) : []);
