package app

import (
	"context"
	"time"

	"switchboard/internal/consent"
	"switchboard/internal/conversation"
	customerapi "switchboard/internal/httpapi/customer"
	"switchboard/internal/message"
	"switchboard/internal/outbound"
	"switchboard/internal/realtime"
	"switchboard/internal/resource"
	"switchboard/internal/store"
)

// courtesies brings what is no message to whom it concerns: to colleagues by the realtime hub, to web
// customers by their streams, to others by their provider.
type courtesies struct {
	db         *store.DB
	connectors *Connectors
	hub        *realtime.Hub
	customers  *customerapi.Hub
	signals    *outbound.Signals
}

// StaffTyping shows the customer and colleagues that an agent writes, or stopped; a note only to colleagues.
func (c *courtesies) StaffTyping(ctx context.Context, org message.OrgID, by conversation.Staff, id message.ConversationID, typing, note bool) error {
	author := message.AuthorAgent
	if by.Supervisor {
		author = message.AuthorSupervisor
	}
	from := resource.Author{Type: author, ID: by.ID.String(), Name: by.Name}
	if note && typing {
		c.hub.TypingNote(org, id, from)
	} else {
		c.hub.Typing(org, id, from, typing)
	}
	if note {
		return nil
	}
	head, err := c.db.ConversationHead(ctx, org, id)
	if err != nil || head.Session.Agent != by.ID {
		return err // only who has the session is shown to the customer
	}
	if head.ChannelType == "web" {
		c.customers.AgentTyping(org, head.Customer, id, typing)
		return nil
	}
	// After the time in which the customer may be answered, nothing is typed either.
	window := consent.Facts{WindowHours: c.connectors.Capabilities(head.ChannelType, head.Provider).WindowHours, CustomerAt: head.CustomerAt}
	if ends := window.WindowEnds(); !ends.IsZero() && !time.Now().Before(ends) {
		return nil
	}
	if typing {
		c.signals.Typing(org, id)
	}
	return nil
}

// StaffRead sends the channel's read receipt.
func (c *courtesies) StaffRead(_ context.Context, org message.OrgID, id message.ConversationID) {
	c.signals.Read(org, id)
}
