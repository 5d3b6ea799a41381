package staff_test

import (
	"testing"
	"time"
)

func TestSecurityChecklistNamesWhoAndWhat(t *testing.T) {
	each(t, func(w *world) {
		c := w.company("Acme")
		other := w.company("Other")
		check := func(key string) (state string, names []string) {
			t.Helper()
			for _, one := range c.do("GET", "/setup/security", nil).is(200).body["items"].([]any) {
				one := one.(object)
				if one["key"] != key {
					continue
				}
				for _, s := range one["subjects"].([]any) {
					names = append(names, s.(object)["name"].(string))
				}
				return one["state"].(string), names
			}
			t.Fatalf("there is no check %s", key)
			return "", nil
		}
		if state, _ := check("single_admin"); state != "advice" {
			t.Errorf("one administrator is %s", state)
		}
		if state, names := check("idle_keys"); state != "good" || names != nil {
			t.Errorf("no key is idle, got %s %v", state, names)
		}
		c.do("POST", "/api-keys", object{"name": "Old import", "scopes": []string{"setup.view"}}).is(201)
		other.do("POST", "/api-keys", object{"name": "Not ours", "scopes": []string{"setup.view"}}).is(201)
		rows, err := w.db.SecurityRows(t.Context(), c.id, time.Now().Add(91*24*time.Hour))
		if err != nil || len(rows.IdleKeys) != 1 || rows.IdleKeys[0].Name != "Old import" {
			t.Errorf("keys idle in 91 days: %v, %v", rows.IdleKeys, err)
		}
		if len(rows.IdleAdmins) != 1 || rows.Admins != 1 {
			t.Errorf("administrators idle in 91 days: %v of %d", rows.IdleAdmins, rows.Admins)
		}
		if rows, err := w.db.SecurityRows(t.Context(), c.id, time.Now()); err != nil || len(rows.IdleAdmins) != 0 {
			t.Errorf("who was just here is idle: %v, %v", rows.IdleAdmins, err)
		}
		var me object
		for _, u := range c.do("GET", "/users", nil).is(200).body["items"].([]any) {
			me = u.(object)
		}
		if me["last_seen_at"] == nil {
			t.Errorf("nobody was seen: %v", me)
		}
	})
}

func TestStepsOfTheChecklistAreSkippedAndTakenUp(t *testing.T) {
	each(t, func(w *world) {
		c, other := w.company("Acme"), w.company("Other")
		skipped := func(c *company, key string) bool {
			for _, one := range c.do("GET", "/setup/checklist", nil).is(200).body["items"].([]any) {
				if one := one.(object); one["key"] == key {
					return one["skipped"].(bool)
				}
			}
			t.Fatalf("there is no step %s", key)
			return false
		}
		c.do("PUT", "/setup/checklist/queue", object{"skipped": true}).is(200)
		c.do("PUT", "/setup/checklist/queue", object{"skipped": true}).is(200)
		if !skipped(c, "queue") || skipped(other, "queue") {
			t.Error("a skipped step is skipped in its organisation alone")
		}
		c.do("PUT", "/setup/checklist/queue", object{"skipped": false}).is(200)
		if skipped(c, "queue") {
			t.Error("a step that was taken up is still skipped")
		}
		c.do("PUT", "/setup/checklist/test_message", object{"skipped": true}).refuses(404, "not_found")
		c.do("PUT", "/setup/checklist/nonsense", object{"skipped": true}).refuses(404, "not_found")
	})
}
