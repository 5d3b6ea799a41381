// Where readers stood in conversations that they left, so that coming back finds the same lines.

interface Place {
	entry: string;
	/** How far its line stood below the view's top. */
	below: number;
}

const KEPT = 100;
const places = new Map<string, Place>();

/** keepPlace notes the first line in view; at the end there is nothing to note. */
export function keepPlace(conversation: string, view: HTMLElement, atEnd: boolean): void {
	places.delete(conversation);
	if (atEnd) return;
	const top = view.getBoundingClientRect().top;
	for (const line of view.querySelectorAll<HTMLElement>('[id^="entry-"]')) {
		const box = line.getBoundingClientRect();
		if (box.bottom <= top) continue;
		places.set(conversation, { entry: line.id.slice('entry-'.length), below: box.top - top });
		break;
	}
	if (places.size > KEPT) places.delete(places.keys().next().value!);
}

export const placeIn = (conversation: string): Place | undefined => places.get(conversation);

/** returnTo puts the line where it was; false when it isn't there. */
export function returnTo(place: Place, view: HTMLElement): boolean {
	const line = document.getElementById(`entry-${place.entry}`);
	if (!line) return false;
	view.scrollTop += line.getBoundingClientRect().top - view.getBoundingClientRect().top - place.below;
	return true;
}
