// The console's words in German.
import { compose } from './compose.ts';
import { conversation } from './conversation.ts';
import { delivery } from './delivery.ts';
import { faults } from './faults.ts';
import { list } from './list.ts';
import { permit } from './permit.ts';
import { preferences } from './preferences.ts';
import { reasons } from './reasons.ts';
import { shell } from './shell.ts';

export { words as kit } from '$ui/words.de.ts';

export const words = { ...shell, ...preferences, ...list, ...conversation, ...compose, ...delivery, ...reasons, ...faults, ...permit };
