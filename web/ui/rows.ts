// The arithmetic of a list of which only a part exists: where each row begins, which rows are near, and
// how far to scroll so that the reader's rows stay where they are when others come and go.

/** Rows knows the height of each row, measured or guessed, and sums them as far as somebody asks. */
export class Rows {
	private keys: string[] = [];
	private index = new Map<string, number>();
	private measured = new Map<string, number>();
	private tops: number[] = [0];
	private summed = 0;
	private guess: number;

	constructor(guess: number) {
		this.guess = guess;
	}

	/** set takes the rows as they are now; what was measured stays with its key. */
	set(keys: string[]): void {
		this.keys = keys;
		this.index = new Map(keys.map((key, i) => [key, i]));
		for (const key of this.measured.keys()) if (!this.index.has(key)) this.measured.delete(key);
		this.tops = [0];
		this.summed = 0;
	}

	/** estimate is the height of rows that nobody measured. */
	estimate(guess: number): void {
		if (guess === this.guess) return;
		this.guess = guess;
		this.summed = 0;
	}

	/** measure notes a height and says by how much the row grew. */
	measure(key: string, height: number): number {
		const i = this.index.get(key);
		if (i === undefined) return 0;
		const before = this.measured.get(key) ?? this.guess;
		this.measured.set(key, height);
		if (before !== height) this.summed = Math.min(this.summed, i);
		return height - before;
	}

	at(key: string): number | undefined {
		return this.index.get(key);
	}

	/** top is where row i begins; top(length) is the height of all. */
	top(i: number): number {
		const wanted = Math.min(i, this.keys.length);
		for (; this.summed < wanted; this.summed++) {
			this.tops[this.summed + 1] = this.tops[this.summed]! + (this.measured.get(this.keys[this.summed]!) ?? this.guess);
		}
		return this.tops[wanted]!;
	}

	get height(): number {
		return this.top(this.keys.length);
	}

	/** row is the one that covers y. */
	row(y: number): number {
		let [low, high] = [0, Math.max(0, this.keys.length - 1)];
		while (low < high) {
			const middle = Math.ceil((low + high) / 2);
			if (this.top(middle) <= y) low = middle;
			else high = middle - 1;
		}
		return low;
	}
}

/**
 * shift is how far to scroll after a change so that most of the rows that were seen stay where they were:
 * the middle one of their movements, so that one row that went elsewhere takes nobody along.
 */
export function shift(seen: { key: string; top: number }[], now: (key: string) => number | undefined): number {
	const moves = seen.flatMap(({ key, top }) => {
		const there = now(key);
		return there === undefined ? [] : [there - top];
	});
	if (moves.length === 0) return 0;
	return moves.sort((a, b) => a - b)[Math.floor(moves.length / 2)]!;
}
