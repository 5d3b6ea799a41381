// PDF files as pictures, page by page. A file comes from anybody, so it is drawn in a worker that is ended
// when it takes too long, without scripts, forms, links or anything from the network.
import { getDocument, PDFWorker, type PDFDocumentProxy } from 'pdfjs-dist';
import Worker from 'pdfjs-dist/build/pdf.worker.min.mjs?worker';

/** How long opening a file, or drawing a page, may take. */
const PATIENCE = 20_000;
/** A page is drawn with at most so many pixels, and a picture in it may have as many. */
const PIXELS = 8_000_000;

export class Pdf {
	private constructor(
		private worker: Worker,
		private document: PDFDocumentProxy
	) {}

	static async open(bytes: ArrayBuffer): Promise<Pdf> {
		const worker = new Worker();
		try {
			const task = getDocument({
				data: bytes, worker: new PDFWorker({ port: worker as unknown as null }),
				isEvalSupported: false, enableXfa: false, useWasm: false, useWorkerFetch: false, stopAtErrors: false, verbosity: 0,
				maxImageSize: PIXELS, canvasMaxAreaInBytes: PIXELS * 4, isOffscreenCanvasSupported: false, useSystemFonts: true
			});
			// What is locked isn't asked about here: its own program does.
			task.onPassword = () => void task.destroy();
			return new Pdf(worker, await soon(task.promise));
		} catch (cause) {
			worker.terminate();
			throw cause;
		}
	}

	get pages(): number {
		return this.document.numPages;
	}

	/** draw puts a page on a canvas as wide as there is room, and tells its words for those who don't see it. */
	async draw(n: number, canvas: HTMLCanvasElement, room: number): Promise<string> {
		const page = await soon(this.document.getPage(n));
		const plain = page.getViewport({ scale: 1 });
		const most = Math.sqrt(PIXELS / Math.max(1, plain.width * plain.height));
		const viewport = page.getViewport({ scale: Math.min((room * Math.min(devicePixelRatio, 2)) / plain.width, most) });
		canvas.width = Math.max(1, Math.floor(viewport.width));
		canvas.height = Math.max(1, Math.floor(viewport.height));
		const drawing = page.render({ canvas, viewport, annotationMode: 0 });
		try {
			await soon(drawing.promise);
		} catch (cause) {
			drawing.cancel();
			throw cause;
		}
		const { items } = await soon(page.getTextContent());
		page.cleanup();
		return items.map((item) => ('str' in item ? item.str + (item.hasEOL ? '\n' : '') : '')).join('').slice(0, 20_000);
	}

	/** close ends the worker, whatever it is doing. */
	close(): void {
		void this.document.loadingTask.destroy().catch(() => undefined);
		this.worker.terminate();
	}
}

function soon<T>(promise: Promise<T>): Promise<T> {
	let timer: ReturnType<typeof setTimeout>;
	const late = new Promise<never>((_, reject) => (timer = setTimeout(() => reject(new Error('it takes too long')), PATIENCE)));
	return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
