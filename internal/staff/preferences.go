package staff

import (
	"context"
	"regexp"
	"strings"
	"time"

	"switchboard/internal/fault"
	"switchboard/internal/message"
)

// Preferences are what a user chose for their console. They follow the user from device to device; only
// the browser's own permissions stay where they are.
type Preferences struct {
	Theme      string            `json:"theme" enum:"system,light,dark"`
	Density    string            `json:"density" enum:"comfortable,compact"`
	Language   string            `json:"language" enum:"browser,en,de,es,fr,ar" doc:"of the console and of push messages; browser is each browser's own"`
	TimeZone   string            `json:"time_zone" maxLength:"64" doc:"in which times are shown: browser, organisation, or an IANA name such as Europe/Vienna"`
	Letters    bool              `json:"letters" doc:"whether single-letter keys act"`
	Keys       map[string]string `json:"keys" doc:"keys of commands that are not the usual ones, by the command's name; an empty one is none"`
	EnterSends bool              `json:"enter_sends"`
	Notify     Notify            `json:"notify"`
	QuietAway  bool              `json:"quiet_away" doc:"nothing calls while the presence is away or offline"`
	PushText   bool              `json:"push_text" doc:"whether push messages show what was said, not only who wrote"`

	ListWidth    int      `json:"list_width" minimum:"200" maximum:"800"`
	ContextWidth int      `json:"context_width" minimum:"200" maximum:"800"`
	Context      bool     `json:"context" doc:"whether details stand beside a conversation"`
	Folded       []string `json:"folded" maxItems:"50" doc:"sections of the details that are folded"`
}

// Notify is by which ways each kind of news calls its user.
type Notify struct {
	Offer   Ways `json:"offer" doc:"work is offered"`
	Message Ways `json:"message" doc:"a customer wrote in a conversation of mine"`
	Mention Ways `json:"mention" doc:"a note mentions me"`
	Flag    Seen `json:"flag" doc:"an agent asks supervisors for help"`
}

// Seen are the ways to call somebody who has the console open.
type Seen struct {
	Sound   bool `json:"sound"`
	Desktop bool `json:"desktop"`
}

// Ways are the ways to call somebody.
type Ways struct {
	Sound   bool `json:"sound"`
	Desktop bool `json:"desktop" doc:"a notice of the system while the console is open but not looked at"`
	Push    bool `json:"push" doc:"on registered devices, while no console is looked at"`
	Title   bool `json:"title" doc:"the number in the page's title"`
	Favicon bool `json:"favicon" doc:"the mark on the page's icon"`
}

// What languages and time zones may be besides one that is named.
const (
	LikeBrowser      = "browser"
	LikeOrganisation = "organisation"
)

// UsualPreferences are those of somebody who chose nothing.
func UsualPreferences() Preferences {
	all := Ways{Sound: true, Push: true, Title: true, Favicon: true}
	return Preferences{Theme: "system", Density: "comfortable", Language: LikeBrowser, TimeZone: LikeBrowser, Letters: true, Keys: map[string]string{}, EnterSends: true,
		Notify: Notify{Offer: all, Message: all, Mention: all, Flag: Seen{Sound: true}}, PushText: true,
		ListWidth: 320, ContextWidth: 320, Context: true, Folded: []string{}}
}

const (
	keysMax   = 100
	nameMax   = 64
	foldedMax = 50
)

// chord is a key, two one after the other, or one with the modifier.
var chord = regexp.MustCompile(`^(mod\+\S|\S|\S \S)$`)

func (p *Preferences) check() error {
	if p.Keys == nil {
		p.Keys = map[string]string{}
	}
	if p.Folded == nil {
		p.Folded = []string{}
	}
	if p.TimeZone != LikeBrowser && p.TimeZone != LikeOrganisation {
		if _, err := time.LoadLocation(p.TimeZone); err != nil || p.TimeZone == "" || p.TimeZone == "Local" {
			return fault.Invalid("time_zone", "There is no time zone %q. Use browser, organisation, or a name such as Europe/Vienna.", p.TimeZone)
		}
	}
	if len(p.Keys) > keysMax {
		return fault.Invalid("keys", "At most %d keys can be changed.", keysMax)
	}
	taken := map[string]string{}
	for command, key := range p.Keys {
		if command == "" || len(command) > nameMax {
			return fault.Invalid("keys", "A command's name has 1 to %d characters.", nameMax)
		}
		if key == "" {
			continue
		}
		if !chord.MatchString(key) || key != strings.ToLower(key) {
			return fault.Invalid("keys", "A key is one character in lower case, two with a space between, or mod+ and one.")
		}
		if other, ok := taken[key]; ok {
			return fault.Invalid("keys", "Two commands can't have one key: %s and %s.", min(command, other), max(command, other))
		}
		taken[key] = command
	}
	for _, id := range p.Folded {
		if len(id) > nameMax {
			return fault.Invalid("folded", "A section's name has at most %d characters.", nameMax)
		}
	}
	if len(p.Folded) > foldedMax {
		return fault.Invalid("folded", "At most %d sections can be folded.", foldedMax)
	}
	return nil
}

// ChangePreferences applies a change to a user's preferences and returns them with their version.
// version is the one that was changed, or 0 for whatever there is.
func (s *Service) ChangePreferences(ctx context.Context, org message.OrgID, user message.UserID, version int64, apply func(*Preferences) error) (p Preferences, now int64, err error) {
	err = s.write(ctx, org, func(tx Tx) error {
		if p, now, err = tx.Preferences(user); err != nil {
			return err
		}
		if version != 0 && version != now {
			return fault.Stale(version, now)
		}
		if err := apply(&p); err != nil {
			return err
		}
		if err := p.check(); err != nil {
			return err
		}
		now++
		return tx.SavePreferences(user, p, now)
	})
	return p, now, err
}
