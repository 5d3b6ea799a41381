package store

import (
	"context"
	"encoding/json"
	"time"

	"switchboard/internal/message"
	"switchboard/internal/resource"
	"switchboard/internal/setup"
)

// DeploymentSetup by id, locked.
func (tx *Tx) DeploymentSetup(id message.DeploymentID) (d setup.Deployment, err error) {
	found, err := one(tx, []any{&d.ID, &d.Name, &d.APIName, &d.Kind, &d.Channel, jsonColumn{&d.Draft}, jsonColumn{&d.Published}, &d.PublishedAt, &d.Version},
		`SELECT id, name, api_name, kind, channel_id, draft, published, published_at, version FROM deployment WHERE org_id = $1 AND id = $2`+tx.db.dialect.forUpdate,
		tx.org, id)
	return d, must(found, err, "deployment")
}

// InsertDeployment adds one.
func (tx *Tx) InsertDeployment(d setup.Deployment) error {
	tx.made(d.ID)
	n, err := tx.affected(`INSERT INTO deployment (org_id, id, name, api_name, kind, channel_id, draft, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
 ON CONFLICT (org_id, api_name) DO NOTHING`, tx.org, d.ID, d.Name, d.APIName, d.Kind, d.Channel, asJSON(d.Draft), d.Version)
	return unlessTaken(n, err, "api_name", "There is already a deployment with this API name. Choose another name.")
}

// SaveDeployment writes what can change.
func (tx *Tx) SaveDeployment(d *setup.Deployment) error {
	d.Version++
	var published any
	if d.Published != nil {
		published = asJSON(d.Published)
	}
	return tx.exec("UPDATE deployment SET name = $3, draft = $4, published = $5, published_at = $6, version = $7 WHERE org_id = $1 AND id = $2",
		tx.org, d.ID, d.Name, asJSON(d.Draft), published, us(d.PublishedAt), d.Version)
}

// DeleteDeployment removes one, and signs out the customers who came by it.
func (tx *Tx) DeleteDeployment(id message.DeploymentID) error {
	if err := tx.exec("DELETE FROM customer_token WHERE org_id = $1 AND deployment_id = $2", tx.org, id); err != nil {
		return err
	}
	return tx.exec("DELETE FROM deployment WHERE org_id = $1 AND id = $2", tx.org, id)
}

const deploymentColumns = "id, name, api_name, kind, channel_id, draft, published, published_at, version FROM deployment"

func scanDeployment(r row, d *resource.Deployment) error {
	var draft, published string
	var at time.Time
	if err := r.Scan(&d.ID, &d.Name, &d.APIName, &d.Kind, &d.ChannelID, &draft, &published, &at, &d.Version); err != nil {
		return err
	}
	d.PublishedAt, d.Changed = unlessZero(at), draft != published
	if published != "" {
		if err := json.Unmarshal([]byte(published), &d.Published); err != nil {
			return err
		}
	}
	return json.Unmarshal([]byte(draft), &d.Draft)
}

// Deployments is a page of them by name.
func (db *DB) Deployments(ctx context.Context, org message.OrgID, page resource.Page) ([]resource.Deployment, string, error) {
	from, err := after(page)
	if err != nil {
		return nil, "", err
	}
	rows, err := list(db.reader(ctx, org), scanDeployment, "SELECT "+deploymentColumns+" WHERE org_id = $1 AND (name, id) > ($2, $3) ORDER BY name, id LIMIT $4",
		org, from.Text, from.ID, page.Limit+1)
	rows, next := paged(rows, page.Limit, func(d resource.Deployment) position { return position{d.Name, message.RowID(d.ID)} })
	return rows, next, err
}

// DeploymentByID for those who read.
func (db *DB) DeploymentByID(ctx context.Context, org message.OrgID, id message.DeploymentID) (resource.Deployment, error) {
	return only(db.reader(ctx, org), "deployment", scanDeployment, "SELECT "+deploymentColumns+" WHERE org_id = $1 AND id = $2", org, id)
}
