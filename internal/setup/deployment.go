package setup

import (
	"context"
	"encoding/json"
	"fmt"
	"html"
	"regexp"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/language"

	"golang.org/x/net/publicsuffix"

	"switchboard/internal/channel"
	"switchboard/internal/fault"
	"switchboard/internal/message"
	"switchboard/internal/resource"
)

// DeploymentSpec is what an administrator writes about a deployment (CH-1, CX-1). Customers see it
// after publishing.
type DeploymentSpec struct {
	Name      string                       `json:"name" minLength:"1" maxLength:"100"`
	APIName   string                       `json:"api_name,omitempty" maxLength:"80" doc:"esDeveloperName of the customer API; made from the name if not said; fixed once made"`
	Kind      string                       `json:"kind,omitempty" enum:"web,mobile" doc:"web if not said; fixed once made"`
	ChannelID message.ChannelID            `json:"channel_id" doc:"a web channel; fixed once made"`
	Draft     *resource.DeploymentSettings `json:"draft,omitempty" doc:"ready-made settings if not said"`
}

// Deployment as it is set up.
type Deployment struct {
	ID          message.DeploymentID
	Name        string
	APIName     string
	Kind        string
	Channel     message.ChannelID
	Draft       resource.DeploymentSettings
	Published   *resource.DeploymentSettings
	PublishedAt time.Time
	Version     int64
}

// readyMade is what a deployment begins with.
func readyMade(name string) resource.DeploymentSettings {
	return resource.DeploymentSettings{
		Origins: []string{}, Labels: map[string]map[string]string{}, Languages: []string{"en"},
		Branding:   resource.Branding{Title: name, Accent: "#2f5bea", Background: "#ffffff", Text: "#1a1d24", Position: "right"},
		EnterSends: true, Emoji: true, Attachments: true, Typing: true, Receipts: true, Transcript: true, Prechat: []resource.PrechatField{},
	}
}

// CreateDeployment adds a deployment as a draft.
func (s *Service) CreateDeployment(ctx context.Context, org message.OrgID, spec DeploymentSpec) (message.DeploymentID, error) {
	d := Deployment{ID: message.NewID[message.DeploymentID](), APIName: spec.APIName, Kind: spec.Kind, Channel: spec.ChannelID, Version: 1}
	if d.APIName == "" {
		d.APIName = apiNameOf(spec.Name)
	}
	if d.Kind == "" {
		d.Kind = "web"
	}
	if spec.Draft == nil {
		ready := readyMade(strings.TrimSpace(spec.Name))
		spec.Draft = &ready
	}
	if !apiName.MatchString(d.APIName) {
		return d.ID, fault.Invalid("api_name", "An API name begins with a letter and has letters, digits and underscores only.")
	}
	if err := d.fill(spec); err != nil {
		return d.ID, err
	}
	return d.ID, s.Write(ctx, org, func(tx Tx) error {
		c, err := tx.ChannelSetup(d.Channel)
		if fault.CodeOf(err) == fault.NotFound || err == nil && c.Type != channel.Web {
			return fault.Invalid("channel_id", "A deployment needs a channel of type web.")
		}
		if err != nil {
			return err
		}
		return tx.InsertDeployment(d)
	})
}

// ChangeDeployment applies a change to the draft.
func (s *Service) ChangeDeployment(ctx context.Context, org message.OrgID, id message.DeploymentID, version int64, apply func(*DeploymentSpec) error) error {
	return s.Write(ctx, org, func(tx Tx) error {
		d, err := tx.DeploymentSetup(id)
		if err != nil {
			return err
		}
		if err := fault.Stale(version, d.Version); err != nil {
			return err
		}
		spec := DeploymentSpec{Name: d.Name, APIName: d.APIName, Kind: d.Kind, ChannelID: d.Channel, Draft: &d.Draft}
		if err := apply(&spec); err != nil {
			return err
		}
		switch {
		case spec.APIName != d.APIName:
			return fault.Invalid("api_name", "The API name is fixed once the deployment is made: pages name it.")
		case spec.Kind != d.Kind:
			return fault.Invalid("kind", "The kind is fixed once the deployment is made.")
		case spec.ChannelID != d.Channel:
			return fault.Invalid("channel_id", "The channel is fixed once the deployment is made.")
		}
		if err := d.fill(spec); err != nil {
			return err
		}
		return tx.SaveDeployment(&d)
	})
}

