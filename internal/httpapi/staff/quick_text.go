package staff

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"golang.org/x/text/language"

	"switchboard/internal/message"
	"switchboard/internal/resource"
	"switchboard/internal/setup"
	"switchboard/internal/staff"
)

// quickTexts are read by everybody who writes.
func (a *API) quickTexts() collection[message.QuickTextID, setup.QuickTextSpec, resource.QuickText] {
	return collection[message.QuickTextID, setup.QuickTextSpec, resource.QuickText]{
		path: "/quick-texts", noun: "quick text", plural: "quick texts", view: SignedIn, edit: staff.QuickTextManage,
		list: a.Rows.QuickTexts, get: a.Rows.QuickTextByID,
		create: in(a.Setup.CreateQuickText), change: changed(a.Setup.ChangeQuickText), remove: removed(a.Setup.DeleteQuickText),
	}
}

const (
	// suggestionsMax bounds how many quick texts a composer is given, and suggestionText how much of each.
	suggestionsMax = 2000
	suggestionText = 500
)

// suggestions are quick texts as they suit a conversation: its customer's language, its queue and what
// its channel carries. What suits comes first, then favourites, then what I send most.
func (a *API) suggestions(ctx context.Context, p staff.Principal, in *oneIn[message.ConversationID]) (out List[resource.QuickSuggestion], err error) {
	c, err := a.Views.Conversation(ctx, p.Org, viewer(p), in.ID)
	if err != nil {
		return out, err
	}
	channel, err := a.Rows.ChannelByID(ctx, p.Org, c.Channel.ID)
	if err != nil {
		return out, err
	}
	items, err := a.Rows.QuickTextsFor(ctx, p.Org, p.UserID, suggestionsMax)
	if err != nil {
		return out, err
	}
	caps := a.Conversations.Capabilities(channel.Type, channel.Provider)
	near := nearness(c.Customer.Locale)
	best := map[string]int{}
	for i := range items {
		best[items[i].Shortcut] = max(best[items[i].Shortcut], near(items[i].Language))
	}
	for i := range items {
		q := &items[i]
		n := near(q.Language)
		inQueue := len(q.Queues) == 0 || (c.Session != nil && c.Session.Queue != nil && slices.Contains(q.Queues, c.Session.Queue.ID))
		q.Fits = n > 0 && n == best[q.Shortcut] && inQueue && caps.Check(message.Content{Text: q.Text}, a.Conversations.Segments) == nil
		if caps.TextUnit == "segments" {
			q.Segments = a.Conversations.Segments(q.Text)
		}
		if r := []rune(q.Text); len(r) > suggestionText {
			q.Text = strings.TrimSpace(string(r[:suggestionText])) + "…"
		}
	}
	slices.SortStableFunc(items, func(x, y resource.QuickSuggestion) int {
		return cmp.Or(first(x.Fits, y.Fits), first(x.Favourite, y.Favourite), cmp.Compare(y.Uses, x.Uses), y.LastUsed.Compare(x.LastUsed))
	})
	return page(items, "", nil)
}

// first puts what is true before what isn't.
func first(x, y bool) int {
	switch {
	case x == y:
		return 0
	case x:
		return -1
	}
	return 1
}

// nearness says how well a quick text's language suits a customer's: 3 the same, 2 another region's, 1
// for every language, 0 not at all. A customer whose language isn't known takes all.
func nearness(locale string) func(string) int {
	wanted, err := language.Parse(strings.ReplaceAll(locale, "_", "-"))
	if locale == "" || err != nil {
		return func(string) int { return 1 }
	}
	base, _ := wanted.Base()
	return func(has string) int {
		if has == "" {
			return 1
		}
		tag, err := language.Parse(has)
		if err != nil {
			return 0
		}
		other, _ := tag.Base()
		switch {
		case tag == wanted:
			return 3
		case other == base:
			return 2
		}
		return 0
	}
}

type renderIn struct {
	ID   message.QuickTextID `path:"id"`
	Body struct {
		ConversationID message.ConversationID `json:"conversation_id,omitempty"`
	}
}

// Rendered is a quick text as it may be sent.
type Rendered struct {
	Text    string   `json:"text" doc:"what has no value stays as {{field}}"`
	Missing []string `json:"missing" doc:"the fields without a value or a fallback"`
}

func (a *API) renderQuickText(ctx context.Context, p staff.Principal, in *renderIn) (out Rendered, err error) {
	q, err := a.Rows.QuickTextByID(ctx, p.Org, in.ID)
	if err != nil {
		return out, err
	}
	c, err := a.Views.Conversation(ctx, p.Org, viewer(p), in.Body.ConversationID)
	if err != nil {
		return out, err
	}
	organisation, err := a.Rows.Organisation(ctx, p.Org)
	if err != nil {
		return out, err
	}
	out.Text, out.Missing = setup.Fill(q.Text, merged(p, c, organisation))
	return out, nil
}

// merged are the values of merge fields in a conversation.
func merged(p staff.Principal, c resource.Conversation, o resource.Organisation) func(string) string {
	return func(field string) string {
		switch field {
		case "customer.name":
			return c.Customer.Name
		case "customer.first_name":
			return setup.FirstName(c.Customer.Name)
		case "agent.name":
			return p.Name
		case "agent.first_name":
			return setup.FirstName(p.Name)
		case "org.name":
			return o.Name
		}
		s := c.Session
		if s == nil {
			return ""
		}
		switch field {
		case "queue.name":
			if s.Queue != nil {
				return s.Queue.Name
			}
		case "session.number":
			return s.Number
		default:
			if name, ok := setup.PrechatField(field); ok {
				for _, f := range s.Prechat {
					if f.Name == name {
						return f.Value
					}
				}
			}
		}
		return ""
	}
}

func (a *API) favour(ctx context.Context, p staff.Principal, in *oneIn[message.QuickTextID]) (resource.QuickText, error) {
	if err := a.setFavourite(ctx, p, in.ID, true); err != nil {
		return resource.QuickText{}, err
	}
	return a.Rows.QuickTextByID(ctx, p.Org, in.ID)
}

func (a *API) disfavour(ctx context.Context, p staff.Principal, in *oneIn[message.QuickTextID]) (None, error) {
	return None{}, a.setFavourite(ctx, p, in.ID, false)
}

func (a *API) setFavourite(ctx context.Context, p staff.Principal, id message.QuickTextID, favourite bool) error {
	if err := someone(p); err != nil {
		return err
	}
	return a.Setup.MarkFavourite(ctx, p.Org, p.UserID, id, favourite)
}
