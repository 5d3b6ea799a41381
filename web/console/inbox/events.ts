// An event entry in words.
import type { Entry } from '../api/types.ts';
import { t } from '../i18n/index.ts';
import { because } from '../i18n/said.ts';
import { causeText, levelText } from './consent.ts';

const word = (status: string | undefined) => (status && t.has(`session.${status}`) ? t(`session.${status}` as 'session.active') : (status ?? ''));

export function eventText(entry: Entry): string {
	const event = entry.content.event;
	const actor = event?.actor || entry.author.name || t(`author.${entry.author.type}`);
	const why = because(event?.why, event?.reason);
	const reason = why ? ` (${why.replace(/\.$/, '')})` : '';
	switch (event?.type) {
		case 'session_started':
			// Its reason is the session's origin, which says who opened it better than the author does.
			return t('event.started', { actor: event.actor || (event.reason && t.has(`origin.${event.reason}`) ? t(`origin.${event.reason}` as 'origin.customer') : actor) });
		case 'session_status':
			return t('event.status', { from: word(event.from), to: word(event.to) }) + reason;
		case 'session_accepted':
			return t('event.accepted', { actor });
		case 'session_ended':
			return t('event.ended', { actor }) + reason;
		case 'consent_changed':
			return t('event.consent', { from: levelText(event.from), to: levelText(event.to) }) + (event.cause ? ` (${causeText({ cause: event.cause, keyword: event.target, actor: { id: '', name: event.actor ?? '' } })})` : '');
		case 'transferred':
			return t('event.transferred', { actor, target: event.target ?? '' }) + reason;
		case 'transfer_withdrawn':
			return t('event.transferWithdrawn', { actor });
		case 'rerouted':
			return (event.target ? t('event.reroutedTo', { target: event.target }) : t('event.rerouted')) + reason;
		case 'flagged':
			return t(event.to === 'lowered' ? 'event.unflagged' : 'event.flagged', { actor }) + reason;
		case 'edited':
			return t('event.edited', { actor });
		case 'deleted':
			return t('event.deleted', { actor });
		case 'call_missed':
			return t('event.callMissed', { actor });
	}
	return entry.content.text || event?.type?.replaceAll('_', ' ') || t('event.unknown');
}
