package setup

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/language"

	"switchboard/internal/fault"
	"switchboard/internal/message"
)

// QuickTextSpec is a ready-made answer (AG-2).
type QuickTextSpec struct {
	Name     string `json:"name" minLength:"1" maxLength:"100"`
	Shortcut string `json:"shortcut" minLength:"1" maxLength:"40" doc:"what agents type after /; once for each language"`
	Text     string `json:"text" minLength:"1" maxLength:"10000" doc:"with merge fields such as {{customer.name}}, {{agent.first_name}} or {{prechat._FirstName|there}}; what follows | stands in when there is no value"`
	Language string `json:"language,omitempty" maxLength:"20" doc:"BCP 47; empty for every language"`
	Folder   string `json:"folder,omitempty" maxLength:"60" doc:"what agents find it under"`
	// Queues whose conversations it is for.
	Queues []message.QueueID `json:"queues,omitempty" maxItems:"50" doc:"only for conversations of these queues; empty for all"`
}

// QuickText as it is set up.
type QuickText struct {
	ID message.QuickTextID
	QuickTextSpec
	Version int64
}

var shortcut = regexp.MustCompile(`^[\p{L}\p{N}_-]{1,40}$`)

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
	q.Folder = strings.Join(strings.Fields(q.Folder), " ")
	switch { // the same bounds for what comes from a file
	case utf8.RuneCountInString(q.Name) > 100:
		return fault.Invalid("name", "A name has at most 100 characters.")
	case utf8.RuneCountInString(q.Text) > 10_000:
		return fault.Invalid("text", "A quick text has at most 10000 characters.")
	case utf8.RuneCountInString(q.Folder) > 60:
		return fault.Invalid("folder", "A folder's name has at most 60 characters.")
	}
	return checkMerge(q.Text)
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

// ImportQuickTexts makes, or changes, a quick text of each row: shortcut and language say which one it
// is. It returns what became of each row. Unless bad rows are to be skipped, one that is refused keeps
// all out; a trial keeps nothing in any case.
func (s *Service) ImportQuickTexts(ctx context.Context, org message.OrgID, specs []QuickTextSpec, trial, skipBad bool) (outcomes []fault.RowOutcome, applied bool, err error) {
	err = s.Write(ctx, org, func(tx Tx) error {
		seen := map[string]bool{}
		var importErr error
		outcomes, importErr = fault.EachRow(len(specs), trial, skipBad, func(i int) (string, error) {
			q := QuickText{QuickTextSpec: specs[i]}
			if err := q.check(); err != nil {
				return "", err
			}
			key := q.Shortcut + " " + q.Language
			if seen[key] {
				return "", fault.Invalid("shortcut", "An earlier row has the same shortcut and language.")
			}
			seen[key] = true
			old, found, err := tx.QuickTextByShortcut(q.Shortcut, q.Language)
			if err != nil {
				return "", err
			}
			if !found {
				q.ID, q.Version = message.NewID[message.QuickTextID](), 1
				return fault.RowMade, tx.InsertQuickText(q)
			}
			q.ID, q.Version = old.ID, old.Version
			if old.same(&q) {
				return fault.RowSame, nil
			}
			return fault.RowChanged, tx.SaveQuickText(&q)
		})
		return importErr
	})
	return fault.Settled(outcomes, err)
}

func (q *QuickText) same(o *QuickText) bool {
	return q.Name == o.Name && q.Text == o.Text && q.Folder == o.Folder && slices.Equal(q.Queues, o.Queues)
}

// MarkFavourite keeps whether a user counts a quick text among their favourites.
func (s *Service) MarkFavourite(ctx context.Context, org message.OrgID, user message.UserID, id message.QuickTextID, favourite bool) error {
	return s.Write(ctx, org, func(tx Tx) error {
		if _, err := tx.QuickTextSetup(id); err != nil {
			return err
		}
		return tx.MarkFavourite(user, id, favourite)
	})
}
