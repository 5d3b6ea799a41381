// The pages of what protects people: consent, and rules for sensitive data. They come when they are wanted.
import ConsentRules from './ConsentRules.svelte';
import SensitiveRuleEdit from './SensitiveRuleEdit.svelte';
import SensitiveRules from './SensitiveRules.svelte';

export const consent = { list: ConsentRules, edit: ConsentRules };
export const sensitive = { list: SensitiveRules, edit: SensitiveRuleEdit };
