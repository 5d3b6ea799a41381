// The kinds of channels that this installation speaks, with what each asks for to be connected (CH-22).
// The connectors say it themselves, so a new one has its guide without a change here.
import { api } from '../api/client.ts';
import type { Capabilities } from '../api/types.ts';
import { ts } from './words.ts';

export interface Asked {
	name: string;
	label: string;
	help: string;
	secret: boolean;
	required: boolean;
	pattern?: string;
	/** Where on the channel's page it stands, when not with what connects the account. */
	part?: 'number';
}
export interface Kind {
	type: string;
	provider?: string;
	settings: Asked[];
	capabilities: Capabilities;
	/** It can be played by the built-in simulator here. */
	sandbox: boolean;
}

class Kinds {
	items = $state.raw<Kind[]>([]);
	problem = $state('');

	async load(): Promise<void> {
		this.problem = '';
		try {
			this.items = (await api.get<{ items: Kind[] }>('/channel-types')).items;
		} catch (cause) {
			this.problem = (cause as Error).message;
		}
	}

	of(channel: { type: string; provider?: string } | undefined): Kind | undefined {
		return this.items.find((k) => k.type === channel?.type && (k.provider ?? '') === (channel?.provider ?? '')) ?? this.items.find((k) => k.type === channel?.type);
	}
}

export const kinds = new Kinds();

/** Web channels have no number: customers come by a deployment. */
export const hasAddress = (type: string | undefined) => type !== undefined && type !== 'web';

export const typeName = (type: string) => (ts.has(`type.${type}`) ? ts(`type.${type}` as 'type.web') : type);
export const typeText = (type: string) => (ts.has(`type.${type}.text`) ? ts(`type.${type}.text` as 'type.web.text') : '');
/** A provider's name as it writes itself. */
export const providerName = (provider: string | undefined) => (provider ? provider.charAt(0).toUpperCase() + provider.slice(1) : '');

/** apiName makes a technical name of a plain one: "Demo site" → "Demo_site". */
export const apiName = (name: string) =>
	name
		.normalize('NFKD')
		.replace(/[\u0300-\u036f]/g, '')
		.replace(/[^A-Za-z0-9]+/g, '_')
		.replace(/^_+|_+$/g, '')
		.replace(/^(\d)/, 'C_$1')
		.slice(0, 80);
