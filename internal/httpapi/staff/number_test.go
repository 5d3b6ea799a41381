package staff_test

import "testing"

// A text-message number is recognised, and writes only where and what its country lets it (CH-4, CH-8).
func TestTextMessageNumbers(t *testing.T) {
	each(t, func(w *world) {
		c := w.company("Acme")
		line := func(name, address string, settings object) reply {
			return c.do("POST", "/channels", object{"type": "sms", "name": name, "address": address, "sandbox": true, "settings": settings})
		}
		us := line("Long", "+1 201 555 0100", nil).is(201)
		if us.str("number.kind") != "long_code" || us.str("number.country") != "US" || us.at("number.registers") != true || us.at("number.limited") != true {
			t.Errorf("a long code is %v", us.at("number"))
		}
		if got := line("Free", "+1 800 555 0100", nil).is(201); got.str("number.kind") != "toll_free" {
			t.Errorf("a toll-free number is %v", got.at("number"))
		}
		line("Short", "24273", nil).refuses(422, "unprocessable")
		line("Short", "24273", object{"country": "XX"}).refuses(422, "unprocessable")
		line("Short", "2427", object{"country": "CA"}).refuses(422, "unprocessable")
		if got := line("Short", "24273", object{"country": "CA"}).is(201); got.str("number.kind") != "short_code" || got.str("number.country") != "CA" {
			t.Errorf("a short code is %v", got.at("number"))
		}
		line("Lost", "+1 202 555 0100", object{"country": "AT"}).refuses(422, "unprocessable")

		id := us.str("id")
		c.do("PATCH", "/channels/"+id, object{"settings": object{"ten_dlc_registered": "perhaps"}}).refuses(422, "unprocessable")
		c.do("PATCH", "/channels/"+id, object{"settings": object{"ten_dlc_registered": "yes"}}).refuses(422, "unprocessable")

		open := func(to string, more object) reply {
			body := object{"channel_id": id, "to": to, "text": "Your parcel waits."}
			for k, v := range more {
				body[k] = v
			}
			return c.do("POST", "/conversations", body)
		}
		open("+43 660 1234567", nil).refuses(409, "wrong_country")
		open("+1 416 555 0100", nil).refuses(409, "wrong_country")
		open("+1 212 555 0100", nil).is(201)

		usage := c.do("GET", "/channels/"+id+"/usage", nil).is(200)
		if usage.at("sent") != 0.0 || usage.at("left") != 100.0 || usage.at("limited") != true || usage.at("sent_max") != 15000.0 {
			t.Errorf("usage of a new number: %s", usage.body)
		}
		web := c.do("POST", "/channels", object{"type": "web", "name": "Page"}).is(201).str("id")
		c.do("GET", "/channels/"+web+"/usage", nil).refuses(409, "capability_missing")
		w.company("Other").do("GET", "/channels/"+id+"/usage", nil).refuses(404, "not_found")
	})
}
