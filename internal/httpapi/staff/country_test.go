package staff_test

import (
	"testing"
	"time"
)

func numbers(kind string, uses ...string) []object {
	return []object{{"kind": kind, "uses": append([]string{}, uses...), "limited": true, "abroad": false}}
}

// The country table is each organisation's: what it sets counts, nonsense is refused, a reset brings back
// what is built in (CH-4).
func TestCountryTable(t *testing.T) {
	each(t, func(w *world) {
		c, other := w.company("Acme"), w.company("Other")
		items := func(c *company) map[string]object {
			out := map[string]object{}
			for _, one := range c.do("GET", "/countries", nil).is(200).body["items"].([]any) {
				out[one.(object)["code"].(string)] = one.(object)
			}
			return out
		}
		if all := items(c); len(all) != 25 || all["DE"] == nil || all["elsewhere"] == nil {
			t.Errorf("built in are %d", len(all))
		}
		de := c.do("GET", "/countries/de", nil).is(200)
		if de.str("code") != "DE" || len(de.at("changed").([]any)) != 0 || de.at("version") != 1.0 || len(de.at("numbers").([]any)) != 4 {
			t.Errorf("Germany is %s", de.text)
		}
		patch := func(code string, body object, more ...string) reply {
			return w.call(c.admin, "PATCH", "/api/v1/countries/"+code, body, more...)
		}
		got := patch("DE", object{"numbers": numbers("long_code", "begin", "answer")}, "If-Match", `"1"`).is(200)
		if len(got.at("changed").([]any)) != 1 || got.at("version") != 2.0 || len(got.at("hours.days").([]any)) != 6 || len(got.at("built_in.numbers").([]any)) != 4 {
			t.Errorf("changed to %s", got.text)
		}
		if rule := got.at("numbers").([]any)[0].(object); rule["uses"].([]any)[0] != "answer" {
			t.Errorf("uses are kept in one order: %v", rule)
		}
		patch("DE", object{"hours": object{"days": []object{}, "closed_on": []string{}}}, "If-Match", `"1"`).refuses(409, "conflict")
		if items(other)["DE"]["version"] != 1.0 {
			t.Error("another organisation's table changed")
		}
		// Set to what is built in, it counts as not set.
		if again := patch("DE", object{"numbers": got.at("built_in.numbers"), "hours": got.at("built_in.hours")}).is(200); len(again.at("changed").([]any)) != 0 || again.at("version") != 3.0 {
			t.Errorf("as built in it is %v", again.text)
		}
		patch("DE", object{"hours": object{"days": []object{{"day": "sunday", "from": "10:00", "to": "12:00"}}, "closed_on": []string{"12-25", "12-25"}}}).is(200)
		c.do("DELETE", "/countries/DE", nil).is(204)
		if after := c.do("GET", "/countries/DE", nil).is(200); len(after.at("changed").([]any)) != 0 || after.at("version") != 5.0 {
			t.Errorf("after the reset: %s", after.text)
		}
		c.do("DELETE", "/countries/DE", nil).is(204)

		// A country without a line follows elsewhere, until it gets one.
		patch("elsewhere", object{"numbers": numbers("mobile", "answer")}).is(200)
		if jp := c.do("GET", "/countries/JP", nil).is(200); jp.at("listed") != false || len(jp.at("numbers").([]any)) != 1 {
			t.Errorf("Japan is %s", jp.text)
		}
		patch("JP", object{"numbers": numbers("long_code", "answer")}).is(200)
		if all := items(c); len(all) != 26 || all["JP"] == nil {
			t.Errorf("with Japan there are %d", len(all))
		}
		c.do("DELETE", "/countries/JP", nil).is(204)
		if len(items(c)) != 25 {
			t.Error("Japan is still in the list")
		}

		hours := func(day, from, to string) object {
			return object{"hours": object{"days": []object{{"day": day, "from": from, "to": to}}, "closed_on": []string{}}}
		}
		short := func(from, to int) object {
			return object{"numbers": []object{{"kind": "short_code", "uses": []string{"begin"}, "limited": false, "abroad": false, "min_digits": from, "max_digits": to}}}
		}
		for _, bad := range []struct {
			code  string
			body  object
			field string
		}{
			{"XX", object{}, "code"}, {"PR", object{}, "code"}, {"Germany", object{}, "code"},
			{"DE", hours("monday", "20:00", "08:00"), "hours.monday"}, {"DE", hours("monday", "8", "20:00"), "hours.monday"},
			{"DE", object{"hours": object{"days": []object{}, "closed_on": []string{"02-30"}}}, "hours.closed_on"},
			{"DE", short(3, 6), "numbers.short_code"}, {"DE", short(6, 5), "numbers.short_code"}, {"DE", short(4, 9), "numbers.short_code"},
			{"US", object{"numbers": numbers("mobile", "answer")}, "numbers.mobile"},
			{"DE", object{"numbers": append(numbers("mobile"), numbers("mobile")...)}, "numbers.mobile"},
			{"DE", object{"numbers": numbers("mobile", "answer", "answer")}, "numbers.mobile"},
			{"DE", object{"numbers": []object{{"kind": "long_code", "uses": []string{}, "limited": true, "abroad": true}}}, "numbers.long_code"},
		} {
			if got := patch(bad.code, bad.body).refuses(422, "unprocessable"); got.at("errors").(object)[bad.field] == nil {
				t.Errorf("%s %v: %s has no reason: %s", bad.code, bad.body, bad.field, got.text)
			}
		}
		patch("DE", object{"numbers": numbers("pager", "answer")}).refuses(422, "unprocessable")
		c.do("GET", "/countries/XX", nil).refuses(404, "not_found")
		c.do("DELETE", "/countries/XX", nil).refuses(422, "unprocessable")
		if de := c.do("GET", "/countries/DE", nil).is(200); len(de.at("changed").([]any)) != 0 {
			t.Errorf("what was refused is there: %s", de.text)
		}
	})
}

