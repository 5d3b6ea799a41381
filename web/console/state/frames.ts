// What comes faster than a screen can show is shown once a frame.

/** A page that nobody sees has no frames; what it holds is true soon anyway, for its title and its sounds. */
const LATEST = 200;

/** nextFrame does something before a frame is painted: the next one, or the first after so many milliseconds. */
export function nextFrame(work: () => void, after = 0): void {
	if (after > 0) return void setTimeout(nextFrame, after, work);
	let done = false;
	const once = () => {
		if (done) return;
		done = true;
		cancelAnimationFrame(frame);
		clearTimeout(timer);
		work();
	};
	const frame = requestAnimationFrame(once);
	const timer = setTimeout(once, LATEST);
}
