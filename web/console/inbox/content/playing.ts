// One thing plays at a time: who begins stops the one before.
let now: HTMLMediaElement | undefined;

export function plays(media: HTMLMediaElement): void {
	if (now !== media) now?.pause();
	now = media;
}

/** How fast voices are heard, for the whole page: who is in a hurry is so for the next one too. */
export const speeds = [1, 1.5, 2] as const;
