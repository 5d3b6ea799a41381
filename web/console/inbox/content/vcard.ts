// A shared contact as a vCard 3.0, which every address book reads.
import type { Content } from '../../api/types.ts';

type Contact = NonNullable<Content['contacts']>[number];

const safe = (text: string) => text.replace(/[\\;,]/g, '\\$&').replace(/\r?\n/g, '\\n');

export function vcard(contact: Contact): string {
	const lines = ['BEGIN:VCARD', 'VERSION:3.0', `FN:${safe(contact.name)}`, `N:${safe(contact.name)};;;;`];
	if (contact.org) lines.push(`ORG:${safe(contact.org)}`);
	for (const phone of contact.phones ?? []) lines.push(`TEL:${safe(phone)}`);
	for (const email of contact.emails ?? []) lines.push(`EMAIL:${safe(email)}`);
	return [...lines, 'END:VCARD', ''].join('\r\n');
}

/** Gives a text to the browser to keep as a file. */
export function keep(name: string, type: string, text: string): void {
	const url = URL.createObjectURL(new Blob([text], { type }));
	const link = Object.assign(document.createElement('a'), { href: url, download: name });
	link.click();
	setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
