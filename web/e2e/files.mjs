// Files that people send: a picture that can be looked at, and a paper.
import { crc32, deflateSync } from 'node:zlib';

function chunk(type, data) {
	const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
	const out = Buffer.alloc(body.length + 8);
	out.writeUInt32BE(data.length, 0);
	body.copy(out, 4);
	out.writeUInt32BE(crc32(body), body.length + 4);
	return out;
}

/** png draws a picture pixel by pixel; paint gives [red, green, blue] of 0 to 255. */
function png(width, height, paint) {
	const rows = Buffer.alloc(height * (width * 3 + 1));
	for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) rows.set(paint(x, y), y * (width * 3 + 1) + 1 + x * 3);
	const head = Buffer.alloc(13);
	head.writeUInt32BE(width, 0);
	head.writeUInt32BE(height, 4);
	head.set([8, 2, 0, 0, 0], 8);
	return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk('IHDR', head), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))]);
}

/** Oiled planks with their grain. */
function planks(x, y) {
	const plank = Math.floor(y / 50);
	if (y % 50 < 2) return [86, 54, 30];
	const along = x / 9 + plank * 37;
	const grain = Math.sin(along / 7 + 2.5 * Math.sin(y / 9 + along / 31)) * 9 + Math.sin(y * 1.3 + 3 * Math.sin(along / 11)) * 5;
	return [168 - plank * 7 + grain, 116 - plank * 6 + grain * 0.8, 70 - plank * 5 + grain * 0.5].map(Math.round);
}

export const picture = (name = 'oak.png') => ({ name, mimeType: 'image/png', buffer: png(300, 200, planks) });

/** A one-page PDF. */
export const paper = (name = 'label.pdf') => ({
	name, mimeType: 'application/pdf',
	buffer: Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n')
});

/** A PDF of two pages with words, which asks to run a script when it is opened. */
export function pages(name = 'offer.pdf') {
	const page = (n, content) => `${n} 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents ${content} 0 R/Resources<</Font<</F1 8 0 R>>>>>>endobj\n`;
	const words = (n, text) => `${n} 0 obj<</Length ${text.length}>>stream\n${text}\nendstream endobj\n`;
	const said = (text) => `BT /F1 24 Tf 40 100 Td (${text}) Tj ET`;
	return {
		name, mimeType: 'application/pdf',
		buffer: Buffer.from(`%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R 4 0 R]/Count 2>>endobj\n${page(3, 5)}${page(4, 6)}${words(5, said('An offer for you'))}${words(6, said('Kind regards'))}8 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n`)
	};
}

/** It says that it is a PDF, and nothing reads it. */
export const brokenPaper = (name = 'torn.pdf') => ({ name, mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7\nand then it is torn') });

/** A photograph of sand: nothing in it is like its neighbour, so that it is large however it is kept. */
export function photograph(name = 'sand.png') {
	let seed = 7;
	const grain = () => ((seed = (Math.imul(seed, 1103515245) + 12345) >>> 0) >>> 16) % 60;
	return { name, mimeType: 'image/png', buffer: png(1200, 900, () => [150 + grain(), 130 + grain(), 90 + grain()]) };
}

/** A tone of some seconds, as a WAV with 8000 samples a second. */
export function tone(name = 'tone.wav', seconds = 1) {
	const n = 8000 * seconds;
	const buffer = Buffer.alloc(44 + n);
	buffer.write('RIFF', 0, 'latin1');
	buffer.writeUInt32LE(36 + n, 4);
	buffer.write('WAVEfmt ', 8, 'latin1');
	buffer.writeUInt32LE(16, 16);
	buffer.writeUInt16LE(1, 20);
	buffer.writeUInt16LE(1, 22);
	buffer.writeUInt32LE(8000, 24);
	buffer.writeUInt32LE(8000, 28);
	buffer.writeUInt16LE(1, 32);
	buffer.writeUInt16LE(8, 34);
	buffer.write('data', 36, 'latin1');
	buffer.writeUInt32LE(n, 40);
	for (let i = 0; i < n; i++) buffer[44 + i] = 128 + Math.round(100 * Math.sin(i / 3) * Math.abs(Math.sin(i / 2100)));
	return { name, mimeType: 'audio/wav', buffer };
}

/** It says that it is a video, and nothing plays it. */
export const brokenFilm = (name = 'film.mp4') => ({ name, mimeType: 'video/mp4', buffer: Buffer.concat([Buffer.from('\0\0\0\x20ftypisom\0\0\x02\0isomiso2avc1mp41', 'latin1'), Buffer.alloc(64)]) });
