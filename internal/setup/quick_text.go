package setup

import (
	"context"
	"regexp"
	"strings"

	"golang.org/x/text/language"

	"switchboard/internal/fault"
	"switchboard/internal/message"
)

// QuickTextSpec is a ready-made answer (AG-2).
type QuickTextSpec struct {
	Name     string `json:"name" minLength:"1" maxLength:"100"`
	Shortcut string `json:"shortcut" minLength:"1" maxLength:"40" doc:"what agents type after /; once for each language"`
	Text     string `json:"text" minLength:"1" maxLength:"10000" doc:"merge fields: {{customer.name}}, {{agent.name}}"`
	Language string `json:"language,omitempty" maxLength:"20" doc:"BCP 47; empty for every language"`
}

// QuickText as it is set up.
type QuickText struct {
	ID message.QuickTextID
	QuickTextSpec
	Version int64
}

var (
	shortcut   = regexp.MustCompile(`^[\p{L}\p{N}_-]{1,40}$`)
	mergeField = regexp.MustCompile(`\{\{\s*([^{}]*?)\s*\}\}`)
)

func (q *QuickTextSpec) check() error {
	q.Name, q.Shortcut = strings.TrimSpace(q.Name), strings.ToLower(strings.TrimPrefix(strings.TrimSpace(q.Shortcut), "/"))
	switch {
	case q.Name == "":
		return fault.Invalid("name", "A quick text needs a name.")
	case !shortcut.MatchString(q.Shortcut):
		return fault.Invalid("shortcut", "A shortcut has letters, digits, - and _ only.")
	case strings.TrimSpace(q.Text) == "":
		return fault.Invalid("text", "A quick text needs a text.")
	}
	if q.Language != "" {
		tag, err := language.Parse(q.Language)
		if err != nil {
			return fault.Invalid("language", "%q is not a language. Use a code such as en or de-AT.", q.Language)
		}
		q.Language = tag.String()
	}
	for _, m := range mergeField.FindAllStringSubmatch(q.Text, -1) {
		if m[1] != "customer.name" && m[1] != "agent.name" {
			return fault.Invalid("text", "There is no merge field {{%s}}: use {{customer.name}} or {{agent.name}}.", m[1])
		}
	}
	return nil
}

// CreateQuickText adds one.
func (s *Service) CreateQuickText(ctx context.Context, org message.OrgID, spec QuickTextSpec) (message.QuickTextID, error) {
	q := QuickText{ID: message.NewID[message.QuickTextID](), QuickTextSpec: spec, Version: 1}
	if err := q.check(); err != nil {
		return q.ID, err
	}
	return q.ID, s.Write(ctx, org, func(tx Tx) error { return tx.InsertQuickText(q) })
}

// ChangeQuickText applies a change.
func (s *Service) ChangeQuickText(ctx context.Context, org message.OrgID, id message.QuickTextID, version int64, apply func(*QuickTextSpec) error) error {
	return s.Write(ctx, org, func(tx Tx) error {
		q, err := tx.QuickTextSetup(id)
		if err != nil {
			return err
		}
		if err := fault.Stale(version, q.Version); err != nil {
			return err
		}
		if err := apply(&q.QuickTextSpec); err != nil {
			return err
		}
		if err := q.check(); err != nil {
			return err
		}
		return tx.SaveQuickText(&q)
	})
}

// DeleteQuickText removes one. Messages that were written with it keep their text.
func (s *Service) DeleteQuickText(ctx context.Context, org message.OrgID, id message.QuickTextID) error {
	return s.Write(ctx, org, func(tx Tx) error {
		if _, err := tx.QuickTextSetup(id); err != nil {
			return err
		}
		return tx.DeleteQuickText(id)
	})
}
