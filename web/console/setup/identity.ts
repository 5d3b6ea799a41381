// The pages about signing in of customers, which few open and rarely: they come when they are wanted.
import IdentityKeyEdit from './IdentityKeyEdit.svelte';
import IdentityKeys from './IdentityKeys.svelte';
import KeysetEdit from './KeysetEdit.svelte';
import Keysets from './Keysets.svelte';

export const keysets = { list: Keysets, edit: KeysetEdit };
export const keys = { list: IdentityKeys, edit: IdentityKeyEdit };
