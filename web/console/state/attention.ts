// Calling the agent back: a short sound made by WebAudio, and the desktop's notices. Both can be
// switched off; a notice comes only when the page isn't looked at.
import { preferences } from './preferences.svelte.ts';

let audio: AudioContext | undefined;

/** Two soft notes for an offer, one for a message. Nothing where the browser forbids sound. */
export function chime(kind: 'offer' | 'message'): void {
	// Browsers allow sound only after the page was used once.
	if (!preferences.sound || navigator.userActivation?.hasBeenActive === false) return;
	try {
		audio ??= new AudioContext();
		if (audio.state === 'suspended') void audio.resume();
		const notes = kind === 'offer' ? [587.33, 880] : [659.25];
		notes.forEach((frequency, i) => {
			const at = audio!.currentTime + i * 0.14;
			const tone = audio!.createOscillator();
			const volume = audio!.createGain();
			tone.type = 'sine';
			tone.frequency.value = frequency;
			volume.gain.setValueAtTime(0, at);
			volume.gain.linearRampToValueAtTime(kind === 'offer' ? 0.16 : 0.08, at + 0.015);
			volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.4);
			tone.connect(volume).connect(audio!.destination);
			tone.start(at);
			tone.stop(at + 0.45);
		});
	} catch {
		// No audio device: the card and the title say it too.
	}
}

/** notice shows a desktop notice when the page is out of sight; a click on it comes back. */
export function notice(title: string, body: string, tag: string, onclick: () => void): void {
	if (!preferences.notices || !('Notification' in window) || Notification.permission !== 'granted' || document.hasFocus()) return;
	try {
		const shown = new Notification(title, { body, tag });
		shown.onclick = () => {
			window.focus();
			onclick();
			shown.close();
		};
	} catch {
		// Some mobile browsers only allow notices from a service worker.
	}
}

/** Asks the browser's permission; called by the switch, since browsers want a click. */
export async function allowNotices(): Promise<boolean> {
	return 'Notification' in window && (await Notification.requestPermission()) === 'granted';
}
