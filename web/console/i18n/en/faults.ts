// Requests that failed without an answer that can be read.
export const faults = {
	'fault.offline': 'The server can’t be reached right now.',
	'fault.file': 'It could not be fetched from the provider.',
	'fault.status': 'The server answered with status {status}.'
};
