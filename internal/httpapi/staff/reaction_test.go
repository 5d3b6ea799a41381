package staff_test

import (
	"strings"
	"testing"
)

func TestReactions(t *testing.T) {
	each(t, func(w *world) {
		c := w.company("Acme")
		anna, token := c.user("Anna", "agent")
		_, other := c.user("Ben", "agent")
		got := c.receive("whatsapp", "Is it there?", anna)
		w.call(token, "POST", "/api/v1/offers/"+got.offer.String()+"/accept", nil).is(200)
		path := "/api/v1/conversations/" + got.conversation.String() + "/reactions"
		on := func(emoji string) object { return object{"entry_id": got.entry.String(), "emoji": emoji} }

		first := w.call(token, "POST", path, on("👍🏽"), "Idempotency-Key", "k1").is(201)
		if first.str("kind") != "reaction" || first.str("content.reaction.emoji") != "👍🏽" || first.str("refers_to") != got.entry.String() || first.str("status") != "queued" {
			w.t.Errorf("%s", first.text)
		}
		if again := w.call(token, "POST", path, on("👍🏽"), "Idempotency-Key", "k1"); again.str("id") != first.str("id") {
			w.t.Errorf("a repeated request made %s", again.text)
		}
		w.call(token, "POST", path, on("")).is(201)
		for _, bad := range []string{"ok", "1", " ", "👍 👍", strings.Repeat("👍", 17), "<b>"} {
			w.call(token, "POST", path, on(bad)).refuses(422, "unprocessable")
		}
		w.call(token, "POST", path, object{"entry_id": got.conversation.String(), "emoji": "👍"}).refuses(404, "not_found")
		w.call(token, "POST", path, object{"entry_id": first.str("id"), "emoji": "👍"}).refuses(409, "unlawful_state")
		w.call(other, "POST", path, on("👍")).refuses(404, "not_found") // neither is it theirs to see

		sent := w.call(token, "POST", "/api/v1/conversations/"+got.conversation.String()+"/messages", object{"text": "In the post."}).is(201)
		w.call(token, "POST", path, object{"entry_id": sent.str("id"), "emoji": "👍"}).refuses(409, "unlawful_state") // it is still on its way

		web := c.receive("web", "Hello?", anna)
		w.call(token, "POST", "/api/v1/offers/"+web.offer.String()+"/accept", nil).is(200)
		w.call(token, "POST", "/api/v1/conversations/"+web.conversation.String()+"/reactions", object{"entry_id": web.entry.String(), "emoji": "👍"}).refuses(409, "capability_missing")

		stranger := w.company("Other")
		w.call(stranger.admin, "POST", path, on("👍")).refuses(404, "not_found")
	})
}

// SL-6: a session as text, JSON and a page; notes only when asked for; nothing of it is markup.
func TestTranscripts(t *testing.T) {
	each(t, func(w *world) {
		c := w.company("Acme")
		anna, token := c.user("Anna", "agent")
		_, other := c.user("Ben", "agent")
		got := c.receive("whatsapp", "<script>alert(1)</script> zebra", anna)
		w.call(token, "POST", "/api/v1/offers/"+got.offer.String()+"/accept", nil).is(200)
		talk, session := "/api/v1/conversations/"+got.conversation.String(), "/api/v1/sessions/"+got.session.String()
		w.call(token, "POST", talk+"/messages", object{"text": "In the post.", "reply_to": got.entry.String()}).is(201)
		w.call(token, "POST", talk+"/notes", object{"text": "A regular."}).is(201)

		text := w.call(token, "GET", session+"/transcript?tz=Europe/Vienna", nil).is(200)
		for _, want := range []string{"Carla: <script>alert(1)</script> zebra", "Anna: (in answer to “<script>", "In the post.", "Europe/Vienna"} {
			if !strings.Contains(text.text, want) {
				w.t.Errorf("the text lacks %q:\n%s", want, text.text)
			}
		}
		if strings.Contains(text.text, "regular") {
			w.t.Error("a note is in it")
		}
		if notes := w.call(token, "GET", session+"/transcript?notes=true", nil).is(200); !strings.Contains(notes.text, "Anna (note): A regular.") {
			w.t.Errorf("no note: %s", notes.text)
		}
		if h := text.header; !strings.HasPrefix(h.Get("Content-Type"), "text/plain") || !strings.Contains(h.Get("Content-Disposition"), "attachment; filename=MS-00000001-") {
			w.t.Errorf("%v", h)
		}
		page := w.call(token, "GET", session+"/transcript?format=html&show=true", nil).is(200)
		if strings.Contains(page.text, "<script") || !strings.Contains(page.text, "&lt;script&gt;") || !strings.HasPrefix(page.header.Get("Content-Disposition"), "inline") ||
			!strings.Contains(page.header.Get("Content-Security-Policy"), "default-src 'none'") {
			w.t.Errorf("%v %s", page.header, page.text)
		}
		// In the reader's language, which has its own direction.
		german := w.call(token, "GET", session+"/transcript?notes=true&language=de", nil).is(200)
		for _, want := range []string{"Zeiten in UTC", "Anna: (als Antwort auf „<script>", "Anna (Notiz): A regular.", "Sitzung angenommen"} {
			if !strings.Contains(german.text, want) {
				w.t.Errorf("the German text lacks %q:\n%s", want, german.text)
			}
		}
		if arabic := w.call(token, "GET", session+"/transcript?format=html&language=ar", nil).is(200); !strings.Contains(arabic.text, `<html lang="ar" dir="rtl">`) || strings.Contains(arabic.text, "session") {
			w.t.Errorf("%s", arabic.text)
		}
		data := w.call(token, "GET", session+"/transcript?format=json", nil).is(200)
		if data.str("session") != "MS-00000001" || len(data.at("entries").([]any)) < 3 {
			w.t.Errorf("%s", data.text)
		}
		w.call(token, "GET", session+"/transcript?format=pdf", nil).refuses(422, "unprocessable")
		w.call(token, "GET", session+"/transcript?tz=../../etc/passwd", nil).refuses(422, "unprocessable")
		w.call(token, "GET", "/api/v1/sessions/nonsense/transcript", nil).refuses(404, "not_found")
		w.call("", "GET", session+"/transcript", nil).refuses(401, "unauthorized")
		w.call(other, "GET", session+"/transcript", nil).refuses(404, "not_found")
		w.call(w.company("Other").admin, "GET", session+"/transcript", nil).refuses(404, "not_found")
	})
}
