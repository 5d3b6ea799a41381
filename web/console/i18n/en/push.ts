// The words of notices while no console is open, and of the page that is shown without a server. The worker
// gets them when it is built.
export const push = {
	offer: 'Work is offered: {who}',
	message: 'New message from {who}',
	mention: '{who} mentioned you',
	test: 'Notices reach this device',
	testText: 'This is how Switchboard calls you while no console is looked at.',
	unknown: 'a customer',
	offline: 'Switchboard can’t be reached',
	offlineText: 'The network or the server is away. Nothing that you wrote is lost: it is kept in this browser.',
	again: 'Try again',
	inbox: 'Inbox',
	start: 'Start a conversation',
	description: 'Customer messaging'
};
