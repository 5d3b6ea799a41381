// Which of the page-wide panels is open. At most one is.
class Panels {
	open = $state<'' | 'palette' | 'keys' | 'preferences' | 'start'>('');
}

export const panels = new Panels();
