package conversation

import (
	"context"
	"time"

	"switchboard/internal/message"
)

// What an event of a flag says.
const (
	flagRaised  = "raised"
	flagLowered = "lowered"
)

// Flag raises or lowers the flag with which the agent of an open session asks a supervisor for help
// (RT-16). Raised again it takes the new note; lowered when it is down it is left alone.
func (s *Service) Flag(ctx context.Context, org message.OrgID, by Staff, id message.ConversationID, session message.SessionID, raised bool, note string) error {
	note, err := checkNote("note", note)
	if err != nil {
		return err
	}
	masked, err := cleaned(ctx, s.Rules, org, by, &note)
	if err != nil {
		return err
	}
	return s.Write(ctx, org, func(tx Tx) error {
		c, err := ownSession(tx, by, id, session)
		if err != nil {
			return err
		}
		if err := tx.Masked(MaskedIn{Place: PlaceEvent, Conversation: id}, masked); err != nil {
			return err
		}
		s, now := &c.Session, tx.Now()
		if up := !s.FlaggedAt.IsZero(); up == raised && (!raised || s.Flagged == note) {
			return nil
		}
		e := message.Event{Type: message.EventFlagged, Actor: by.Name, Reason: note, To: flagLowered}
		s.Flagged, s.FlaggedAt, s.FlaggedBy, s.ModifiedAt = "", time.Time{}, message.UserID{}, now
		if raised {
			s.Flagged, s.FlaggedAt, s.FlaggedBy, e.To = note, now, by.ID, flagRaised
		}
		if err := event(tx, &c, e, message.AuthorSystem, by); err != nil {
			return err
		}
		return save(tx, &c, s.Status)
	})
}
