// What this user can do with a session now. The server decides; this says it before somebody tries, and why not.
import type { Session } from '../api/types.ts';
import { t } from '../i18n/index.ts';
import { account } from '../state/account.svelte.ts';

/** Each action with the reason why it can't be done; '' when it can. */
export interface Possible {
	/** It is this agent's own work, and not over. */
	own: boolean;
	transfer: string;
	inactive: string;
	flag: string;
	end: string;
}

export function possible(session: Session | undefined): Possible {
	const over = !session || session.status === 'ended' || session.status === 'error';
	const mine = session?.agent !== undefined && session.agent.id === account.me?.user.id;
	if (over) return { own: false, transfer: t('why.over'), inactive: t('why.over'), flag: t('why.over'), end: t('why.over') };
	const reach = (permission: string) => (!account.may(permission) ? t('why.permission') : mine || account.may('session.supervise') ? '' : t('why.notYours'));
	const active = session.status === 'active' ? '' : session.transfer ? t('why.transferring', { name: session.transfer.to.name }) : t('why.notActive');
	return {
		own: mine,
		transfer: reach('session.transfer') || active,
		inactive: reach('session.inactive') || (session.status === 'inactive' ? t('why.inactive') : active) || (session.agent_messages === 0 ? t('why.notAnswered') : ''),
		flag: reach('session.flag'),
		end: reach('session.end')
	};
}
