package store

import (
	"context"
	"slices"
	"time"

	"switchboard/internal/consent"
	"switchboard/internal/consent/phone"
	"switchboard/internal/message"
)

const countryColumns = "code, numbers, hours, version FROM country WHERE org_id = $1"

func scanCountry(into phone.Table) func(row) error {
	return func(r row) error {
		var code string
		var o phone.Override
		err := r.Scan(&code, jsonColumn{&o.Rules}, jsonColumn{&o.Hours}, &o.Version)
		into[code] = o
		return err
	}
}

// Countries is the organisation's country table.
func (tx *Tx) Countries() (phone.Table, error) {
	t := phone.Table{}
	return t, tx.query(scanCountry(t), "SELECT "+countryColumns, tx.org)
}

// Countries is the organisation's country table, for those who read.
func (db *DB) Countries(ctx context.Context, org message.OrgID) (phone.Table, error) {
	t, err := db.reader(ctx, org).Countries()
	return t, asFault(err)
}

// LockCountries is the table with the line of one country locked, which is made if need be.
func (tx *Tx) LockCountries(code string) (phone.Table, error) {
	if err := tx.exec("INSERT INTO country (org_id, code, version) VALUES ($1, $2, 1) ON CONFLICT (org_id, code) DO NOTHING", tx.org, code); err != nil {
		return nil, err
	}
	t := phone.Table{}
	if err := tx.query(scanCountry(t), "SELECT "+countryColumns+" AND code = $2"+tx.db.dialect.forUpdate, tx.org, code); err != nil {
		return nil, err
	}
	return t, tx.query(scanCountry(t), "SELECT "+countryColumns+" AND code <> $2", tx.org, code)
}

// SaveCountry writes what is set for a country; parts that are nil are as built in.
func (tx *Tx) SaveCountry(code string, o phone.Override) error {
	var numbers, hours any
	if o.Rules != nil {
		numbers = asJSON(o.Rules)
	}
	if o.Hours != nil {
		hours = asJSON(o.Hours)
	}
	return tx.exec("UPDATE country SET numbers = $3, hours = $4, version = version + 1 WHERE org_id = $1 AND code = $2", tx.org, code, numbers, hours)
}

// ruled is a line whose month and countries are still to be read.
type ruled struct {
	channel message.ChannelID
	line    *consent.Line
}

// fillLines reads for the policy what the numbers of lines have sent this month and what the organisation
// has set for their countries, in one statement however many they are. Sending hours are no part of it.
func (tx *Tx) fillLines(now time.Time, lines []ruled) error {
	if len(lines) == 0 {
		return nil
	}
	codes := []string{phone.Elsewhere}
	var channels []message.ChannelID
	for _, l := range lines {
		for _, code := range []string{l.line.From.Country, l.line.To.Country} {
			if !slices.Contains(codes, code) {
				codes = append(codes, code)
			}
		}
		if !slices.Contains(channels, l.channel) {
			channels = append(channels, l.channel)
		}
	}
	a := tx.ids(tx.org, monthOf(now))
	months, table := map[message.ChannelID]phone.Month{}, phone.Table{}
	err := tx.query(func(r row) error {
		var id message.ChannelID
		var m phone.Month
		var code string
		var o phone.Override
		err := r.Scan(&id, &m.Sent, &m.Received, &code, jsonColumn{&o.Rules})
		if code != "" {
			table[code] = o
		} else {
			months[id] = m
		}
		return err
	}, `SELECT channel_id, CAST(SUM(sent) AS bigint), CAST(SUM(received) AS bigint), '' AS code, NULL AS numbers FROM channel_month
 WHERE org_id = $1 AND month = $2 AND channel_id `+in(&a, channels)+` GROUP BY channel_id
 UNION ALL SELECT NULL, 0, 0, code, numbers FROM country WHERE org_id = $1 AND code `+in(&a, codes), a.args...)
	for _, l := range lines {
		l.line.Month, l.line.Countries = months[l.channel], table
	}
	return err
}
