// Levels of consent, and why they changed, in words.
import type { ConsentEvent } from '../api/types.ts';
import { t } from '../i18n/index.ts';

export const levelText = (level: string | undefined) => (level && t.has(`consent.${level}`) ? t(`consent.${level}` as 'consent.opted_out') : (level ?? ''));

export function causeText(event: Pick<ConsentEvent, 'cause' | 'keyword' | 'actor'>): string {
	if (!t.has(`cause.${event.cause}`)) return event.cause;
	return t(`cause.${event.cause}` as 'cause.agent', { keyword: event.keyword ?? '', actor: event.actor?.name || t('cause.someone') });
}
