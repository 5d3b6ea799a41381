// The arithmetic of a list of which only a part exists: where each row begins, which rows are near, and
// how far to scroll so that the reader's rows stay where they are when others come and go.

/** How far a row is looked for before all are. */
const NEAR = 50;

/** Rows knows the height of each row, measured or guessed, and sums them as far as somebody asks. */
export class Rows {
	private keys: string[] = [];
	/** Made when somebody asks where a key is: a long list that only grows is never gone through. */
	private index: Map<string, number> | undefined;
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
		this.index = undefined;
		for (const key of this.measured.keys()) if (this.at(key) === undefined) this.measured.delete(key);
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
		const i = this.at(key);
		if (i === undefined) return 0;
		const before = this.measured.get(key) ?? this.guess;
		this.measured.set(key, height);
		if (before !== height) this.summed = Math.min(this.summed, i);
		return height - before;
	}

	at(key: string): number | undefined {
		this.index ??= new Map(this.keys.map((key, i) => [key, i]));
		return this.index.get(key);
	}

	/** near is where a key is that was row i: most rows only move a little. */
	near(key: string, i: number): number | undefined {
		for (let far = 0; far <= NEAR; far++) {
			if (this.keys[i + far] === key) return i + far;
			if (this.keys[i - far] === key) return i - far;
		}
		return this.at(key);
	}

	/** top is where row i begins; top(length) is the height of all. */
	top(i: number): number {
		const wanted = Math.min(i, this.keys.length);
		if (this.measured.size === 0) return wanted * this.guess;
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
		if (this.measured.size === 0) return Math.max(0, Math.min(this.keys.length - 1, Math.floor(y / this.guess)));
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
export function shift<Seen extends { key: string; top: number }>(seen: Seen[], now: (key: string, seen: Seen) => number | undefined): number {
	const moves = seen.flatMap((one) => {
		const there = now(one.key, one);
		return there === undefined ? [] : [there - one.top];
	});
	if (moves.length === 0) return 0;
	return moves.sort((a, b) => a - b)[Math.floor(moves.length / 2)]!;
}
