// The set-up's words in German.
import { business } from './business.ts';
import { channels } from './channels.ts';
import { countries } from './countries.ts';
import { health } from './health.ts';
import { house } from './house.ts';
import { people } from './people.ts';
import { routing } from './routing.ts';
import { rules } from './rules.ts';
import { security } from './security.ts';
import { sensitive } from './sensitive.ts';
import { setup } from './setup.ts';
import { texts } from './texts.ts';
import { verification } from './verification.ts';
import { web } from './web.ts';

export const words = { ...setup, ...channels, ...countries, ...business, ...security, ...sensitive, ...routing, ...web, ...people, ...texts, ...health, ...house, ...verification, ...rules };
