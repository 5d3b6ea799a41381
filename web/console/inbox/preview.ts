// One line that stands for a content, as the server writes it in lists.
import type { Content } from '../api/types.ts';
import { t } from '../i18n/index.ts';

export function previewOf(content: Content): string {
	if (content.text) return content.text;
	if (content.file) return content.file.voice ? t('content.voice') : content.file.sticker ? t('content.sticker') : content.file.name;
	if (content.location) return content.location.name ?? t('content.location');
	if (content.contacts?.[0]) return content.contacts[0].name;
	if (content.choice) return content.choice.title ?? content.choice.id;
	if (content.template) return content.template.name;
	if (content.form) return t('content.form');
	if (content.unsupported) return t('content.unsupported', { what: content.unsupported });
	return '';
}
