package channel

// WebCapabilities is the row of the matrix for the channel whose window we draw ourselves (CH-1, CH-23).
func WebCapabilities() Capabilities {
	files := []FileRule{{Types: []string{"application/pdf", "image/png", "image/jpeg", "image/bmp", "image/gif", "image/tiff"}, MaxBytes: 5 << 20}}
	return Capabilities{
		TextMax: 4096, TextUnit: "characters",
		TypingOut: true, TypingIn: true, Delivered: true, Read: true, ReadOut: true, ReplyTo: true,
		CustomerEnds: true, FilesMax: 1, TextWithFile: true, FilesIn: files, FilesOut: files,
		Idempotent: true,
	}
}
