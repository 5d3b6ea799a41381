// A draft as its widget would read it once it were published (GET embedded-service-config): what the preview
// shows. The words of the widget itself are left to the widget.
import { languages } from '../../widget/chat/languages.ts';
import type { ServiceConfig } from '../../widget/chat/wire.ts';
import type { DeploymentSettings, PrechatField } from './types.ts';

const spoken: readonly string[] = languages;

/** preferred is the order in which texts of a language are looked for, as the server has it. */
const preferred = (language: string, languages: string[]): string[] => [...new Set([language, language.split('-')[0]!, ...languages])].filter(Boolean);

export function configOf(name: string, settings: DeploymentSettings, language: string): ServiceConfig {
	const order = preferred(language, settings.languages);
	const found = order.find((one) => settings.languages.length === 0 || settings.languages.includes(one)) ?? 'en';
	// What isn't said in a language that the widget speaks is the widget's own.
	const taken = spoken.includes(found.split('-')[0]!) ? order.slice(0, order.indexOf(found) + 1) : order;
	const labels = Object.assign({}, ...taken.toReversed().map((one) => Object.fromEntries(Object.entries(settings.labels?.[one] ?? {}).filter(([, text]) => text)))) as Record<string, string>;
	const fields = settings.prechat_active ? settings.prechat : [];
	return {
		name,
		embeddedServiceMessagingChannel: { channelAddressIdentifier: '', authMode: 'UnAuth' },
		branding2: settings.branding,
		labels,
		language: found,
		forms:
			fields.length === 0
				? []
				: [
						{
							formType: 'PreChat',
							displayContext: settings.prechat_each_session ? 'Session' : 'Conversation',
							formFields: fields.map((field, i) => ({
								name: field.name,
								type: field.type,
								order: i + 1,
								isHidden: field.hidden ?? false,
								required: Boolean(field.required) && !field.hidden,
								maxLength: field.max_length || 255,
								label: labelOf(field, language, settings.languages),
								...(field.type === 'ChoiceList' && { choiceListId: field.name })
							}))
						}
					],
		choiceListConfig: {
			choiceList: fields
				.filter((field) => field.type === 'ChoiceList')
				.map((field) => ({ choiceListId: field.name, choiceListValues: (field.choices ?? []).map((choice, i) => ({ choiceListValueId: choice.id, choiceListValueName: choice.id, label: choice.title, order: i + 1 })) }))
		},
		settings: {
			enterSends: settings.enter_sends,
			emoji: settings.emoji,
			attachments: settings.attachments,
			typing: settings.typing,
			receipts: settings.receipts,
			transcript: settings.transcript,
			prechatStyle: settings.prechat_style ?? 'form',
			invitation: settings.invitation?.active ? { afterSeconds: settings.invitation.after_seconds } : null
		}
	};
}

/** labelOf is the field's own label. A standard field without one in the language is named by the widget. */
function labelOf(field: PrechatField, language: string, languages: string[]): string {
	const own = preferred(language, []).map((one) => field.labels?.[one]).find(Boolean);
	if (own || field.name.startsWith('_')) return own ?? '';
	return languages.map((one) => field.labels?.[one]).find(Boolean) ?? field.name;
}
