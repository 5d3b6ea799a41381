// How a deployment looks: the frame's colours, font, language and direction, and what the page draws of it.

import { isRightToLeft, type Labels } from '../chat/labels.ts';
import { namesOf } from '../chat/prechat.ts';
import type { Look } from '../chat/theme.ts';
import type { ServiceConfig } from '../chat/wire.ts';
import type { Ready } from '../protocol.ts';

/** paint sets colours, font, language and direction. Values go through the CSSOM, so no inline style is needed. */
export function paint(config: ServiceConfig, look: Look, locale: string, t: Labels) {
	const page = document.documentElement;
	for (const [name, value] of Object.entries(look)) page.style.setProperty(`--${name}`, value);
	if (config.branding2?.font) page.style.setProperty('--font', config.branding2.font);
	page.style.colorScheme = look.scheme;
	page.lang = locale;
	document.title = config.branding2?.title || t('title');
	page.dir = isRightToLeft(locale) ? 'rtl' : 'ltr';
}

/** readyOf is what the page needs for the launcher. */
export function readyOf(config: ServiceConfig, look: Look, locale: string, t: Labels): Ready {
	return {
		look,
		labels: {
			open: t('launcher_open'),
			close: t('launcher_close'),
			title: config.branding2?.title || t('title'),
			invitation: t('invitation'),
			dismiss: t('invitation_close')
		},
		position: config.branding2?.position === 'left' ? ('left' as const) : ('right' as const),
		rtl: isRightToLeft(locale),
		font: config.branding2?.font ?? '',
		hiddenFields: namesOf(config, true),
		visibleFields: namesOf(config, false)
	};
}
