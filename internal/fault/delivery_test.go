package fault

import (
	"strings"
	"testing"
)

// What is tried again reads differently while it waits and once it has failed for good (ER-1).
func TestAdvice(t *testing.T) {
	for code, a := range DeliveryCodes() {
		if a.Agent == "" || a.Admin == "" {
			t.Errorf("%s has no words", code)
		}
		if strings.Contains(a.Agent, "keep trying") {
			t.Errorf("%s promises what is over: %q", code, a.Agent)
		}
		retried := code == ServiceUnreachable || code == ServiceFailed || code == CantSendNow
		if (a.Waiting != "") != retried || retried && !strings.Contains(a.Waiting, "keep trying") {
			t.Errorf("%s while it waits: %q", code, a.Waiting)
		}
	}
}
