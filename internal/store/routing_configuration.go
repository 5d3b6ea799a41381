package store

import (
	"context"

	"switchboard/internal/fault"
	"switchboard/internal/message"
	"switchboard/internal/resource"
	"switchboard/internal/routing"
)

const configurationColumns = "id, name, model, priority, size_units, size_percent, push_timeout, auto_accept, version FROM routing_configuration"

// ConfigurationSetup by id, locked.
func (tx *Tx) ConfigurationSetup(id message.RoutingConfigID) (c routing.Configuration, err error) {
	found, err := one(tx, []any{&c.ID, &c.Name, &c.Model, &c.Priority, &c.SizeUnits, &c.SizePercent, &c.PushTimeoutSecs, &c.AutoAccept, &c.Version},
		"SELECT "+configurationColumns+" WHERE org_id = $1 AND id = $2"+tx.db.dialect.forUpdate, tx.org, id)
	return c, must(found, err, "routing configuration")
}

// InsertConfiguration adds one.
func (tx *Tx) InsertConfiguration(c routing.Configuration) error {
	tx.made(c.ID)
	n, err := tx.affected(`INSERT INTO routing_configuration (org_id, id, name, model, priority, size_units, size_percent, push_timeout, auto_accept, version)
 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (org_id, name) DO NOTHING`,
		tx.org, c.ID, c.Name, c.Model, c.Priority, c.SizeUnits, c.SizePercent, c.PushTimeoutSecs, c.AutoAccept, c.Version)
	return unlessTaken(n, err, "name", "There is already a routing configuration with this name.")
}

// SaveConfiguration writes everything about it.
func (tx *Tx) SaveConfiguration(c *routing.Configuration) error {
	if err := tx.nameFree("routing_configuration", "name", c.Name, c.ID, "There is already a routing configuration with this name."); err != nil {
		return err
	}
	c.Version++
	return tx.exec(`UPDATE routing_configuration SET name = $3, model = $4, priority = $5, size_units = $6, size_percent = $7, push_timeout = $8,
 auto_accept = $9, version = $10 WHERE org_id = $1 AND id = $2`,
		tx.org, c.ID, c.Name, c.Model, c.Priority, c.SizeUnits, c.SizePercent, c.PushTimeoutSecs, c.AutoAccept, c.Version)
}

// DeleteConfiguration removes one that no queue has.
func (tx *Tx) DeleteConfiguration(id message.RoutingConfigID) error {
	var used bool
	if _, err := one(tx, []any{&used}, "SELECT EXISTS (SELECT 1 FROM queue WHERE org_id = $1 AND routing_configuration_id = $2)", tx.org, id); err != nil {
		return err
	}
	if used {
		return fault.New(fault.InUse, "Queues have this routing configuration. Give them another one first.")
	}
	return tx.exec("DELETE FROM routing_configuration WHERE org_id = $1 AND id = $2", tx.org, id)
}

func scanConfiguration(r row, c *resource.RoutingConfiguration) error {
	return r.Scan(&c.ID, &c.Name, &c.Model, &c.Priority, &c.SizeUnits, &c.SizePercent, &c.PushTimeoutSecs, &c.AutoAccept, &c.Version)
}

// RoutingConfigurations is a page of them by name.
func (db *DB) RoutingConfigurations(ctx context.Context, org message.OrgID, page resource.Page) ([]resource.RoutingConfiguration, string, error) {
	from, err := after(page)
	if err != nil {
		return nil, "", err
	}
	rows, err := list(db.reader(ctx, org), scanConfiguration, "SELECT "+configurationColumns+` WHERE org_id = $1 AND (name, id) > ($2, $3)
 ORDER BY name, id LIMIT $4`, org, from.Text, from.ID, page.Limit+1)
	rows, next := paged(rows, page.Limit, func(c resource.RoutingConfiguration) position { return position{c.Name, message.RowID(c.ID)} })
	return rows, next, err
}

// RoutingConfigurationByID for those who read.
func (db *DB) RoutingConfigurationByID(ctx context.Context, org message.OrgID, id message.RoutingConfigID) (resource.RoutingConfiguration, error) {
	return only(db.reader(ctx, org), "routing configuration", scanConfiguration, "SELECT "+configurationColumns+" WHERE org_id = $1 AND id = $2", org, id)
}
