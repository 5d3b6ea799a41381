package customer_test

import (
	"testing"
	"time"
)

// TestTokensOutliveAClockThatWasWrong: while our clock is hours ahead a token is over; when it is set right
// the same token is good again, and one that was made in what is now the future is good as well.
func TestTokensOutliveAClockThatWasWrong(t *testing.T) {
	each(t, func(h *house) {
		before := h.browser("device-1")
		h.later(7 * time.Hour)
		if status, body := before.call("GET", "/iamessage/api/v2/conversation/list", nil); status != 401 || body["code"] != "token_expired" {
			h.t.Errorf("seven hours later: %d %v", status, body)
		}
		ahead := h.browser("device-2")
		h.later(-7 * time.Hour)
		for what, b := range map[string]*browser{"one from before": before, "one from ahead": ahead} {
			if status, body := b.call("GET", "/iamessage/api/v2/conversation/list", nil); status != 200 {
				h.t.Errorf("with the clock set right, %s: %d %v", what, status, body)
			}
		}
		h.later(-7 * time.Hour)
		before.must("GET", "/iamessage/api/v2/conversation/list", nil)
	})
}
