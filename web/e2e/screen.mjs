// How fast the console is on the screen, by the browser's own word: from input to paint, frame by frame while
// something scrolls, and what is still held after a day. The crowd writes through the door that providers use.
import { createHmac } from 'node:crypto';
import { patience, until } from './harness.mjs';

const wait = (ms) => new Promise((done) => setTimeout(done, ms));

/** Crowd is the customers of a WhatsApp channel, who write by signed webhooks: many in one call, as Meta does. */
export class Crowd {
	#serial = 0;
	#timer;
	/** Messages on their way, and what has been answered. */
	#open = new Set();
	written = 0;
	failed = 0;

	constructor(it, size) {
		Object.assign(this, { channel: it.channel('whatsapp'), size });
	}

	name(i) {
		return `Customer ${String(i).padStart(5, '0')}`;
	}

	/** call hands over messages: [customer, text] each. */
	async call(messages) {
		const { secrets, webhook } = this.channel;
		const at = String(Math.floor(Date.now() / 1000));
		const writers = [...new Set(messages.map(([i]) => i))];
		const number = (i) => String(49_170_000_000 + i);
		const body = JSON.stringify({
			object: 'whatsapp_business_account',
			entry: [{
				id: secrets.waba_id ?? '0',
				changes: [{
					field: 'messages',
					value: {
						messaging_product: 'whatsapp',
						metadata: { display_phone_number: '1555', phone_number_id: secrets.phone_number_id },
						contacts: writers.map((i) => ({ wa_id: number(i), profile: { name: this.name(i) } })),
						messages: messages.map(([i, text]) => ({ from: number(i), id: `wamid.screen-${++this.#serial}`, timestamp: at, type: 'text', text: { body: text } }))
					}
				}]
			}]
		});
		const signature = createHmac('sha256', secrets.app_secret).update(body).digest('hex');
		const answer = await fetch(webhook, { method: 'POST', headers: { 'Content-Type': 'application/json', 'X-Hub-Signature-256': `sha256=${signature}` }, body });
		await answer.text();
		if (!answer.ok) throw new Error(`a webhook was answered ${answer.status}`);
		this.written += messages.length;
	}

	/** arrive: everybody writes once, several calls at a time. */
	async arrive(atOnce = 4, together = 50) {
		let next = 0;
		const some = async () => {
			for (let from = next; from < this.size; from = next) {
				next = Math.min(this.size, from + together);
				await this.call(Array.from({ length: next - from }, (_, k) => [from + k, `Hello, this is ${this.name(from + k)}. Is my order on its way?`]));
			}
		};
		await Promise.all(Array.from({ length: atOnce }, some));
	}

	/** say: one customer writes n messages, long and short ones. */
	async say(i, n) {
		for (let from = 0; from < n; from += 50) {
			await this.call(Array.from({ length: Math.min(50, n - from) }, (_, k) => [i, `${from + k + 1}: ${'the parcel is not here and the day is long '.repeat(1 + ((from + k) % 5))}`]));
		}
	}

	/**
	 * talk has somebody write so many times a second until quiet; `more` of every hundred messages are of the customers
	 * given, who are looked at.
	 */
	talk(rate, looked = () => [], more = 20) {
		const begun = performance.now();
		let said = 0;
		this.#timer = setInterval(() => {
			const due = Math.floor(((performance.now() - begun) / 1000) * rate);
			if (said >= due || this.#open.size > 8) return;
			const messages = [];
			for (; said < due && messages.length < 50; said++) {
				const near = looked();
				const i = near.length > 0 && said % 100 < more ? near[said % near.length] : (said * 7919) % this.size;
				messages.push([i, `Something new, number ${said}`]);
			}
			// One call for each, as they come in life, unless the pace is that of a replay.
			const calls = rate > 100 ? [messages] : messages.map((one) => [one]);
			for (const call of calls) {
				const going = this.call(call).catch(() => this.failed++).finally(() => this.#open.delete(going));
				this.#open.add(going);
			}
		}, 1000 / Math.min(rate, 20));
	}

	async quiet() {
		clearInterval(this.#timer);
		await Promise.all(this.#open);
	}
}

export const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
export const percentile = (values, p) => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * p))] ?? NaN;

/** Screen is a page of the console under a stopwatch. */
export class Screen {
	static async on(page) {
		const screen = new Screen();
		screen.page = page;
		screen.cdp = await page.context().newCDPSession(page);
		// Of the page's own thread: what else the machine does meanwhile doesn't count.
		await screen.cdp.send('Performance.enable', { timeDomain: 'threadTicks' });
		await page.evaluate(() => {
			const watch = (globalThis.__screen = { inputs: [], frames: [], slow: [] });
			// Event Timing: from the event's own time to the frame in which what it caused was painted. The browser
			// tells of nothing shorter than 16 ms and rounds to 8.
			new PerformanceObserver((list) => {
				for (const one of list.getEntries()) if (['keydown', 'click', 'pointerdown'].includes(one.name)) watch.inputs.push({ name: one.name, duration: one.duration, from: one.startTime, processed: one.processingEnd - one.processingStart, waited: one.processingStart - one.startTime });
			}).observe({ type: 'event', durationThreshold: 16, buffered: false });
			let last = 0;
			const tick = (now) => {
				if (watch.counting && last) watch.frames.push(now - last);
				last = watch.counting ? now : 0;
				requestAnimationFrame(tick);
			};
			requestAnimationFrame(tick);
		});
		return screen;
	}