// The policy reads the organisation's table: where a number may write, and for what.
func TestTheCountryTableIsInForce(t *testing.T) {
	each(t, func(w *world) {
		c := w.company("Acme")
		line := func(name, address string, settings object) reply {
			return c.do("POST", "/channels", object{"type": "sms", "name": name, "address": address, "sandbox": true, "settings": settings})
		}
		open := func(channel, to string) reply {
			return c.do("POST", "/conversations", object{"channel_id": channel, "to": to, "text": "Your parcel waits."})
		}
		set := func(code string, rules ...object) {
			c.do("PATCH", "/countries/"+code, object{"numbers": rules}).is(200)
		}
		us := line("Long", "+1 201 555 0100", nil).is(201).str("id")
		first := open(us, "+1 212 555 0100").is(201).str("id")

		set("US", numbers("long_code", "answer")...)
		open(us, "+1 212 555 0101").refuses(409, "use_not_allowed")
		if uses := c.do("GET", "/channels/"+us, nil).is(200).at("number.uses").([]any); len(uses) != 1 || uses[0] != "answer" {
			t.Errorf("the channel shows %v", uses)
		}
		if blocked := c.do("GET", "/conversations/"+first, nil).is(200); blocked.str("blocked.code") != "use_not_allowed" {
			t.Errorf("the conversation shows %s", blocked.text)
		}
		c.do("POST", "/conversations/"+first+"/messages", object{"text": "More"}).refuses(409, "use_not_allowed")
		set("US", numbers("toll_free", "answer")...)
		open(us, "+1 212 555 0101").refuses(409, "use_not_allowed") // there are no long codes
		c.do("DELETE", "/countries/US", nil).is(204)
		c.do("POST", "/conversations/"+first+"/messages", object{"text": "More"}).is(201)

		at := line("Mobile", "+43 660 1234567", nil).is(201).str("id")
		open(at, "+49 1512 3456789").refuses(409, "wrong_country")
		abroad := numbers("mobile", "answer", "begin")
		abroad[0]["abroad"] = true
		set("AT", abroad...)
		open(at, "+49 1512 3456789").is(201)
		if c.do("GET", "/channels/"+at, nil).is(200).at("number.abroad") != true {
			t.Error("the channel doesn't show that its number writes abroad")
		}

		shorts := object{"kind": "short_code", "uses": []string{"begin"}, "limited": false, "abroad": false, "min_digits": 5, "max_digits": 5}
		set("AT", shorts)
		line("Short", "4321", object{"country": "AT"}).refuses(422, "unprocessable")
		line("Short", "43210", object{"country": "AT"}).is(201)
		set("AT", numbers("mobile", "answer")...)
		line("Other", "43211", object{"country": "AT"}).refuses(422, "unprocessable")
	})
}

