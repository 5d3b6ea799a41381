// Calling the agent back: a short sound made by WebAudio, and the desktop's notices, each for the news that
// it is wanted for; a notice comes only when the page isn't looked at.
import { account } from './account.svelte.ts';
import { preferences, type News, type Way } from './preferences.svelte.ts';

/** calls says whether some news may call by a way now. */
export function calls(news: News, way: Way): boolean {
	const kind = account.presence?.status.kind ?? 'offline';
	if (preferences.quietAway && (kind === 'away' || kind === 'offline')) return false;
	return (preferences.notify[news] as Partial<Record<Way, boolean>>)[way] ?? false;
}

let audio: AudioContext | undefined;

/** chime sounds for news, if that is wanted. */
export const chime = (news: News): void => void (calls(news, 'sound') && play(news));

/** play is two soft notes for work and for help, one for words. Nothing where the browser forbids sound. */
export function play(news: News): void {
	// Browsers allow sound only after the page was used once.
	if (navigator.userActivation?.hasBeenActive === false) return;
	const urgent = news === 'offer' || news === 'flag';
	try {
		audio ??= new AudioContext();
		if (audio.state === 'suspended') void audio.resume();
		const notes = urgent ? [587.33, 880] : [659.25];
		notes.forEach((frequency, i) => {
			const at = audio!.currentTime + i * 0.14;
			const tone = audio!.createOscillator();
			const volume = audio!.createGain();
			tone.type = 'sine';
			tone.frequency.value = frequency;
			volume.gain.setValueAtTime(0, at);
			volume.gain.linearRampToValueAtTime(urgent ? 0.16 : 0.08, at + 0.015);
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
export function notice(news: News, title: string, body: string, tag: string, onclick: () => void): void {
	if (!calls(news, 'desktop') || !('Notification' in window) || Notification.permission !== 'granted' || document.hasFocus()) return;
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
