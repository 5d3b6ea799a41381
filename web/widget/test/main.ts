// The shop page for trying the widget. It does what a real page does: the snippet, and the page API.
// ?org=00D…&deployment=Name&language=de&storage=wait choose what is tried.

import type { PageApi } from '../bootstrap/page-api.ts';
import './shop.css';

const asked = new URLSearchParams(location.search);
const widget = (window as unknown as { embeddedservice_bootstrap: PageApi }).embeddedservice_bootstrap;

widget.settings.language = asked.get('language') ?? '';
widget.settings.hideChatButtonOnLoad = asked.get('hide') === '1';
widget.settings.waitForStorageConsent = asked.get('storage') === 'wait';
addEventListener('onEmbeddedMessagingReady', () => {
	const page = asked.get('page');
	if (page) widget.prechatAPI.setHiddenPrechatFields({ page });
});
document.querySelector('#ask')!.addEventListener('click', () => void widget.utilAPI.launchChat());

const org = asked.get('org');
const deployment = asked.get('deployment');
if (org && deployment) widget.init(org, deployment, `${location.origin}/widget`, { scrt2URL: asked.get('api') ?? location.origin });
else document.querySelector('footer')!.textContent = 'Add ?org=…&deployment=… to the address: the organisation’s key and the deployment’s name.';
