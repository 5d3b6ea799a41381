// The pages of the country table. They come when they are wanted.
import Countries from './Countries.svelte';
import CountryEdit from './CountryEdit.svelte';

export const countries = { list: Countries, edit: CountryEdit };