// Publish makes the draft what customers see, at once.
func (s *Service) Publish(ctx context.Context, org message.OrgID, id message.DeploymentID) error {
	return s.Write(ctx, org, func(tx Tx) error {
		d, err := tx.DeploymentSetup(id)
		if err != nil {
			return err
		}
		if d.Kind == "web" && d.Draft.Domain == "" && len(d.Draft.Origins) == 0 {
			return fault.Invalid("draft.origins", "Say on which pages the widget may run: a domain, or origins such as https://www.example.com.")
		}
		settings := d.Draft
		d.Published, d.PublishedAt = &settings, tx.Now()
		if err := tx.SaveDeployment(&d); err != nil {
			return err
		}
		return tx.ChannelChanged(d.Channel)
	})
}

// DeleteDeployment removes a deployment: pages that name it show no widget any more.
func (s *Service) DeleteDeployment(ctx context.Context, org message.OrgID, id message.DeploymentID) error {
	return s.Write(ctx, org, func(tx Tx) error {
		if _, err := tx.DeploymentSetup(id); err != nil {
			return err
		}
		return tx.DeleteDeployment(id)
	})
}

var (
	cssColour  = regexp.MustCompile(`^#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})$`)
	fontStack  = regexp.MustCompile(`^[A-Za-z0-9 ,"'_-]{0,200}$`)
	domainName = regexp.MustCompile(`^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$`)
	fieldName  = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]{0,79}$`)
	ownFields  = []string{"_firstName", "_lastName", "_email", "_subject"}
	fieldTypes = []string{"Text", "Email", "Phone", "Number", "Checkbox", "ChoiceList"}
)

// What a deployment may have at most.
const (
	fieldsMax      = 20
	originsMax     = 100
	languageMax    = 50
	inviteAfterMax = 3600 // seconds
)

// fill puts a checked spec into a deployment.
func (d *Deployment) fill(spec DeploymentSpec) error {
	if d.Name = strings.TrimSpace(spec.Name); d.Name == "" {
		return fault.Invalid("name", "A deployment needs a name.")
	}
	if spec.Draft == nil {
		return fault.Invalid("draft", "The draft can't be empty.")
	}
	d.Draft = *spec.Draft
	draft := &d.Draft
	for _, check := range []func(*resource.DeploymentSettings) error{checkReach, checkBranding, checkLanguages, checkPrechat, checkInvitation} {
		if err := check(draft); err != nil {
			return err
		}
	}
	return nil
}

func checkReach(s *resource.DeploymentSettings) error {
	s.Domain = strings.ToLower(strings.TrimSpace(s.Domain))
	if s.Domain != "" && (!domainName.MatchString(s.Domain) || len(s.Domain) > 253) {
		return fault.Invalid("draft.domain", "This is not a domain. Write it like example.com, without https://.")
	}
	if _, err := publicsuffix.EffectiveTLDPlusOne(s.Domain); s.Domain != "" && err != nil {
		return fault.Invalid("draft.domain", "%s is not a domain of one owner: everybody's pages would be let in.", s.Domain)
	}
	if len(s.Origins) > originsMax {
		return fault.Invalid("draft.origins", "At most %d origins.", originsMax)
	}
	for i, origin := range s.Origins {
		s.Origins[i] = strings.TrimSuffix(strings.ToLower(strings.TrimSpace(origin)), "/")
		if err := checkOrigin(origin); err != nil {
			return err
		}
	}
	return nil
}

func checkBranding(s *resource.DeploymentSettings) error {
	b := &s.Branding
	for name, colour := range map[string]string{"accent": b.Accent, "background": b.Background, "text": b.Text} {
		if colour != "" && !cssColour.MatchString(colour) {
			return fault.Invalid("draft.branding."+name, "A colour is written like #2f5bea.")
		}
	}
	switch {
	case len(b.Title) > 200:
		return fault.Invalid("draft.branding.title", "This title is too long.")
	case !fontStack.MatchString(b.Font):
		return fault.Invalid("draft.branding.font", "A font is a list of names, such as Inter, Arial, sans-serif.")
	case b.AvatarURL != "" && !strings.HasPrefix(b.AvatarURL, "https://"):
		return fault.Invalid("draft.branding.avatar_url", "The picture's address must begin with https://.")
	case b.Position != "" && b.Position != "right" && b.Position != "left":
		return fault.Invalid("draft.branding.position", "The window stands right or left.")
	}
	return nil
}

func checkLanguages(s *resource.DeploymentSettings) error {
	if len(s.Languages) > languageMax {
		return fault.Invalid("draft.languages", "At most %d languages.", languageMax)
	}
	for _, l := range s.Languages {
		if _, err := language.Parse(l); err != nil {
			return fault.Invalid("draft.languages", "%q is not a language. Use a code such as en or de-AT.", l)
		}
	}
	for l, labels := range s.Labels {
		if _, err := language.Parse(l); err != nil {
			return fault.Invalid("draft.labels", "%q is not a language. Use a code such as en or de-AT.", l)
		}
		for name, text := range labels {
			if len(text) > 1000 || len(name) > 100 {
				return fault.Invalid("draft.labels", "The label %q is too long.", name)
			}
		}
	}
	return nil
}

// checkPrechat holds the rules of CX-1.
func checkPrechat(s *resource.DeploymentSettings) error {
	if len(s.Prechat) > fieldsMax {
		return fault.Invalid("draft.prechat", "At most %d fields.", fieldsMax)
	}
	if s.PrechatStyle != "" && s.PrechatStyle != "form" && s.PrechatStyle != "conversation" {
		return fault.Invalid("draft.prechat_style", "The pre-chat is a form or a conversation.")
	}
	seen := map[string]bool{}
	for i := range s.Prechat {
		f := &s.Prechat[i]
		refuse := func(text string, args ...any) error {
			return fault.Invalid(fmt.Sprintf("draft.prechat[%d]", i), text, append([]any{f.Name}, args...)...)
		}
		standard := slices.Contains(ownFields, f.Name)
		switch {
		case seen[f.Name]:
			return refuse("Field %q: a name stands once, visible or hidden.")
		case !standard && strings.HasPrefix(f.Name, "_"):
			return refuse("Field %q: names that begin with an underscore are ours: %s.", strings.Join(ownFields, ", "))
		case !standard && !fieldName.MatchString(f.Name):
			return refuse("Field %q: a name begins with a letter and has letters, digits and underscores only.")
		case !slices.Contains(fieldTypes, f.Type):
			return refuse("Field %q: there is no type %q.", f.Type)
		case f.Hidden && f.Type != "Text":
			return refuse("Field %q: a hidden field is Text.")
		case f.Hidden && f.Required:
			return refuse("Field %q: a hidden field can't be required.")
		case f.MaxLength < 0 || f.MaxLength > 10_000:
			return refuse("Field %q: the length is at most 10 000.")
		case f.Type == "ChoiceList" && len(f.Choices) == 0:
			return refuse("Field %q: a list needs choices.")
		case !standard && !f.Hidden && len(f.Labels) == 0:
			return refuse("Field %q: a field of your own needs a label.")
		}
		seen[f.Name] = true
	}
	return nil
}

func checkInvitation(s *resource.DeploymentSettings) error {
	if after := s.Invitation.AfterSeconds; after < 0 || after > inviteAfterMax {
		return fault.Invalid("draft.invitation.after_seconds", "The invitation comes after at most %d seconds.", inviteAfterMax)
	}
	return nil
}

// Snippet is the code that a page carries before its closing body tag.
func (s *Service) Snippet(orgKey string, d *resource.Deployment) string {
	if d.Kind != "web" {
		return ""
	}
	lang := "en"
	settings := d.Draft
	if d.Published != nil {
		settings = *d.Published
	}
	if len(settings.Languages) > 0 {
		lang = settings.Languages[0]
	}
	widget := strings.TrimSuffix(s.WidgetURL, "/")
	return fmt.Sprintf(`<script>
  function initEmbeddedMessaging() {
    embeddedservice_bootstrap.settings.language = %s;
    embeddedservice_bootstrap.init(%s, %s, %s, { scrt2URL: %s });
  }
</script>
<script src="%s/widget/bootstrap.min.js" onload="initEmbeddedMessaging()" async></script>`,
		literal(lang), literal(orgKey), literal(d.APIName), literal(widget), literal(strings.TrimSuffix(s.PublicURL, "/")), html.EscapeString(widget))
}

// literal is a JavaScript string that may stand in a script element: JSON escapes <, > and &.
func literal(text string) string {
	b, err := json.Marshal(text)
	if err != nil {
		panic(err) // strings always marshal
	}
	return string(b)
}
