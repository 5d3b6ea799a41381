// A voice message from the microphone, in the format that the provider likes best of what the browser makes.

const formats = [
	{ type: 'audio/ogg; codecs=opus', name: 'voice.ogg' },
	{ type: 'audio/mp4', name: 'voice.m4a' },
	{ type: 'audio/webm; codecs=opus', name: 'voice.webm' }
];

export class Recorder {
	/** Settles when the recording is over, whichever way. */
	readonly ended: Promise<void>;
	readonly #chunks: Blob[] = [];

	private constructor(
		private readonly stream: MediaStream,
		private readonly recorder: MediaRecorder,
		private readonly format: { type: string; name: string }
	) {
		recorder.ondataavailable = (e) => this.#chunks.push(e.data);
		this.ended = new Promise((resolve) => {
			recorder.onstop = () => {
				stream.getTracks().forEach((track) => track.stop());
				resolve();
			};
		});
		recorder.start();
	}

	/** start asks for the microphone; it throws when there is none or it is refused. */
	static async start(): Promise<Recorder> {
		if (!navigator.mediaDevices) throw new Error('the page is not secure (https) enough for it.');
		const format = formats.find((f) => MediaRecorder.isTypeSupported(f.type));
		if (!format) throw new Error('this browser records in no known format.');
		const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
		return new Recorder(stream, new MediaRecorder(stream, { mimeType: format.type }), format);
	}

	async stop(): Promise<File> {
		this.recorder.stop();
		await this.ended;
		return new File(this.#chunks, this.format.name, { type: this.format.type });
	}

	cancel(): void {
		if (this.recorder.state !== 'inactive') this.recorder.stop();
	}
}
