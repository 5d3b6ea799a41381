// The page's script: /widget/bootstrap.min.js. It defines window.embeddedservice_bootstrap, the page
// API of the customer API, and loads nothing else until init.

import { PageApi } from './page-api.ts';

declare global {
	interface Window {
		embeddedservice_bootstrap?: PageApi;
	}
}

const script = document.currentScript instanceof HTMLScriptElement ? document.currentScript.src : '';

// A page that includes the snippet twice keeps the first.
window.embeddedservice_bootstrap ??= new PageApi(script);
