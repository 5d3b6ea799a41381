// Conversations side by side. The address holds them in their order (`panes`) and says in its path which
// one is at work; an empty place waits for a conversation from the list. Where there is no room, the one
// at work is shown alone.
import { router } from '../router.svelte.ts';
import { preferences } from '../state/preferences.svelte.ts';

const MOST = 3;
/** What one conversation needs beside others, in pixels. */
const LEAST = 400;
const RAIL = 56;

class Panes {
	private width = $state(innerWidth);

	constructor() {
		addEventListener('resize', () => (this.width = innerWidth));
	}

	/** The conversation at work; empty for a place without one. */
	get active(): string {
		return router.parts[0] === 'inbox' ? (router.parts[1] ?? '') : '';
	}

	/** All places in their order. */
	get slots(): string[] {
		const given = [...new Set((router.query.get('panes') ?? '').split(','))].slice(0, MOST);
		return given.includes(this.active) ? given : [this.active];
	}

	/** How many there is room for. */
	get room(): number {
		if (this.width < 1800) return 1;
		const left = this.width - RAIL - preferences.listWidth - (preferences.context ? preferences.contextWidth : 0);
		return Math.max(2, Math.min(MOST, Math.floor(left / LEAST)));
	}

	/** Those that are shown: the one at work, and its neighbours as far as there is room. */
	get shown(): string[] {
		const from = Math.max(0, Math.min(this.slots.indexOf(this.active), this.slots.length - this.room));
		return this.slots.slice(from, from + this.room);
	}

	get canAdd(): boolean {
		return this.active !== '' && !this.slots.includes('') && this.slots.length < this.room;
	}

	/** The address with another conversation (or none) in the place at work; one that is open gets the work. */
	address(id: string): string {
		const slots = this.slots;
		return this.to(slots.includes(id) ? slots : slots.map((s) => (s === this.active ? id : s)), id);
	}

	focus(id: string): void {
		if (id !== this.active) router.go(this.to(this.slots, id), { replace: true });
	}

	/** Makes a place beside the one at work. */
	add(): void {
		if (!this.canAdd) return;
		const slots = this.slots;
		slots.splice(slots.indexOf(this.active) + 1, 0, '');
		router.go(this.to(slots, ''));
	}

	close(id: string): void {
		const slots = this.slots;
		const at = slots.indexOf(id);
		if (slots.length < 2 || at < 0) return;
		slots.splice(at, 1);
		router.go(this.to(slots, id === this.active ? slots[Math.min(at, slots.length - 1)]! : this.active));
	}

	/** Gives the work to a neighbour. */
	move(step: number): void {
		const shown = this.shown;
		const next = shown[(shown.indexOf(this.active) + step + shown.length) % shown.length]!;
		this.focus(next);
		requestAnimationFrame(() => document.querySelector<HTMLElement>('.conversation.active')?.focus());
	}

	private to(slots: string[], active: string): string {
		const query = new URLSearchParams(router.query);
		for (const own of ['entry', 'at', 'find', 'panel', 'details', 'panes']) query.delete(own); // of what is left
		if (slots.length > 1) query.set('panes', slots.join(','));
		const text = query.toString().replaceAll('%2C', ',');
		return `/inbox${active ? `/${active}` : ''}${text ? `?${text}` : ''}`;
	}
}

export const panes = new Panes();
