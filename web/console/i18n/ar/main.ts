// The console's words in Arabic. Names and numbers that come from elsewhere stand between \u2068 and \u2069, so that
// Latin ones keep their direction and don't carry the punctuation beside them away.
import { compose } from './compose.ts';
import { conversation } from './conversation.ts';
import { delivery } from './delivery.ts';
import { faults } from './faults.ts';
import { list } from './list.ts';
import { permit } from './permit.ts';
import { preferences } from './preferences.ts';
import { reasons } from './reasons.ts';
import { shell } from './shell.ts';

export { words as kit } from '$ui/words.ar.ts';

export const words = { ...shell, ...preferences, ...list, ...conversation, ...compose, ...delivery, ...reasons, ...faults, ...permit };
