package setup

import (
	"context"
	"errors"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/text/language"

	"switchboard/internal/channel"
	"switchboard/internal/fault"
	"switchboard/internal/message"
)

// States of a template. Paused is also one that the provider no longer lists; only approved ones can
// be sent.
const (
	TemplateApproved = "approved"
	TemplatePending  = "pending"
	TemplateRejected = "rejected"
	TemplatePaused   = "paused"
	TemplateRetired  = "retired"
)

// TemplateSpec is what an administrator writes about a template (TN-1). The provider approves it;
// until a synchronisation finds it there it is pending.
type TemplateSpec struct {
	ChannelID message.ChannelID `json:"channel_id" doc:"fixed once made"`
	Name      string            `json:"name" minLength:"1" maxLength:"512" doc:"as the provider knows it; fixed once made"`
	Language  string            `json:"language" maxLength:"20" doc:"fixed once made"`
	Category  string            `json:"category,omitempty" maxLength:"100"`
	Header    string            `json:"header,omitempty" maxLength:"60"`
	Body      string            `json:"body" minLength:"1" maxLength:"4096" doc:"with {{1}}, {{2}} … where the parameters stand"`
	Footer    string            `json:"footer,omitempty" maxLength:"60"`
	Retired   bool              `json:"retired,omitempty" doc:"agents are no longer offered it"`
}

// Template as it is set up.
type Template struct {
	ID      message.TemplateID
	Channel message.ChannelID
	channel.Template
	Version int64
}

func (t *Template) spec() TemplateSpec {
	return TemplateSpec{ChannelID: t.Channel, Name: t.Name, Language: t.Language, Category: t.Category, Header: t.Header, Body: t.Body,
		Footer: t.Footer, Retired: t.Status == TemplateRetired}
}

var templateName = regexp.MustCompile(`^[a-z0-9_]{1,512}$`)

// CreateTemplate writes down a template that the provider is to approve.
func (s *Service) CreateTemplate(ctx context.Context, org message.OrgID, spec TemplateSpec) (message.TemplateID, error) {
	t := Template{ID: message.NewID[message.TemplateID](), Channel: spec.ChannelID, Version: 1,
		Template: channel.Template{Name: spec.Name, Language: spec.Language, Category: spec.Category, Status: TemplatePending,
			Header: spec.Header, Body: spec.Body, Footer: spec.Footer}}
	if spec.Retired {
		t.Status = TemplateRetired
	}
	if !templateName.MatchString(t.Name) {
		return t.ID, fault.Invalid("name", "A template's name has small letters, digits and underscores only.")
	}
	if _, err := language.Parse(strings.ReplaceAll(t.Language, "_", "-")); err != nil {
		return t.ID, fault.Invalid("language", "%q is not a language. Use the provider's code, such as en_US.", t.Language)
	}
	return t.ID, s.Write(ctx, org, func(tx Tx) error {
		c, err := tx.ChannelSetup(t.Channel)
		if fault.CodeOf(err) == fault.NotFound {
			return fault.Invalid("channel_id", "There is no such channel.")
		}
		if err != nil {
			return err
		}
		if kind, _ := s.kind(c.Type, c.Provider); !kind.Capabilities.Templates {
			return fault.New(fault.CapabilityMissing, "This channel has no templates.")
		}
		if err := s.checkTemplates(tx, &c, t.Name); err != nil {
			return err
		}
		return tx.InsertTemplate(t)
	})
}

// ChangeTemplate changes one that is not approved, or retires one and takes it back.
func (s *Service) ChangeTemplate(ctx context.Context, org message.OrgID, id message.TemplateID, version int64, apply func(*TemplateSpec) error) error {
	return s.Write(ctx, org, func(tx Tx) error {
		t, err := tx.TemplateSetup(id)
		if err != nil {
			return err
		}
		if err := fault.Stale(version, t.Version); err != nil {
			return err
		}
		before := t.spec()
		spec := before
		if err := apply(&spec); err != nil {
			return err
		}
		if spec.ChannelID != before.ChannelID || spec.Name != before.Name || spec.Language != before.Language {
			return fault.Invalid("name", "Channel, name and language are fixed once the template is made.")
		}
		rewritten := spec
		rewritten.Retired = before.Retired
		if rewritten != before && t.Status != TemplatePending && t.Status != TemplateRejected {
			return fault.New(fault.Conflict, "The provider has approved this text. Change it there and fetch the templates again.")
		}
		t.Category, t.Header, t.Body, t.Footer = spec.Category, spec.Header, spec.Body, spec.Footer
		switch {
		case spec.Retired:
			t.Status = TemplateRetired
		case before.Retired:
			t.Status = TemplatePending // the next synchronisation tells what it is
		}
		return tx.SaveTemplate(&t)
	})
}

