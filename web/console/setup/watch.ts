// The pages on which is looked at what happened: changes, failures, calls in quarantine. They come when they are wanted.
import Audit from './Audit.svelte';
import DeliveryErrors from './DeliveryErrors.svelte';
import Quarantine from './Quarantine.svelte';

export const audit = { list: Audit };
export const errors = { list: DeliveryErrors };
export const quarantine = { list: Quarantine };
