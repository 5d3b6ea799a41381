package conversation

import (
	"context"
	"strings"

	"switchboard/internal/fault"
	"switchboard/internal/message"
	"switchboard/internal/privacy"
)

// mask takes out of a draft what rules for sensitive data find. What a rule could not check, or leaves nothing of,
// is refused, so that its author can write it otherwise.
func (s *Service) mask(ctx context.Context, org message.OrgID, by Staff, d *Draft) error {
	mask, err := s.Rules.For(ctx, org, by.author())
	if err != nil || mask == nil {
		return err
	}
	wrote := d.Text != ""
	mask.Text(&d.Text)
	if d.Template != nil {
		use := *d.Template
		d.Template = &use
		mask.Texts(use.Header)
		mask.Texts(use.Body)
	}
	d.masked = mask.Masked()
	gone := wrote && strings.TrimSpace(d.Text) == "" && d.File.IsZero()
	return settled(ctx, s.Write, org, mask, "text", gone)
}

// settled refuses what a mask left unfit to be kept, and records that it did.
func settled[T maskedTx](ctx context.Context, write func(context.Context, message.OrgID, func(T) error) error, org message.OrgID, mask *privacy.Mask, field string, gone bool) error {
	var refusal error
	switch rule := mask.Failed(); {
	case rule != "":
		refusal = unchecked(field, rule)
	case gone:
		refusal = fault.Invalid(field, "A rule for sensitive data takes out all of this text: nothing is left to keep.")
	default:
		return nil
	}
	if err := write(ctx, org, func(tx T) error { return tx.Masked(MaskedIn{Place: PlaceRefused}, mask.Masked()) }); err != nil {
		return err
	}
	return refusal
}

func unchecked(field, rule string) error {
	return fault.Invalid(field, "The rule for sensitive data “%s” could not check this text in time, so it was not kept. Write it shorter, and tell an administrator.", rule)
}

type maskedTx interface {
	Masked(where MaskedIn, by []message.Masked) error
}

// cleaned masks what staff say about a session. What a rule could not check is withheld.
func cleaned(ctx context.Context, rules *privacy.Rulebook, org message.OrgID, by Staff, text *string) ([]message.Masked, error) {
	mask, err := rules.For(ctx, org, by.author())
	if err != nil {
		return nil, err
	}
	mask.Text(text)
	return mask.Masked(), nil
}