// Before somebody is written to: where they are, what time it is there, and what would be refused.
func TestRecipient(t *testing.T) {
	each(t, func(w *world) {
		c := w.company("Acme")
		made := func(kind, address string) string {
			return c.do("POST", "/channels", object{"type": kind, "name": kind, "address": address, "sandbox": true}).is(201).str("id")
		}
		us, at := made("sms", "+1 201 555 0100"), made("whatsapp", "+43 660 1234567")
		ask := func(channel, to string) reply {
			return c.do("GET", "/channels/"+channel+"/recipient?to="+to, nil)
		}
		got := ask(us, "%2B1%20212%20555%200100").is(200)
		if got.str("to") != "+12125550100" || got.str("country") != "US" || got.str("number_kind") != "long_code" || len(got.at("uses").([]any)) != 2 || got.at("blocked") != nil {
			t.Errorf("an American number is %s", got.text)
		}
		if place := got.at("local_times").([]any)[0].(object); place["time_zone"] != "America/New_York" {
			t.Errorf("it is in %v", place)
		}
		if got := ask(us, "%2B436601234568").is(200); got.str("blocked.code") != "wrong_country" || got.str("country") != "AT" {
			t.Errorf("an Austrian one is %s", got.text)
		}
		if got := ask(at, "%2B436601234568").is(200); got.at("uses") != nil || got.at("blocked") != nil || got.str("number_kind") != "mobile" {
			t.Errorf("by WhatsApp it is %s", got.text)
		}
		ask(us, "").refuses(422, "unprocessable")
		ask(us, "12345").refuses(422, "unprocessable")
		if got := ask(at, "%2B80012345678").is(200); got.at("within_hours") != nil || got.str("country") != "" || len(got.at("local_times").([]any)) != 0 {
			t.Errorf("where nothing is known: %s", got.text)
		}

		hours := func(days ...object) {
			c.do("PATCH", "/countries/AT", object{"hours": object{"days": append([]object{}, days...), "closed_on": []string{}}}).is(200)
		}
		var all []object
		for _, day := range []string{"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"} {
			all = append(all, object{"day": day, "from": "00:00", "to": "24:00"})
		}
		hours(all...)
		if got := ask(at, "%2B436601234568").is(200); got.at("within_hours") != true || got.at("opens_at") != nil {
			t.Errorf("always open: %s", got.text)
		}
		vienna, err := time.LoadLocation("Europe/Vienna")
		if err != nil {
			t.Fatal(err)
		}
		soon := time.Now().In(vienna).AddDate(0, 0, 2)
		hours(object{"day": all[(int(soon.Weekday())+6)%7]["day"], "from": "09:00", "to": "10:00"})
		want := time.Date(soon.Year(), soon.Month(), soon.Day(), 9, 0, 0, 0, vienna).UTC().Format(time.RFC3339)
		if got := ask(at, "%2B436601234568").is(200); got.at("within_hours") != false || got.str("opens_at") != want {
			t.Errorf("open on one day at nine: %s, want %s", got.text, want)
		}
		hours()
		if got := ask(at, "%2B436601234568").is(200); got.at("within_hours") != false || got.at("opens_at") != nil {
			t.Errorf("never open: %s", got.text)
		}
		web := c.do("POST", "/channels", object{"type": "web", "name": "Page"}).is(201).str("id")
		ask(web, "%2B436601234568").refuses(409, "capability_missing")
		w.company("Other").do("GET", "/channels/"+us+"/recipient?to=%2B12125550100", nil).refuses(404, "not_found")
	})
}
