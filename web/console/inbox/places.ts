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
	// Lines stand one below the other, so the first one in view is found by halving.
	const lines = view.getElementsByClassName('entry');
	const top = view.getBoundingClientRect().top;
	let [low, high] = [0, lines.length];
	while (low < high) {
		const middle = (low + high) >> 1;
		if (lines[middle]!.getBoundingClientRect().bottom <= top) low = middle + 1;
		else high = middle;
	}
	const line = lines[low];
	if (line) places.set(conversation, { entry: line.id.slice('entry-'.length), below: line.getBoundingClientRect().top - top });
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
