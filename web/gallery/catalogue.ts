// What the kit has, when to use which, and how it is written. Each file of web/ui that draws something
// belongs to a story; a test says so.

export interface Story {
	title: string;
	/** When to use it, and what instead otherwise. */
	when: string;
	/** The files of web/ui that it shows. */
	parts: string[];
	/** How it is written. */
	use?: string;
	/** What the keyboard does. */
	keys?: [key: string, what: string][];
}

const all = <ID extends string>(stories: Record<ID, Story>) => stories;

export const stories = all({
	colour: {
		title: 'Colour',
		when: 'One scale for light and dark: 1–2 surfaces, 3–5 fills at rest, hovered and pressed, 6–8 lines, 9–10 solids, 11–12 text. Colour never says anything alone.',
		parts: [],
		use: '.notice {\n\tbackground: var(--warning-2);\n\tborder: 1px solid var(--warning-6);\n\tcolor: var(--warning-11);\n}'
	},
	type: { title: 'Type', when: 'Five sizes, and a sixth for counts and captions. Weights 400, 500 and 600; figures of times and counts are tabular (class figures).', parts: [], use: 'h1 {\n\tfont-size: var(--text-4);\n}' },
	space: { title: 'Space, corners, depth', when: 'A grid of 4 px. Corners 4 for what is small, 8 for controls, 12 for panels. Shadows only for what floats.', parts: [] },
	icons: { title: 'Icons', when: 'lucide, imported one by one, at 14, 16, 18 or 20 px. An icon without a word needs a name: use IconButton.', parts: [], use: "import Reply from '@lucide/svelte/icons/reply';\n\n<Reply size={16} />" },
	channels: { title: 'Channel marks', when: 'The channel a conversation comes by. Told apart by shape at 14 px; tinted in lists only.', parts: ['ChannelMark'], use: '<ChannelMark type="whatsapp" tinted label="WhatsApp" />' },

	button: {
		title: 'Button',
		when: 'Something that happens. One primary for each view; quiet among others; danger opens a question, critical answers it. With href it is a link, so that middle click works.',
		parts: ['Button', 'Spinner'],
		use: '<Button variant="primary" type="submit" {busy}>Save</Button>',
		keys: [['Enter', 'does it'], ['Space', 'does it']]
	},
	iconbutton: { title: 'Icon button', when: 'A frequent action whose icon everybody knows, in a toolbar or a row. Its name is shown on hover and on focus, and read aloud.', parts: ['IconButton'], use: '<IconButton label="Reply" hint="R" icon={Reply} onclick={reply} />' },
	segmented: { title: 'Segmented', when: 'One of two to four short choices that takes effect at once. Views of a page are Tabs; in a form, a radio group.', parts: ['Segmented'], use: "<Segmented label=\"Theme\" bind:value={theme} options={[\n\t{ value: 'light', label: 'Light' },\n\t{ value: 'dark', label: 'Dark' }\n]} />", keys: [['← →', 'choose']] },
	chip: { title: 'Chip', when: 'A filter that is on or off, or a chosen value that can be taken away. A word that only tells is a Badge.', parts: ['Chip'], use: '<Chip pressed={on} count={4} onclick={toggle}>Unread</Chip>' },

	text: { title: 'Text input and area', when: 'Words. The label stands above and stays; the hint says what is expected; the error says what to do.', parts: ['Field', 'TextInput', 'TextArea'], use: '<TextInput label="Name" required bind:value={name} error={errors.name} />' },
	number: { title: 'Number', when: 'An amount that people count up and down. Numbers that are names (telephone, postcode) are text.', parts: ['NumberInput'], use: '<NumberInput label="Capacity" min={0} unit="conversations" bind:value={capacity} />', keys: [['↑ ↓', 'one more, one less']] },
	select: { title: 'Select', when: 'One of up to about ten. The browser’s own list: right on phones and for readers.', parts: ['Select'], use: '<Select label="Queue" none="Choose" options={queues} bind:value={queue} />' },
	combobox: {
		title: 'Combobox',
		when: 'One of many, found by typing; or asked of the server with search. Every word counts from its beginning, accents don’t.',
		parts: ['Combobox'],
		use: '<Combobox label="Time zone" options={zones} bind:value={zone} />\n<Combobox label="Contact" search={(text, signal) => find(text, signal)} clearable bind:value={contact} />',
		keys: [['↓', 'opens, next'], ['↑', 'before'], ['Enter', 'takes it'], ['Esc', 'closes, leaves it as it was']]
	},
	checks: { title: 'Checkbox, radio, switch', when: 'A checkbox waits for Save; a switch takes effect at once; radios show all of a few, with cards where each needs a sentence.', parts: ['Checkbox', 'RadioGroup', 'Switch'], use: '<RadioGroup label="Goes to" cards options={modes} bind:value={mode} />\n<Switch label="Sounds" bind:checked={sounds} />' },
	date: { title: 'Date and time', when: 'The browser’s own field: it knows the reader’s order of day and month. Say the zone where it isn’t the reader’s.', parts: ['DateInput'], use: '<DateInput label="Until" kind="datetime-local" zone="Europe/Berlin" bind:value={until} />' },
	colourinput: { title: 'Colour', when: 'A colour of a brand, by picker or by its hex value.', parts: ['ColourInput'], use: '<ColourInput label="Accent" bind:value={accent} />' },
	file: { title: 'File drop', when: 'Files from this device: dropped, pasted or chosen. It looks at kind and size before anything is sent.', parts: ['FileDrop'], use: '<FileDrop label="Contacts" accept=".csv" most={5_000_000} onfiles={([file]) => read(file)} />' },

	menu: {
		title: 'Menu',
		when: 'Actions on one thing, or a choice among states. For fields or text in a floating panel there is Popover.',
		parts: ['Menu'],
		use: '<Menu label="More actions" items={[{ label: \'Block\', icon: Ban, danger: true, onselect: block }]}>\n\t{#snippet trigger(props)}<Button {...props}>More</Button>{/snippet}\n</Menu>',
		keys: [['↓', 'opens at the first'], ['↑', 'opens at the last'], ['A–Z', 'goes to what begins so'], ['Esc', 'closes']]
	},
	dialog: {
		title: 'Dialog and drawer',
		when: 'A question that must be answered first, or a short form. With side it is a drawer: details beside the page. On phones a dialog comes from below.',
		parts: ['Dialog'],
		use: '<Dialog title="Delete “Sales”?" bind:open>\n\t<p>Its history stays.</p>\n\t{#snippet actions()}\n\t\t<Button onclick={() => (open = false)}>Cancel</Button>\n\t\t<Button variant="critical" onclick={remove}>Delete</Button>\n\t{/snippet}\n</Dialog>',
		keys: [['Tab', 'stays inside'], ['Esc', 'closes, and goes back to the button']]
	},
	popover: { title: 'Popover', when: 'A small panel beside its button: filters, a picker. Whoever leaves it with Tab or a click elsewhere is done with it.', parts: ['Popover'], use: '<Popover label="Filters">\n\t{#snippet trigger(props)}<Button {...props}>Filters</Button>{/snippet}\n\t{#snippet children(close)}…{/snippet}\n</Popover>', keys: [['Esc', 'closes, and goes back to the button']] },
	palette: { title: 'Command palette', when: 'Everything by its name, for who has the hands on the keyboard. One for the whole app.', parts: ['CommandPalette'], use: '<CommandPalette title="Search and commands" items={commands} found={conversations} bind:text onclose={close} />', keys: [['↓ ↑', 'choose'], ['Enter', 'does it'], ['Esc', 'closes']] },
	tooltip: { title: 'Tooltip', when: 'The name of something that shows none, or the whole of a shortened time. Never something that is needed: phones have no hover.', parts: [], use: '<button aria-label="Copy" {@attach tooltip(\'Copy\')}>…</button>', keys: [['Esc', 'takes it away']] },
	toast: { title: 'Toast', when: 'What happened, in a line, with at most one action such as Undo. It stays while somebody is at it. What must not be missed is a Banner.', parts: ['Toasts'], use: "toast('Saved', { tone: 'positive' });\ntoast('Conversation ended', { action: { label: 'Undo', run: undo } });" },

	banner: { title: 'Banner', when: 'Something that the page must tell before anything else: what, why, and the way out.', parts: ['Banner'], use: '<Banner tone="warning" title="The token runs out on Friday">\n\tMessages would stop.\n\t{#snippet actions()}<Button size="small">Renew</Button>{/snippet}\n</Banner>' },
	badge: { title: 'Badge and count', when: 'A badge is a word about a state, beside a name. A count is how many wait; none shows nothing.', parts: ['Badge', 'Count'], use: '<Badge tone="positive">Active</Badge>\n<Count n={unread} label="4 unread" />' },
	states: { title: 'Empty, failed, not permitted', when: 'Every list and page has all of them. Empty says what will be here and how to begin; failed says what, why, and tries again; not permitted says whom to ask.', parts: ['EmptyState', 'ErrorState', 'NoPermission'], use: '<EmptyState title="No queues yet" text="…" icon={Layers}>\n\t<Button variant="primary">New queue</Button>\n</EmptyState>' },
	loading: { title: 'Skeleton, spinner, progress', when: 'A skeleton while a page or list comes (only after 150 ms); a spinner for a second or two; progress where it takes longer.', parts: ['Skeleton', 'Progress'], use: '<Skeleton lines={5} avatar />\n<Progress label="Uploading" value={40} text="40 %" />' },

	table: { title: 'Table', when: 'Things with the same properties, to compare and to choose. It keeps its head, sorts by its headings, and chooses with Shift from one to another.', parts: ['Table'], use: '<Table label="Users" {items} key={(u) => u.id} {columns} bind:selected\n\tsorting={sorting} onsort={(s) => (sorting = s)}>\n\t{#snippet row(user)}<td>{user.name}</td>{/snippet}\n</Table>' },
	list: { title: 'Virtual list', when: 'Thousands of rows, of one height or of many. What comes above moves nothing that is read.', parts: ['VirtualList'], use: '<VirtualList label="Log" {items} key={(i) => i.id} rowHeight={40} varies arrows>\n\t{#snippet row(item)}…{/snippet}\n</VirtualList>', keys: [['↓ ↑', 'from row to row'], ['Home', 'first'], ['End', 'last']] },
	keyvalue: { title: 'Key and value', when: 'Facts about one thing. Under each other where there is little room.', parts: ['KeyValue'], use: "<KeyValue items={[{ name: 'Address', value: '+49 30 1234' }]} />" },
	copy: { title: 'Copy field and code', when: 'Something to be taken elsewhere: an address, a key, a snippet.', parts: ['CopyField'], use: '<CopyField label="Webhook address" text={webhook} />\n<CopyField label="Snippet" text={code} block />' },
	more: { title: 'Show more', when: 'The end of a list that goes on. Lists have no pages: what is read stays where it is.', parts: ['ShowMore'], use: '<ShowMore shown={100} total={240} {busy} onmore={load} />' },
	avatar: { title: 'Avatar', when: 'A person: the picture, or initials on a tint that stays the same for the same name; with presence for staff, with the channel for customers.', parts: ['Avatar'], use: '<Avatar name="Ada Lovelace" presence="online" />\n<Avatar name="Lin" channel="whatsapp" />' },

	time: { title: 'Time', when: 'The shortest form that names it; the whole on hover. Relative for what people ask “how long ago” of.', parts: ['Time'], use: '<Time at={entry.at} />\n<Time at={key.last_used_at} form="relative" />' },
	countdown: { title: 'Countdown', when: 'A promise that runs out: calm, then amber, then red, in words too.', parts: ['Countdown'], use: '<Countdown due={session.due} warn={5 * 60_000} label="Answer" />' },
	ring: { title: 'Ring', when: 'Seconds that run down while somebody decides: an offer.', parts: ['Ring'], use: '<Ring left={left} total={30_000} label="12 seconds left" />' },
	meter: { title: 'Meter', when: 'How much of something limited is used; with target, how much of a goal is reached. Work under way is Progress.', parts: ['Meter'], use: '<Meter label="Capacity" value={3} max={5} text="3 of 5" />' },
	status: { title: 'Status', when: 'Presence as a shape and a colour, always with its word beside it or as its label.', parts: ['StatusDot'], use: '<StatusDot kind="online" label="Online" />' },
	kbd: { title: 'Keys', when: 'The key that does the same, in menus, palettes and tooltips.', parts: ['Kbd'], use: '<Kbd keys="Ctrl K" />' },

	tabs: { title: 'Tabs', when: 'Views of one place, of which one is shown. Filled in a bar, as a line for the parts of a page.', parts: ['Tabs'], use: '<Tabs label="Scope" {tabs} value={scope} controls="list" onchange={(s) => (scope = s)} />', keys: [['← →', 'the next one'], ['Home', 'first'], ['End', 'last']] },
	pagehead: { title: 'Page head and breadcrumb', when: 'The top of every page: where it is, what it is called, what it is for, and what can be done with all of it.', parts: ['PageHead', 'Breadcrumb'], use: '<PageHead title="Queues" text="Where work waits." back={{ href: \'/setup\', label: \'Set-up\' }}>\n\t{#snippet actions()}<Button variant="primary">New queue</Button>{/snippet}\n</PageHead>' },
	stepper: { title: 'Steps', when: 'Where one is on a way of three to six steps. What was done can be gone back to.', parts: ['Stepper'], use: '<Stepper steps={[\'Choose\', \'Connect\', \'Test\']} at={1} onstep={(i) => (at = i)} />' },
	split: { title: 'Split pane', when: 'Two panes whose line can be moved. Not on phones: there is one pane at a time.', parts: ['SplitPane'], use: '<SplitPane bind:size={width} min={260} max={480}>\n\t{#snippet first()}…{/snippet}\n\t{#snippet second()}…{/snippet}\n</SplitPane>', keys: [['← →', 'move'], ['Home', 'narrow'], ['End', 'wide'], ['Enter', 'as usual']] }
});

