// How soon the widget is there on a slow phone. Measured: nothing else plays meanwhile.
import assert from 'node:assert/strict';
import { availableParallelism, loadavg } from 'node:os';
import { stage } from './harness.mjs';

const { it, story } = stage();

// The best of some tries counts, so the first that is good enough is the last. A machine with much to do is a slow
// one by itself.
story('on a slow phone it is there within two seconds, and takes typing within two more', async () => {
	const tries = [];
	const best = (what) => Math.min(...tries.map((one) => one[what]));
	for (let n = 0; n < 5 && !(best('launcher') < 2000 && best('typing') < 2000); n++) {
		const rate = Math.max(1, 4 / Math.max(1, loadavg()[0] / availableParallelism()));
		const page = await it.page({ viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true });
		const cdp = await page.context().newCDPSession(page);
		await cdp.send('Network.enable');
		await cdp.send('Network.emulateNetworkConditions', { offline: false, latency: 400, downloadThroughput: 1_600_000 / 8, uploadThroughput: 750_000 / 8 });
		await cdp.send('Emulation.setCPUThrottlingRate', { rate });
		// Opened as soon as there is a launcher; then the first question's field is waited for.
		await page.addInitScript(() => {
			if (window !== top) return;
			addEventListener('onEmbeddedMessagingReady', () => {
				window.readyAt = performance.now();
				void window.embeddedservice_bootstrap.utilAPI.launchChat();
				const look = () => {
					const field = document.querySelector('iframe').contentDocument?.querySelector('input[name]');
					if (field?.checkVisibility({ visibilityProperty: true })) window.typingAt = performance.now();
					else requestAnimationFrame(look);
				};
				look();
			});
		});
		await page.goto(`${it.ready.url}/widget/test.html?org=${it.ready.org.key}&deployment=Demo_Web`, { waitUntil: 'commit' });
		await page.waitForFunction(() => window.typingAt);
		await page.frameLocator('iframe').getByLabel('First name').fill('Ines');
		// From when the page has the script: what comes before is the page's own.
		tries.push(
			await page.evaluate((rate) => {
				const script = performance.getEntriesByType('resource').find((one) => one.name.endsWith('bootstrap.min.js')).responseEnd;
				return { launcher: Math.round(window.readyAt - script), typing: Math.round(window.typingAt - window.readyAt), slower: Number(rate.toFixed(1)) };
			}, rate)
		);
		await page.context().close();
	}
	console.error(`  on a slow phone, milliseconds: ${JSON.stringify(tries)}`);
	assert.ok(best('launcher') < 2000 && best('typing') < 2000, JSON.stringify(tries));
});
