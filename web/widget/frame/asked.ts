// The pre-chat as the deployment has it: a form, or a conversation. Fetched where there is one.

import { fetched } from '../chat/fetched.ts';
import type { ServiceConfig } from '../chat/wire.ts';

export const askedBy = async (config: ServiceConfig) =>
	(await fetched(config.settings?.prechatStyle === 'conversation' ? () => import('./Interview.svelte') : () => import('./Prechat.svelte'))).default;