	/** frames counts from frame to frame while something happens. */
	async frames(during) {
		await this.page.evaluate(() => Object.assign(globalThis.__screen, { frames: [], counting: true }));
		await during();
		return this.page.evaluate(() => {
			globalThis.__screen.counting = false;
			return globalThis.__screen.frames;
		});
	}

	/** work is how much the page's thread works while something happens, in milliseconds a second. */
	async work(during) {
		const [from, before] = [performance.now(), await this.spent()];
		await during();
		const after = await this.spent();
		return ((after.Task - before.Task) * 1e6) / (performance.now() - from);
	}

	/**
	 * inputs does something n times. For each: how long it took to be painted (the longest of its events), and how much
	 * the page's thread had to do for it, without what it does anyway (`otherwise`, in milliseconds a second).
	 */
	async inputs(n, press, between, otherwise) {
		const took = [];
		const worked = [];
		for (let i = 0; i < n; i++) {
			await this.page.evaluate(() => void (globalThis.__screen.inputs = []));
			const [from, before] = [performance.now(), await this.spent()];
			await press(i);
			await wait(between);
			const after = await this.spent();
			worked.push(Math.max(0, (after.Task - before.Task) * 1000 - (otherwise * (performance.now() - from)) / 1000));
			// Told a frame after they were painted.
			await this.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
			const events = await this.page.evaluate(() => globalThis.__screen.inputs);
			took.push(Math.max(16, ...events.map((one) => one.duration)));
		}
		return { took, worked };
	}

	/** The size of what is held once what isn't needed has gone. */
	async held() {
		for (let i = 0; i < 3; i++) await this.cdp.send('HeapProfiler.collectGarbage');
		const { metrics } = await this.cdp.send('Performance.getMetrics');
		const of = (name) => metrics.find((one) => one.name === name)?.value ?? NaN;
		const { detachedNodes } = await this.cdp.send('DOM.getDetachedDomNodes').catch(() => ({ detachedNodes: [] }));
		const size = (node) => 1 + (node.children ?? []).reduce((sum, one) => sum + size(one), 0);
		const detached = detachedNodes.reduce((sum, one) => sum + size(one.treeNode), 0);
		return { heap: of('JSHeapUsedSize'), nodes: of('Nodes'), listeners: of('JSEventListeners'), detached };
	}

	/** wheel scrolls as a hand does, y pixels in all. */
	async wheel(box, y, speed = 2400) {
		await this.cdp.send('Input.synthesizeScrollGesture', { x: Math.round(box.x + box.width / 2), y: Math.round(box.y + box.height / 2), yDistance: -y, speed, gestureSourceType: 'mouse', preventFling: true });
	}

	/** spent is the time of the page so far, by kind, in seconds. */
	async spent() {
		const { metrics } = await this.cdp.send('Performance.getMetrics');
		return Object.fromEntries(metrics.filter((one) => one.name.endsWith('Duration')).map((one) => [one.name.replace('Duration', ''), one.value]));
	}

	/** profile writes a CPU profile of what happens. */
	async profile(during) {
		await this.cdp.send('Profiler.enable');
		await this.cdp.send('Profiler.setSamplingInterval', { interval: 200 });
		await this.cdp.send('Profiler.start');
		await during();
		const { profile } = await this.cdp.send('Profiler.stop');
		return profile;
	}
}

/** The time that the machine itself takes from frame to frame, on an empty page. */
export async function idleFrames(it) {
	const page = await it.page();
	await page.goto('about:blank');
	const screen = await Screen.on(page);
	const frames = await screen.frames(() => wait(1500));
	await page.context().close();
	return frames;
}

/** hottest sums a CPU profile by function, the heaviest first. */
export function hottest(profile, most = 25) {
	const own = new Map();
	const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
	profile.samples.forEach((id, i) => {
		const { functionName, url, lineNumber, columnNumber } = nodes.get(id).callFrame;
		const key = `${functionName || '(anonymous)'} ${url.split('/').pop()}:${lineNumber + 1}:${columnNumber}`;
		own.set(key, (own.get(key) ?? 0) + profile.timeDeltas[i] / 1000);
	});
	return [...own].sort((a, b) => b[1] - a[1]).slice(0, most);
}

/** Loads a list to its end, as somebody does who drags its scroll bar. */
export async function loadAll(agent, n) {
	await until(`${n} conversations are in the list`, async () => {
		const rows = agent.list.locator('li[aria-setsize]');
		await agent.list.locator('.viewport').evaluate((view) => (view.scrollTop = view.scrollHeight));
		return Number(await rows.first().getAttribute('aria-setsize')) >= n;
	}, Math.max(patience, n * 30));
}
