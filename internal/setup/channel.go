package setup

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"maps"
	"regexp"
	"slices"
	"strings"

	"switchboard/internal/channel"
	"switchboard/internal/consent"
	"switchboard/internal/consent/phone"
	"switchboard/internal/fault"
	"switchboard/internal/message"
	"switchboard/internal/resource"
	"switchboard/internal/routing"
)

// ChannelSpec is what an administrator writes about a channel (CH-22).
type ChannelSpec struct {
	Type     string `json:"type" maxLength:"30" doc:"web, whatsapp, sms …; fixed once made"`
	Provider string `json:"provider,omitempty" maxLength:"30" doc:"who carries it, where there are several; fixed once made"`
	Name     string `json:"name" minLength:"1" maxLength:"100"`
	APIName  string `json:"api_name,omitempty" maxLength:"80" doc:"made from the name if not said; fixed once made"`
	Address  string `json:"address,omitempty" maxLength:"100" doc:"the brand's number; made up for web and for sandbox channels; fixed once made, see POST channels/{id}/production"`
	Active   *bool  `json:"active,omitempty" doc:"true if not said"`
	Sandbox  bool   `json:"sandbox,omitempty" doc:"played by the built-in simulator: settings and secrets are made up"`
	// Settings and Secrets by the names that GET channel-types lists.
	Settings        map[string]string        `json:"settings,omitempty"`
	Secrets         map[string]string        `json:"secrets,omitempty" doc:"never shown again; a PATCH replaces only those it names, an empty one is removed"`
	RequiredConsent string                   `json:"required_consent,omitempty" enum:"implicitly_opted_in,explicitly_opted_in,doubly_opted_in" doc:"if not said, explicitly_opted_in for a short code and implicitly_opted_in for all others"`
	Routing         *resource.ChannelRouting `json:"routing,omitempty" doc:"to everyone if not said"`
	Keyset          message.KeysetID         `json:"keyset_id,omitempty" doc:"of web channels: customers must sign in with a token of this keyset; empty where nobody signs in"`
	JoinUnverified  bool                     `json:"join_unverified,omitempty" doc:"with keyset_id: conversations that a browser had within six hours before its customer signs in for the first time are this customer's from then on"`
}

// Channel as it is set up, with its secrets in the clear.
type Channel struct {
	ID              message.ChannelID
	Type            channel.Type
	Provider        string
	Name            string
	APIName         string
	Address         string
	Active          bool
	Sandbox         bool
	Settings        map[string]string
	Secrets         map[string]string
	RequiredConsent consent.Level
	Routing         resource.ChannelRouting
	Keyset          message.KeysetID // customers must sign in with it; none where nobody does
	JoinUnverified  bool
	Version         int64
}

func (c *Channel) spec() ChannelSpec {
	active, routing := c.Active, c.Routing
	return ChannelSpec{Type: string(c.Type), Provider: c.Provider, Name: c.Name, APIName: c.APIName, Address: c.Address, Active: &active,
		Sandbox: c.Sandbox, Settings: maps.Clone(c.Settings), RequiredConsent: string(c.RequiredConsent), Routing: &routing, Keyset: c.Keyset, JoinUnverified: c.JoinUnverified}
}

