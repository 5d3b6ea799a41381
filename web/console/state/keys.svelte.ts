// The keyboard: which key does what, in one table that the key sheet and the palette read too. Letters
// are inert in text fields, can be switched off, and dangerous ones wait until typing has stopped.
import { toast } from '$ui/toasts.svelte.ts';
import { preferences } from './preferences.svelte.ts';

export interface Command {
	id: string;
	/** What it is called in the palette and on the key sheet. */
	name: string;
	group: string;
	/** "mod+k", "j", "g i". */
	key?: string | undefined;
	/** A letter that must not take what was meant for a text field: waits 500 ms after typing. */
	careful?: boolean;
	/** Absent from palette and keys while false. */
	when?: () => boolean;
	/** Why it can't be done now, or ''. Its key then says so, and the palette leaves it out. */
	refused?: () => string;
	run: () => void;
}

const AFTER_TYPING = 500;
/** The longest that a called field is waited for, in milliseconds: it may never come. */
const PATIENCE = 3000;

class Keys {
	private sets = $state.raw<Command[][]>([]);
	/** The same, for who changes them: while parts of the page come and go at once, sets still reads as before. */
	private offered: Command[][] = [];
	/** As they were offered, with their usual keys. */
	private met = new Map<string, Command>();
	private lastTyped = 0;
	private prefix = '';
	private prefixAt = 0;

	/** Every command that there is now, also those that can't be done. */
	private get present(): Command[] {
		return this.sets.flat().filter((c) => c.when?.() ?? true).map(own);
	}

	get commands(): Command[] {
		return this.present.filter((c) => !c.refused?.());
	}

	/** Every command that this page has offered so far, with the keys as they are. */
	get known(): Command[] {
		void this.sets;
		return [...this.met.values()].map(own);
	}

	/** The key that a command has when nobody chose another. */
	usual(id: string): string | undefined {
		return this.met.get(id)?.key;
	}

	/** The command that has a key already, besides one. */
	holder(key: string, besides: string): Command | undefined {
		return this.known.find((c) => c.id !== besides && (c.key === key || c.key?.startsWith(`${key} `)));
	}

	/** add offers commands for as long as a part of the page is there. */
	add(commands: Command[]): () => void {
		for (const one of commands) if (!one.id.startsWith('presence:')) this.met.set(one.id, one);
		this.sets = this.offered = [...this.offered, commands];
		return () => void (this.sets = this.offered = this.offered.filter((s) => s !== commands));
	}

	private calledAt = 0;
	private ahead = '';

	/** call says that a field was called that isn't there yet: who types on at once means that, and not the page or the reply. */
	call(): void {
		this.calledAt = Date.now();
		this.ahead = '';
	}

	/** takeAhead is what was typed since the call, once; from now on the field takes it itself. */
	takeAhead(): string {
		const typed = this.ahead;
		this.calledAt = 0;
		this.ahead = '';
		return typed;
	}

	/** early keeps what is typed ahead. It comes before all other listeners, or Enter would send a reply. */
	private early(event: KeyboardEvent): void {
		if (Date.now() - this.calledAt > PATIENCE || event.ctrlKey || event.metaKey || event.altKey || event.key === 'Escape') return;
		event.preventDefault();
		event.stopPropagation();
		if (event.key.length === 1) this.ahead += event.key;
		else if (event.key === 'Backspace') this.ahead = this.ahead.slice(0, -1);
	}

	start(): () => void {
		const down = (e: KeyboardEvent) => this.press(e);
		const early = (e: KeyboardEvent) => this.early(e);
		const typed = () => (this.lastTyped = Date.now());
		document.addEventListener('keydown', early, true);
		document.addEventListener('keydown', down);
		document.addEventListener('input', typed, true);
		return () => {
			document.removeEventListener('keydown', early, true);
			document.removeEventListener('keydown', down);
			document.removeEventListener('input', typed, true);
		};
	}

	private press(event: KeyboardEvent): void {
		if (event.defaultPrevented || event.isComposing || event.altKey) return;
		const mod = event.ctrlKey || event.metaKey;
		const key = event.key.toLowerCase();
		if (mod) {
			const command = this.commands.find((c) => c.key === `mod+${key}`);
			if (command) {
				event.preventDefault();
				command.run();
			}
			return;
		}
		if (event.key.length !== 1 || !preferences.letters || inText(event.target) || document.querySelector('dialog[open], [popover]:popover-open [role=menu]')) return;
		const now = Date.now();
		const chord = this.prefix && now - this.prefixAt < 1500 ? `${this.prefix} ${key}` : key;
		this.prefix = '';
		const command = this.present.find((c) => c.key === chord);
		if (command) {
			if (command.careful && now - this.lastTyped < AFTER_TYPING) return;
			event.preventDefault();
			const refused = command.refused?.();
			if (refused) toast(refused);
			else command.run();
		} else if (this.commands.some((c) => c.key?.startsWith(`${key} `))) {
			this.prefix = key;
			this.prefixAt = now;
		}
	}
}

/** A command with the key that its user chose for it. */
function own(command: Command): Command {
	const chosen = preferences.keys[command.id];
	return chosen === undefined ? command : { ...command, key: chosen || undefined };
}

function inText(target: EventTarget | null): boolean {
	const element = target as HTMLElement | null;
	return element?.isContentEditable || /^(input|textarea|select|emoji-picker)$/i.test(element?.tagName ?? '') || false;
}

export const keys = new Keys();

const mac = navigator.platform.startsWith('Mac');

/** How a key is written: Ctrl K, G I. */
export const shown = (key: string): string => (key.startsWith('mod+') ? `${mac ? '⌘' : 'Ctrl'} ${key.slice(4).toUpperCase()}` : key.toUpperCase());
