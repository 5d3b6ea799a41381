// The console's words in English, the model of the other languages. {name} is a parameter; _one and _other are
// chosen by the count. The set-up's words come with the set-up (administration.ts).
import { compose } from './compose.ts';
import { conversation } from './conversation.ts';
import { delivery } from './delivery.ts';
import { faults } from './faults.ts';
import { list } from './list.ts';
import { permit } from './permit.ts';
import { preferences } from './preferences.ts';
import { reasons } from './reasons.ts';
import { shell } from './shell.ts';

export const en = { ...shell, ...preferences, ...list, ...conversation, ...compose, ...delivery, ...reasons, ...faults, ...permit };
