package staff_test

import (
	"strings"
	"testing"

	"switchboard/internal/feed"
)

func TestPreferencesFollowTheirUser(t *testing.T) {
	each(t, func(w *world) {
		c := w.company("Acme")
		anna, token := c.user("Anna", "agent")
		_, other := c.user("Bert", "agent")
		as, bert := c.as(token), c.as(other)
		if usual := as("GET", "/me/preferences", nil).is(200); usual.at("version").(float64) != 0 || usual.str("theme") != "system" || usual.at("notify.offer.sound") != true {
			w.t.Fatalf("usual %s", usual.text)
		}
		as("PATCH", "/me/preferences", object{"theme": "dark", "keys": object{"next": "n", "end": "", "palette": "mod+p"}, "list_width": 400}).is(200)
		quiet := object{"sound": false, "desktop": false, "push": false, "title": true, "favicon": false}
		as("PATCH", "/me/preferences", object{"notify": object{"offer": quiet, "message": quiet, "mention": quiet, "flag": object{"sound": false, "desktop": false}}}, "If-Match", `"1"`).is(200)
		got := as("GET", "/me/preferences", nil).is(200)
		if got.str("theme") != "dark" || got.str("keys.next") != "n" || got.at("list_width").(float64) != 400 || got.at("notify.offer.sound") != false || got.at("version").(float64) != 2 {
			w.t.Fatalf("kept %s", got.text)
		}
		if c.told(feed.PreferencesUpdated, anna) != 2 {
			w.t.Fatal("the other screens aren't told")
		}
		if got = as("PATCH", "/me/preferences", object{"language": "fr", "time_zone": "Asia/Tokyo"}).is(200); got.str("language") != "fr" || got.str("time_zone") != "Asia/Tokyo" {
			w.t.Fatalf("kept %s", got.text)
		}
		as("PATCH", "/me/preferences", object{"time_zone": "organisation", "language": "browser"}).is(200)
		as("PATCH", "/me/preferences", object{"theme": "light"}, "If-Match", `"1"`).refuses(409, "conflict")
		for _, bad := range []object{{"theme": "pink"}, {"language": "xx"}, {"language": ""}, {"time_zone": "Europe/Nowhere"}, {"time_zone": ""}, {"time_zone": "Local"}, {"time_zone": "../../etc/passwd"}, {"colour": "red"}, {"list_width": 5}, {"list_width": "wide"}, {"notify": object{"offer": object{"sound": 1}}},
			{"keys": object{"next": "j", "end": "j"}}, {"keys": object{"next": "ctrl"}}, {"keys": object{"next": "J"}}, {"keys": object{strings.Repeat("x", 65): "j"}},
			{"folded": []string{strings.Repeat("x", 65)}}} {
			if answer := as("PATCH", "/me/preferences", bad); answer.status != 422 && answer.status != 400 {
				w.t.Errorf("%v: %d %s", bad, answer.status, answer.text)
			}
		}
		if theirs := bert("GET", "/me/preferences", nil).is(200); theirs.str("theme") != "system" {
			w.t.Fatalf("somebody else has %s", theirs.text)
		}
		if after := as("GET", "/me/preferences", nil).is(200); after.at("version").(float64) != 4 {
			w.t.Fatalf("what was refused changed something: %s", after.text)
		}
	})
}