// DeleteTemplate removes one that was never approved; others are retired.
func (s *Service) DeleteTemplate(ctx context.Context, org message.OrgID, id message.TemplateID) error {
	return s.Write(ctx, org, func(tx Tx) error {
		t, err := tx.TemplateSetup(id)
		if err != nil {
			return err
		}
		if t.Status == TemplateApproved || t.Status == TemplatePaused {
			return fault.New(fault.InUse, "An approved template stays for the messages that were sent with it. Retire it instead.")
		}
		return tx.DeleteTemplate(id)
	})
}

// SyncTemplates fetches a channel's templates from its provider: new ones are added, changed ones
// changed, and those that the provider no longer lists are paused. Retired ones stay retired.
func (s *Service) SyncTemplates(ctx context.Context, org message.OrgID, id message.ChannelID) error {
	account, connector, err := s.Account(ctx, org, id)
	if err != nil {
		return err
	}
	syncer, ok := connector.(channel.TemplateSyncer)
	if !ok {
		return fault.New(fault.CapabilityMissing, "This channel's provider has no templates to fetch.")
	}
	ctx, cancel := context.WithTimeout(ctx, probeFor)
	defer cancel()
	listed, err := syncer.Templates(ctx, account)
	if d := (*fault.Delivery)(nil); errors.As(err, &d) {
		return refused(err, d)
	}
	if err != nil {
		return err
	}
	return s.Write(ctx, org, func(tx Tx) error {
		present, err := tx.ChannelTemplates(id)
		if err != nil {
			return err
		}
		known := map[[2]string]Template{}
		for _, t := range present {
			known[[2]string{t.Name, t.Language}] = t
		}
		for _, l := range listed {
			key := [2]string{l.Name, l.Language}
			t, found := known[key]
			delete(known, key)
			if !found {
				t = Template{ID: message.NewID[message.TemplateID](), Channel: id, Template: l, Version: 1}
				if err := tx.InsertTemplate(t); err != nil {
					return err
				}
				continue
			}
			if t.Status == TemplateRetired {
				l.Status = TemplateRetired
			}
			if t.Template == l {
				continue
			}
			t.Template = l
			if err := tx.SaveTemplate(&t); err != nil {
				return err
			}
		}
		for _, gone := range known {
			if gone.Status != TemplateApproved {
				continue
			}
			gone.Status = TemplatePaused
			if err := tx.SaveTemplate(&gone); err != nil {
				return err
			}
		}
		return nil
	})
}

var placeholder = regexp.MustCompile(`\{\{\s*([0-9]+)\s*\}\}`)

// UseTemplate readies an approved template of a channel for sending: every parameter must be filled
// (TN-2). It returns what the entry keeps and the text as the customer will read it.
func (s *Service) UseTemplate(ctx context.Context, org message.OrgID, c message.ChannelID, id message.TemplateID, header, body []string) (message.TemplateUse, string, error) {
	t, err := s.Template(ctx, org, id)
	use := message.TemplateUse{ID: id, Name: t.Name, Language: t.Language, Header: header, Body: body}
	switch {
	case fault.CodeOf(err) == fault.NotFound, err == nil && t.ChannelID != c:
		return use, "", fault.Invalid("template.id", "This channel has no such template.")
	case err != nil:
		return use, "", err
	case t.Status != TemplateApproved:
		return use, "", fault.New(fault.UseNotAllowed, "This template is %s; only approved ones can be sent.", t.Status)
	}
	head, err := rendered(t.Header, header, "template.header")
	if err != nil {
		return use, "", err
	}
	text, err := rendered(t.Body, body, "template.body")
	if err != nil {
		return use, "", err
	}
	lines := []string{}
	for _, part := range []string{head, text, t.Footer} {
		if part != "" {
			lines = append(lines, part)
		}
	}
	return use, strings.Join(lines, "\n"), nil
}

// rendered fills the placeholders of a text.
func rendered(text string, values []string, field string) (string, error) {
	most := 0
	for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
		n, _ := strconv.Atoi(m[1])
		most = max(most, n)
	}
	if len(values) != most {
		return "", fault.Invalid(field, "This template has %d parameters here; %d were given.", most, len(values))
	}
	for _, v := range values {
		if strings.TrimSpace(v) == "" {
			return "", fault.Invalid(field, "Every parameter must be filled.")
		}
	}
	return placeholder.ReplaceAllStringFunc(text, func(p string) string {
		n, _ := strconv.Atoi(placeholder.FindStringSubmatch(p)[1])
		if n < 1 || n > len(values) {
			return p
		}
		return values[n-1]
	}), nil
}
