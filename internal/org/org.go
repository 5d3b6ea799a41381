// Package org is the organisations of an installation, their time zones and languages. Who works in
// one is staff's matter; what a new one begins with is put together in setup.
package org

import (
	"context"
	"crypto/rand"
	"strings"
	"time"

	"golang.org/x/text/language"

	"switchboard/internal/fault"
	"switchboard/internal/message"
)

// Organisation is a tenant.
type Organisation struct {
	ID        message.OrgID
	Key       string // 15 characters that begin with 00D: clients of the customer API check that
	Name      string
	TimeZone  string // IANA name
	Language  string // BCP 47
	CreatedAt time.Time
	Version   int64
}

// OrganisationSpec is what an administrator writes about the organisation.
type OrganisationSpec struct {
	Name     string `json:"name" minLength:"1" maxLength:"100"`
	TimeZone string `json:"time_zone" doc:"IANA name, such as Europe/Vienna"`
	Language string `json:"language" doc:"BCP 47, such as de-AT"`
}

// Tx is what this room needs of a transaction.
type Tx interface {
	Org() message.OrgID
	Now() time.Time
	// Organisation of the transaction, locked.
	Organisation() (Organisation, error)
	InsertOrganisation(o Organisation) error
	SaveOrganisation(o *Organisation) error
}

// Service changes organisations.
type Service struct {
	Write func(ctx context.Context, org message.OrgID, fn func(Tx) error) error
}

// Create adds the organisation whose id the transaction has.
func Create(tx Tx, name string) (Organisation, error) {
	o := Organisation{ID: tx.Org(), Key: newKey(), Name: strings.TrimSpace(name), TimeZone: "UTC", Language: "en", CreatedAt: tx.Now(), Version: 1}
	if o.Name == "" {
		return o, fault.Invalid("name", "An organisation needs a name.")
	}
	return o, tx.InsertOrganisation(o)
}

// newKey is 00D and twelve random letters and digits: 71 bits.
func newKey() string {
	const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	key := []byte("00D")
	var b [1]byte
	for len(key) < 15 {
		_, _ = rand.Read(b[:]) // never fails
		if int(b[0]) < 256-256%len(alphabet) {
			key = append(key, alphabet[int(b[0])%len(alphabet)])
		}
	}
	return string(key)
}

// Change applies a change to an organisation.
func (s *Service) Change(ctx context.Context, id message.OrgID, version int64, apply func(*OrganisationSpec) error) error {
	return s.Write(ctx, id, func(tx Tx) error {
		o, err := tx.Organisation()
		if err != nil {
			return err
		}
		if err := fault.Stale(version, o.Version); err != nil {
			return err
		}
		spec := OrganisationSpec{Name: o.Name, TimeZone: o.TimeZone, Language: o.Language}
		if err := apply(&spec); err != nil {
			return err
		}
		if spec.Name = strings.TrimSpace(spec.Name); spec.Name == "" {
			return fault.Invalid("name", "An organisation needs a name.")
		}
		if _, err := time.LoadLocation(spec.TimeZone); err != nil || spec.TimeZone == "" || spec.TimeZone == "Local" {
			return fault.Invalid("time_zone", "There is no time zone %q. Use a name such as Europe/Vienna.", spec.TimeZone)
		}
		tag, err := language.Parse(spec.Language)
		if err != nil {
			return fault.Invalid("language", "There is no language %q. Use a code such as en or de-AT.", spec.Language)
		}
		o.Name, o.TimeZone, o.Language = spec.Name, spec.TimeZone, tag.String()
		return tx.SaveOrganisation(&o)
	})
}