export type StoryID = keyof typeof stories;

export const pages: { path: string; file: string; title: string; text: string; stories: StoryID[] }[] = [
	{ path: '', file: 'Foundations', title: 'Foundations', text: 'What everything is made of. Calm, precise, warm: quiet surfaces, one accent, and colour that means something.', stories: ['colour', 'type', 'space', 'icons', 'channels'] },
	{ path: 'actions', file: 'Actions', title: 'Actions', text: 'What people press.', stories: ['button', 'iconbutton', 'segmented', 'chip'] },
	{ path: 'fields', file: 'Fields', title: 'Fields', text: 'What people fill in. Every field has a label that stays, room for a hint, and an error that says what to do.', stories: ['text', 'number', 'select', 'combobox', 'checks', 'date', 'colourinput', 'file'] },
	{ path: 'overlays', file: 'Overlays', title: 'Overlays', text: 'What floats above the page, and gives the keyboard back where it came from.', stories: ['menu', 'dialog', 'popover', 'palette', 'tooltip', 'toast'] },
	{ path: 'feedback', file: 'Feedback', title: 'Feedback', text: 'What the page says by itself: that something is so, that it failed, that it comes.', stories: ['banner', 'badge', 'states', 'loading'] },
	{ path: 'data', file: 'Data', title: 'Data', text: 'Lists, facts and people.', stories: ['table', 'list', 'keyvalue', 'copy', 'more', 'avatar'] },
	{ path: 'time', file: 'Status', title: 'Time and status', text: 'What runs out, what is used up, who is there.', stories: ['time', 'countdown', 'ring', 'meter', 'status', 'kbd'] },
	{ path: 'layout', file: 'Layout', title: 'Layout', text: 'Where one is, and how a page is parted.', stories: ['tabs', 'pagehead', 'stepper', 'split'] }
];
