package routing

import (
	"context"

	"switchboard/internal/fault"
	"switchboard/internal/message"
)

// ConfigurationSpec is what an administrator writes about how a queue's work is offered (RT-2).
type ConfigurationSpec struct {
	Name            string `json:"name" minLength:"1" maxLength:"100"`
	Model           string `json:"model,omitempty" enum:"least_active,most_available" doc:"least_active if not said"`
	Priority        int    `json:"priority,omitempty" minimum:"0" maximum:"100" doc:"1 is routed before 2; 1 if not said"`
	SizeUnits       int    `json:"size_units,omitempty" minimum:"0" maximum:"1000" doc:"capacity units one conversation takes; 1 if neither is said"`
	SizePercent     int    `json:"size_percent,omitempty" minimum:"0" maximum:"100" doc:"or per cent of an agent's capacity"`
	PushTimeoutSecs int    `json:"push_timeout_seconds,omitempty" minimum:"0" maximum:"3600" doc:"an offer not taken moves on; 0 never"`
	AutoAccept      bool   `json:"auto_accept,omitempty" doc:"agents get the work without being asked"`
}

// Configuration as it is set up.
type Configuration struct {
	ID message.RoutingConfigID
	ConfigurationSpec
	Version int64
}

func (c *Configuration) check() error {
	if c.Model == "" {
		c.Model = "least_active"
	}
	if c.Priority == 0 {
		c.Priority = 1
	}
	if c.SizeUnits == 0 && c.SizePercent == 0 {
		c.SizeUnits = 1
	}
	if c.SizeUnits != 0 && c.SizePercent != 0 {
		return fault.Invalid("size_percent", "Say the size in units or in per cent, not both.")
	}
	return checkName(&c.Name, "routing configuration")
}

// CreateConfiguration adds a routing configuration.
func (s *Setup) CreateConfiguration(ctx context.Context, org message.OrgID, spec ConfigurationSpec) (message.RoutingConfigID, error) {
	c := Configuration{ID: message.NewID[message.RoutingConfigID](), ConfigurationSpec: spec, Version: 1}
	if err := c.check(); err != nil {
		return c.ID, err
	}
	return c.ID, s.Write(ctx, org, func(tx SetupTx) error {
		if err := tx.InsertConfiguration(c); err != nil {
			return err
		}
		return tx.RoutingChanged(message.RowID(c.ID))
	})
}

// ChangeConfiguration applies a change. It holds for work that is offered from then on.
func (s *Setup) ChangeConfiguration(ctx context.Context, org message.OrgID, id message.RoutingConfigID, version int64, apply func(*ConfigurationSpec) error) error {
	return s.Write(ctx, org, func(tx SetupTx) error {
		c, err := tx.ConfigurationSetup(id)
		if err != nil {
			return err
		}
		if err := fault.Stale(version, c.Version); err != nil {
			return err
		}
		if err := apply(&c.ConfigurationSpec); err != nil {
			return err
		}
		if err := c.check(); err != nil {
			return err
		}
		if err := tx.SaveConfiguration(&c); err != nil {
			return err
		}
		return tx.RoutingChanged(message.RowID(id))
	})
}

// DeleteConfiguration removes one that no queue has.
func (s *Setup) DeleteConfiguration(ctx context.Context, org message.OrgID, id message.RoutingConfigID) error {
	return s.Write(ctx, org, func(tx SetupTx) error {
		if _, err := tx.ConfigurationSetup(id); err != nil {
			return err
		}
		if err := tx.DeleteConfiguration(id); err != nil {
			return err
		}
		return tx.RoutingChanged(message.RowID(id))
	})
}
