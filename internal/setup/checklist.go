package setup

import (
	"context"
	"slices"

	"switchboard/internal/fault"
	"switchboard/internal/message"
)

// steps of the checklist that an organisation may do without. The test message is what it is for.
var skippable = [...]string{"channel", "deployment", "agent", "queue"}

// SkipStep takes a step of the first-run checklist off the list, or back onto it (AD-3).
func (s *Service) SkipStep(ctx context.Context, org message.OrgID, key string, skipped bool) error {
	if !slices.Contains(skippable[:], key) {
		return fault.New(fault.NotFound, "There is no step of this name that can be skipped.")
	}
	return s.Write(ctx, org, func(tx Tx) error {
		keys, err := tx.SetupSkipped()
		if err != nil {
			return err
		}
		keys = slices.DeleteFunc(keys, func(k string) bool { return k == key })
		if skipped {
			keys = append(keys, key)
		}
		if keys == nil {
			keys = []string{}
		}
		return tx.SaveSetupSkipped(keys)
	})
}
