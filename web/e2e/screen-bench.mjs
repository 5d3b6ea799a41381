// Measures the console on the screen (interface.md): `make screen-bench`. Prints figures against targets; with
// --strict it fails when one is missed by more than half. --conversations, --rate, --log, --times, --seconds and
// --messages change the size; --profile=FOLDER keeps CPU profiles and prints what took longest.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Stage } from './harness.mjs';
import { hottest, measure } from './measures.mjs';

const print = (text) => process.stdout.write(`${text}\n`);
const option = (name, otherwise) => {
	const given = process.argv.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3);
	return given === undefined ? otherwise : typeof otherwise === 'number' ? Number(given) : given;
};
const folder = option('profile', '');
// Eight hours of a site where a customer writes each second, in ten minutes.
const seconds = option('seconds', 600);
const messages = option('messages', seconds * 48);

const it = new Stage();
process.once('SIGTERM', () => process.exit(143));
try {
	await it.open();
	const figures = await measure(it, {
		conversations: option('conversations', 10_000),
		rate: option('rate', 20),
		log: option('log', 1000),
		times: option('times', 30),
		replay: seconds > 0 ? { seconds, messages } : undefined,
		say: (what) => console.warn(`… ${what}`),
		onprofile: folder && ((name, profile, spent) => {
			mkdirSync(folder, { recursive: true });
			writeFileSync(join(folder, `${name}.cpuprofile`), JSON.stringify(profile));
			print(`\n${name}: ${Object.entries(spent).map(([what, ms]) => `${what} ${ms} ms`).join(', ')}\n${hottest(profile).map(([what, ms]) => `  ${ms.toFixed(0).padStart(6)} ms  ${what}`).join('\n')}`);
		})
	});
	const round = (n) => (Math.abs(n) < 10 ? Math.round(n * 10) / 10 : Math.round(n));
	const missed = (one, by = 1) => one.target !== undefined && one.figure > one.target * by;
	print('');
	for (const one of figures) {
		print(`${missed(one) ? '!' : ' '} ${one.what.padEnd(76)} ${`${round(one.figure)} ${one.unit}`.padStart(10)} ${(one.target === undefined ? '' : `≤ ${one.target}`).padStart(8)}   ${one.note}`);
	}
	if (process.argv.includes('--strict') && figures.some((one) => missed(one, 1.5))) process.exitCode = 1;
} catch (cause) {
	await it.photograph('screen-bench');
	throw cause;
} finally {
	await it.close();
}
