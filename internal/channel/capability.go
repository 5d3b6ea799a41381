package channel

// Capabilities is one row of the capability matrix (CH-23). The console, the API and the senders ask
// it and nothing else what a channel can do.
type Capabilities struct {
	// TextMax is the longest outbound text, in units of TextUnit. 0 means no text at all.
	TextMax  int    `json:"text_max"`
	TextUnit string `json:"text_unit" enum:"characters,segments"`
	// InboundTextMax in bytes: longer inbound text is kept as an attachment. 0 is no limit.
	InboundTextMax int `json:"inbound_text_max,omitempty"`
	// WindowHours: free-form messages are allowed this long after the customer's last message. 0 is always.
	WindowHours int `json:"window_hours,omitempty"`
	// Typing shown to the customer, and the customer's typing shown to us.
	TypingOut bool `json:"typing_out"`
	TypingIn  bool `json:"typing_in"`
	// Delivered and Read: receipts that come back for what we send. ReadOut: we can mark as read.
	Delivered bool `json:"delivered"`
	Read      bool `json:"read"`
	ReadOut   bool `json:"read_out"`
	ReplyTo   bool `json:"reply_to"`
	Reactions bool `json:"reactions"`
	// ButtonsMax options in a question; 0: options become a numbered list.
	ButtonsMax int  `json:"buttons_max,omitempty"`
	Templates  bool `json:"templates"`
	// AgentOpens: the business may write first. CustomerEnds: the customer can end the session.
	AgentOpens   bool `json:"agent_opens"`
	CustomerEnds bool `json:"customer_ends"`
	// FilesMax in one outbound message; TextWithFile: text and file travel together.
	FilesMax     int        `json:"files_max"`
	TextWithFile bool       `json:"text_with_file"`
	FilesIn      []FileRule `json:"files_in,omitempty"`
	FilesOut     []FileRule `json:"files_out,omitempty"`
	// Idempotent: the provider drops a repeated send with the same key. Reconciles: we can learn later
	// whether an unknown send arrived. Where both are false an unknown send is shown as such (promise 4).
	Idempotent bool `json:"idempotent"`
	Reconciles bool `json:"reconciles"`
	// PerSecond is the usual pace of one account; SettingPace may lower or raise it.
	PerSecond float64 `json:"per_second"`
	// Resendable: a send whose outcome is unknown may be sent again after reconciliation failed.
	ResendUnknown bool `json:"resend_unknown"`
}

// FileRule allows media types up to a size. A Types entry is a full media type or "image/*".
type FileRule struct {
	Types []string `json:"types"`
	// MaxBytes a file may have. AsLinkBytes: files over MaxBytes and up to it go as a signed link; 0 is
	// not by this rule, -1 not by a later one either.
	MaxBytes    int64 `json:"max_bytes"`
	AsLinkBytes int64 `json:"as_link_bytes,omitempty"`
	// ShrinkBytes: pictures over MaxBytes and up to it are made smaller before they go.
	ShrinkBytes int64 `json:"shrink_bytes,omitempty"`
	// Strict: what goes as a file must also be in the form that every phone shows. Pictures with other
	// colours are encoded anew, other sounds and videos refused.
	Strict bool `json:"strict,omitempty" doc:"pictures of 8-bit RGB, Ogg with Opus, MP4 with H.264 and at most one AAC track"`
}