var (
	apiName   = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]{0,79}$`)
	notInName = regexp.MustCompile(`[^A-Za-z0-9]+`)
)

// apiNameOf makes an API name of a name.
func apiNameOf(name string) string {
	s := strings.Trim(notInName.ReplaceAllString(name, "_"), "_")
	if s == "" || s[0] < 'A' {
		s = "C_" + s
	}
	return s[:min(len(s), 80)]
}

// CreateChannel connects a channel.
func (s *Service) CreateChannel(ctx context.Context, org message.OrgID, spec ChannelSpec) (message.ChannelID, error) {
	c := Channel{ID: message.NewID[message.ChannelID](), Version: 1}
	kind, known := s.kind(channel.Type(spec.Type), spec.Provider)
	if !known {
		return c.ID, fault.Invalid("type", "There is no channel type %s here.", strings.TrimSpace(spec.Type+" "+spec.Provider))
	}
	c.Type, c.Provider = kind.Type, kind.Provider
	if spec.APIName == "" {
		spec.APIName = apiNameOf(spec.Name)
	}
	if spec.Sandbox {
		if !s.Sandbox || kind.Hook == "" {
			return c.ID, fault.Invalid("sandbox", "The sandbox is switched off here, or doesn't play this channel.")
		}
		spec.Settings, spec.Secrets = madeUp(kind.Settings, spec.Settings, spec.Secrets)
	}
	fictional := spec.Sandbox && spec.Address == ""
	if fictional {
		spec.Address = fictionalNumber()
	}
	if kind.Type == channel.Web && spec.Address == "" {
		spec.Address = message.NewID[message.RowID]().String()
	}
	if err := s.fill(&c, kind, spec); err != nil {
		return c.ID, err
	}
	return c.ID, s.Write(ctx, org, func(tx Tx) error {
		if fictional {
			if err := findFictional(tx, &c); err != nil {
				return err
			}
		}
		if err := checkPlace(tx, &c); err != nil {
			return err
		}
		if err := checkShortCode(tx, &c); err != nil {
			return err
		}
		if err := checkConsent(tx, &c); err != nil {
			return err
		}
		if err := s.checkNumbers(tx, &c); err != nil {
			return err
		}
		if err := tx.InsertChannel(c); err != nil {
			return err
		}
		if err := s.askStanding(tx, &c); err != nil {
			return err
		}
		return tx.ChannelChanged(c.ID)
	})
}

// ChangeChannel applies a change to a channel.
func (s *Service) ChangeChannel(ctx context.Context, org message.OrgID, id message.ChannelID, version int64, apply func(*ChannelSpec) error) error {
	return s.Write(ctx, org, func(tx Tx) error {
		c, err := tx.ChannelSetup(id)
		if err != nil {
			return err
		}
		if err := fault.Stale(version, c.Version); err != nil {
			return err
		}
		before, spec := c, c.spec()
		if err := apply(&spec); err != nil {
			return err
		}
		if err := fixed(&before, &spec); err != nil {
			return err
		}
		kind, known := s.kind(c.Type, c.Provider)
		if !known {
			return fault.New(fault.Conflict, "This installation no longer speaks %s.", c.Type)
		}
		if err := s.fill(&c, kind, spec); err != nil {
			return err
		}
		if err := checkPlace(tx, &c); err != nil {
			return err
		}
		if c.Address != before.Address || c.Settings[channel.SettingCountry] != before.Settings[channel.SettingCountry] {
			if err := checkShortCode(tx, &c); err != nil {
				return err
			}
		}
		if err := checkConsent(tx, &c); err != nil {
			return err
		}
		if s.accountOf(&c) != s.accountOf(&before) {
			if err := s.checkNumbers(tx, &c); err != nil {
				return err
			}
		}
		if err := tx.SaveChannel(&c); err != nil {
			return err
		}
		if err := s.askStanding(tx, &c); err != nil {
			return err
		}
		was := before.Routing
		if was.Mode != c.Routing.Mode || was.Queue != c.Routing.Queue || was.Agent != c.Routing.Agent {
			if err := tx.SetJob(routing.JobChannelRouted, id.String(), tx.Now(), ""); err != nil {
				return err
			}
		}
		return tx.ChannelChanged(id)
	})
}

// fixed refuses what can't change once a channel is made.
func fixed(before *Channel, spec *ChannelSpec) error {
	switch {
	case spec.Type != string(before.Type) || spec.Provider != before.Provider:
		return fault.Invalid("type", "The type and the provider are fixed once the channel is made.")
	case spec.APIName != before.APIName:
		return fault.Invalid("api_name", "The API name is fixed once the channel is made.")
	case !before.Sandbox && spec.Sandbox:
		return fault.Invalid("sandbox", "A channel that is in production stays there. Make a sandbox channel beside it.")
	case before.Sandbox && !spec.Sandbox:
		return fault.Invalid("sandbox", "Going to production is an action of its own: POST channels/{id}/production, which asks the provider first.")
	}
	if address, err := normalAddress(before.Type, spec.Address); err == nil {
		spec.Address = address
	}
	if spec.Address != before.Address {
		return fault.Invalid("address", "The address is fixed once the channel is made. Make a new channel for another number.")
	}
	return nil
}

// fill puts a checked spec into a channel. Secrets that the spec doesn't name stay.
func (s *Service) fill(c *Channel, kind Kind, spec ChannelSpec) error {
	c.Name, c.APIName, c.Sandbox = strings.TrimSpace(spec.Name), spec.APIName, spec.Sandbox
	if c.Name == "" {
		return fault.Invalid("name", "A channel needs a name.")
	}
	if !apiName.MatchString(c.APIName) {
		return fault.Invalid("api_name", "An API name begins with a letter and has letters, digits and underscores only.")
	}
	var err error
	if c.Address, err = normalAddress(c.Type, spec.Address); err != nil {
		return err
	}
	c.Active, c.Keyset, c.JoinUnverified = spec.Active == nil || *spec.Active, spec.Keyset, spec.JoinUnverified && !spec.Keyset.IsZero()
	c.RequiredConsent = consent.Implicit
	if c.Type == channel.SMS && phone.IsShortCode(c.Address) {
		c.RequiredConsent = consent.Explicit // CN-5
	}
	if spec.RequiredConsent != "" {
		c.RequiredConsent = consent.Level(spec.RequiredConsent)
	}
	c.Routing = resource.ChannelRouting{Mode: "everyone"}
	if spec.Routing != nil {
		c.Routing = *spec.Routing
	}
	switch r := &c.Routing; r.Mode {
	case "queue":
		if r.Agent = (message.UserID{}); r.Queue.IsZero() {
			return fault.Invalid("routing.queue_id", "Say which queue.")
		}
	case "agent":
		if r.Agent.IsZero() {
			return fault.Invalid("routing.agent_id", "Say which agent.")
		}
	default:
		r.Queue, r.Agent = message.QueueID{}, message.UserID{}
	}
	if n := c.Routing.LastAgentMinutes; n < 0 || n > 60*24*365 {
		return fault.Invalid("routing.last_agent_minutes", "Say a number of minutes up to a year.")
	}
	c.Settings = map[string]string{}
	for name, value := range spec.Settings {
		if value = strings.TrimSpace(value); value != "" {
			c.Settings[name] = value
		}
	}
	c.Secrets = maps.Clone(c.Secrets)
	if c.Secrets == nil {
		c.Secrets = map[string]string{}
	}
	for name, value := range spec.Secrets {
		if value == "" {
			delete(c.Secrets, name)
			continue
		}
		c.Secrets[name] = value
	}
	if err := checkSettings(kind.Settings, c.Settings, c.Secrets); err != nil {
		return err
	}
	return checkNumber(c)
}

// checkSettings compares what is there with what the connector asks for.
func checkSettings(wanted []channel.Setting, settings, secrets map[string]string) error {
	bad := map[string]fault.Sentence{}
	for _, w := range wanted {
		field, value := "settings."+w.Name, settings[w.Name]
		if w.Secret {
			field, value = "secrets."+w.Name, secrets[w.Name]
		}
		switch {
		case value == "" && w.Required:
			bad[field] = fault.Say("%s is missing. %s", w.Label, w.Help)
		case value != "" && w.Pattern != "" && !regexp.MustCompile(`^(?:`+w.Pattern+`)$`).MatchString(value):
			bad[field] = fault.Say("%s doesn't look right. %s", w.Label, w.Help)
		}
	}
	for prefix, given := range map[string]map[string]string{"settings": settings, "secrets": secrets} {
		for name := range given {
			if !slices.ContainsFunc(wanted, func(w channel.Setting) bool { return w.Name == name && w.Secret == (prefix == "secrets") }) {
				bad[prefix+"."+name] = fault.Say("This channel has no setting of that name here.")
			}
		}
	}
	if len(bad) == 0 {
		return nil
	}
	e := fault.New(fault.Unprocessable, "Some of the channel's settings are missing or wrong.")
	e.Fields = bad
	return e
}

// normalAddress is the one form in which an address is stored and compared.
func normalAddress(t channel.Type, address string) (string, error) {
	address = strings.TrimSpace(address)
	switch t {
	case channel.WhatsApp, channel.SMS:
		if t == channel.SMS && phone.IsShortCode(address) {
			return address, nil
		}
		if t == channel.WhatsApp && phone.IsShortCode(address) {
			return "", fault.Invalid("address", "WhatsApp takes no short codes. Write a full number with its country code, like +43 660 1234567.")
		}
		number, ok := phone.E164(address)
		if !ok {
			return "", fault.Invalid("address", "This is not a phone number with its country code. Write it like +43 660 1234567, and nothing beside it.")
		}
		return number, nil
	}
	return address, nil
}

// checkPlace asks whether the channel can be where it wants to be.
func checkPlace(tx Tx, c *Channel) error {
	if err := checkVerification(tx, c); err != nil {
		return err
	}
	if !c.Routing.Queue.IsZero() {
		if _, err := tx.QueueSetup(c.Routing.Queue); fault.CodeOf(err) == fault.NotFound {
			return fault.Invalid("routing.queue_id", "There is no such queue.")
		} else if err != nil {
			return err
		}
	}
	if !c.Routing.Agent.IsZero() {
		r, err := tx.RecipientAgent(c.Routing.Agent, string(c.Type))
		switch {
		case fault.CodeOf(err) == fault.NotFound:
			return fault.Invalid("routing.agent_id", "There is no such user.")
		case err != nil:
			return err
		case !r.Accepts:
			return fault.Invalid("routing.agent_id", "%s may not accept work.", r.Name)
		}
	}
	if !c.Active || c.Address == "" {
		return nil
	}
	taken, err := tx.AddressTaken(c.Type, c.Address, c.ID)
	if err != nil || !taken {
		return err
	}
	return fault.New(fault.Conflict, "%s is already active on another channel. A number is active once: switch the other one off first.", c.Address).At("address")
}

// DeleteChannel removes a channel that was never used; others are switched off instead.
func (s *Service) DeleteChannel(ctx context.Context, org message.OrgID, id message.ChannelID) error {
	return s.Write(ctx, org, func(tx Tx) error {
		if _, err := tx.ChannelSetup(id); err != nil {
			return err
		}
		if err := tx.DeleteChannel(id); err != nil {
			return err
		}
		return tx.ChannelChanged(id)
	})
}

// Probe asks the provider whether the channel's settings are good, and what it calls the account.
func (s *Service) Probe(ctx context.Context, org message.OrgID, id message.ChannelID) (name string, err error) {
	account, connector, err := s.Account(ctx, org, id)
	if err != nil {
		return "", err
	}
	prober, ok := connector.(channel.Prober)
	if !ok {
		return "", fault.New(fault.CapabilityMissing, "This channel's provider can't be asked; send a test message instead.")
	}
	ctx, cancel := context.WithTimeout(ctx, probeFor)
	defer cancel()
	name, err = prober.Probe(ctx, account)
	failed := s.Write(context.WithoutCancel(ctx), org, func(tx Tx) error {
		called(tx, id, err)
		if err != nil {
			return nil //nolint:nilerr // that it failed is what is kept
		}
		c, err := tx.ChannelSetup(id)
		if err != nil {
			return err
		}
		return s.askStanding(tx, &c) // what the provider allows is read along with it
	})
	err = errors.Join(err, failed)
	if d := (*fault.Delivery)(nil); errors.As(err, &d) {
		return "", refused(err, d)
	}
	return name, err
}

// Describe adds to a stored channel what follows from its kind and the organisation's country table.
func (s *Service) Describe(c *resource.Channel, countries phone.Table) {
	kind, _ := s.kind(channel.Type(c.Type), c.Provider)
	c.Capabilities = matrix(kind.Capabilities)
	if channel.Type(c.Type) == channel.SMS {
		c.Number = numberOf(c, countries)
	}
	if kind.Hook != "" {
		c.Webhook = strings.TrimSuffix(s.PublicURL, "/") + "/hooks/" + kind.Hook + "/" + c.ID.String()
	}
}

// madeUp fills what a sandbox channel needs and nobody has said: any values of the right form will do,
// since the simulator checks ours against ours.
func madeUp(wanted []channel.Setting, settings, secrets map[string]string) (map[string]string, map[string]string) {
	settings, secrets = maps.Clone(settings), maps.Clone(secrets)
	if settings == nil {
		settings = map[string]string{}
	}
	if secrets == nil {
		secrets = map[string]string{}
	}
	for _, w := range wanted {
		into := settings
		if w.Secret {
			into = secrets
		}
		if w.Required && into[w.Name] == "" {
			into[w.Name] = valueLike(w.Pattern)
		}
	}
	return settings, secrets
}

// valueLike makes a random value that a pattern takes, of the forms that providers' ids have.
func valueLike(pattern string) string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	random := hex.EncodeToString(b[:])
	digits := strings.Map(func(r rune) rune { return '1' + (r % 9) }, random)[:15]
	for _, candidate := range []string{random, digits, "AC" + random, "MG" + random} {
		if pattern == "" || regexp.MustCompile(`^(?:`+pattern+`)$`).MatchString(candidate) {
			return candidate
		}
	}
	return random
}

// findFictional draws another number while another channel has the one that was drawn: there are 1 600.
func findFictional(tx Tx, c *Channel) error {
	for range 100 {
		taken, err := tx.AddressTaken(c.Type, c.Address, c.ID)
		if err != nil || !taken {
			return err
		}
		c.Address = fictionalNumber()
	}
	return nil // nearly all are taken: the caller refuses the last one
}

// fictionalNumber is one of the North American numbers that are kept for fiction: 555-0100 to -0199 of
// an area code. Nobody can be reached by it.
func fictionalNumber() string {
	areas := []string{"201", "212", "305", "312", "404", "415", "503", "512", "602", "617", "702", "713", "805", "818", "904", "917"}
	var b [2]byte
	_, _ = rand.Read(b[:]) // never fails
	last := int(b[1]) % 100
	return "+1" + areas[int(b[0])%len(areas)] + "55501" + string(rune('0'+last/10)) + string(rune('0'+last%10))
}
