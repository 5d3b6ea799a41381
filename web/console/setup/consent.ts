// Keywords and texts of consent, in the order in which they are shown.
export const roles = ['opt_out', 'help', 'opt_in', 'double_opt_in', 'custom'] as const;
export const texts = ['opt_out_confirmation', 'help_response', 'opt_in_prompt', 'opt_in_confirmation', 'double_opt_in_prompt', 'custom_response'] as const;
