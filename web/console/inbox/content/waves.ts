// The shape of a sound for its player, worked out here from its bytes. Bounded: what is long or large has none.
const BYTES = 2_000_000;
const SECONDS = 600;
/** Samples a second: enough for a shape, little in memory. */
const RATE = 8000;

/** Loudness in n steps from 0 to 1, and the length in seconds; undefined when there is no telling. */
export async function waves(url: string, size: number, seconds: number, n: number): Promise<{ bars: number[]; seconds: number } | undefined> {
	if (size > BYTES || (Number.isFinite(seconds) && seconds > SECONDS) || typeof OfflineAudioContext === 'undefined') return undefined;
	try {
		const answer = await fetch(url, { credentials: 'omit' });
		if (!answer.ok) return undefined;
		const sound = await new OfflineAudioContext(1, 1, RATE).decodeAudioData(await answer.arrayBuffer());
		const samples = sound.getChannelData(0);
		const step = Math.max(1, Math.floor(samples.length / n));
		const loud = Array.from({ length: n }, (_, i) => {
			let sum = 0;
			for (let at = i * step; at < (i + 1) * step && at < samples.length; at++) sum += samples[at]! ** 2;
			return Math.sqrt(sum / step);
		});
		const most = Math.max(...loud, 1e-6);
		return { bars: loud.map((l) => l / most), seconds: sound.duration };
	} catch {
		return undefined;
	}
}
