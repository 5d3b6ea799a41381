// The page of set-up's preview: an empty page with the real launcher and frame on it. It asks the server for
// nothing; the console, which holds it in a frame, says what to show.

import { Surface } from '../bootstrap/surface.ts';
import { envelope, opened, type Rehearsal, type ToFrame } from '../protocol.ts';
import './page.css';

let shown: Rehearsal | undefined;
/** Whether the launcher is drawn: then what is shown can be opened. */
let dressed = false;

const nothing = () => undefined;
const surface = new Surface(new URL('/widget/', location.href), { preview: '1' }, document.body, {
	pressed: () => (surface.isOpen ? surface.minimise() : surface.open()),
	hello: () => shown && surface.say({ type: 'rehearse', rehearsal: shown }),
	ready: (ready) => {
		surface.dress(ready);
		surface.showButton(true);
		if (!dressed && shown) stand(shown);
		if (shown?.state === 'closed' && shown.config.settings?.invitation && !surface.isOpen) surface.invite();
		else surface.uninvite();
		dressed = true;
	},
	invite: nothing,
	accepted: () => surface.open(),
	dismissed: () => surface.uninvite(),
	failed: nothing,
	hours: nothing,
	minimise: () => surface.minimise(),
	cleared: nothing,
	signedOut: nothing,
	event: nothing
});

/** stand opens or closes the window. The focus stays where the draft is edited. */
function stand({ state }: Rehearsal) {
	if (state === 'closed') surface.minimise();
	else surface.open(false);
}

addEventListener('message', (event) => {
	if (event.source !== parent || event.origin !== location.origin) return;
	const message = opened<ToFrame>(event.data);
	if (message?.type !== 'rehearse') return;
	const before = shown?.state;
	shown = message.rehearsal;
	document.documentElement.dataset['scheme'] = shown.scheme;
	if (dressed && before !== shown.state) stand(shown);
	surface.say({ type: 'rehearse', rehearsal: shown });
});
if (parent !== window) parent.postMessage(envelope({ type: 'hello' }), location.origin);
