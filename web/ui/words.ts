// The few words that the kit says by itself. An app in another language assigns its own before it mounts.
export const words = {
	close: 'Close',
	cancel: 'Cancel',
	retry: 'Try again',
	loading: 'Loading',
	required: 'required',
	optional: 'optional',
	dismiss: 'Dismiss'
};
