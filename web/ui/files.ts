// What a field for files takes.

/** accepts says whether a file is of the kinds that an accept attribute names: ".pdf", "image/*", "text/csv". */
export function accepts(file: { name: string; type: string }, accept: string): boolean {
	const kinds = accept.split(',').map((kind) => kind.trim().toLowerCase()).filter(Boolean);
	if (kinds.length === 0) return true;
	const name = file.name.toLowerCase();
	const type = file.type.toLowerCase();
	return kinds.some((kind) => {
		if (kind.startsWith('.')) return name.endsWith(kind);
		if (kind.endsWith('/*')) return type.startsWith(kind.slice(0, -1));
		return type === kind;
	});
}
