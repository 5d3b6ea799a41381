// How an SMS text is cut into segments (CH-7): GSM-7 or UCS-2, 140 bytes a segment, an 8-bit
// reference where there is more than one. The server refuses by the same rules; this is the
// composer's preview of them.

/** The basic set of GSM 03.38, in code order; its one gap is the escape to the extension. */
const BASIC =
	'@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?' +
	'¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà';

/** The extension: each of these is sent as an escape and a septet, so it counts two. */
const EXTENSION = '\f^{}\\[~]|€';

const basic = new Set(BASIC);
const extension = new Set(EXTENSION);

/** At most so many segments make one message. */
export const MAX_SEGMENTS = 6;

export interface Segments {
	encoding: 'gsm7' | 'ucs2';
	/** Length in units: septets of GSM-7 (extension characters count 2) or UTF-16 units. */
	units: number;
	segments: number;
	/** Units that still fit in the segments that are already needed. */
	left: number;
	/** The first character that forces UCS-2, for the composer's hint. */
	forcedBy?: string;
	tooLong: boolean;
}

/** countSegments measures a text as the carrier will. */
export function countSegments(text: string): Segments {
	const forcedBy = [...text].find((c) => !basic.has(c) && !extension.has(c));
	const gsm = forcedBy === undefined;
	// What may not be cut in two: an extension pair in GSM-7, a surrogate pair in UCS-2.
	const atoms = [...text].map((c) => (gsm ? (extension.has(c) ? 2 : 1) : c.length));
	const units = atoms.reduce((sum, n) => sum + n, 0);
	const [single, part] = gsm ? [160, 153] : [70, 67];
	const encoding = gsm ? 'gsm7' : 'ucs2';
	if (units <= single) {
		return { encoding, units, segments: units === 0 ? 0 : 1, left: single - units, forcedBy, tooLong: false };
	}
	let segments = 1;
	let used = 0;
	for (const n of atoms) {
		if (used + n > part) {
			segments++;
			used = 0;
		}
		used += n;
	}
	return { encoding, units, segments, left: part - used, forcedBy, tooLong: segments > MAX_SEGMENTS };
}
