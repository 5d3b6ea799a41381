package store_test

import (
	"errors"
	"sync"
	"testing"

	"switchboard/internal/audit"
	"switchboard/internal/message"
	"switchboard/internal/resource"
	"switchboard/internal/store"
	"switchboard/internal/store/storetest"
)

// A line that was changed, taken out or cut off is found, by whoever holds the installation's secret.
func TestAuditIsAChain(t *testing.T) {
	for name, harm := range map[string]struct {
		statement string
		broken    int64 // 0: none
	}{
		"untouched":  {"UPDATE audit SET ip = ip", 0},
		"changed":    {"UPDATE audit SET actor_name = 'Somebody else' WHERE seq = 3", 3},
		"taken out":  {"DELETE FROM audit WHERE seq = 3", 4},
		"cut off":    {"DELETE FROM audit WHERE seq > 3", 4},
		"exchanged":  {"UPDATE audit SET seq = CASE seq WHEN 2 THEN -3 WHEN 3 THEN 2 END WHERE seq IN (2, 3)", 2},
		"moved back": {"UPDATE audit SET at = at - 1 WHERE seq = 5", 5},
	} {
		t.Run(name, func(t *testing.T) {
			storetest.EachURL(t, func(t *testing.T, url string) {
				db := storetest.Open(t, url)
				org := message.NewID[message.OrgID]()
				deed := func() *audit.Deed {
					return &audit.Deed{Org: org, ActorType: audit.User, ActorName: "Ada", Action: "PATCH /queues/{id}", Detail: `{"name":"Sales"}`, IP: "192.0.2.1"}
				}
				// A change that was not done leaves no line.
				refused := errors.New("refused")
				if err := db.Write(audit.With(t.Context(), deed()), org, func(*store.Tx) error { return refused }); !errors.Is(err, refused) {
					t.Fatal(err)
				}
				var writers sync.WaitGroup
				for range 5 {
					writers.Go(func() {
						ctx := audit.With(t.Context(), deed())
						for range 2 { // the second is part of the same change
							if err := db.Write(ctx, org, func(*store.Tx) error { return nil }); err != nil {
								t.Error(err)
							}
						}
					})
				}
				writers.Wait()
				storetest.Exec(t, url, harm.statement)
				head, code, err := db.AuditHead(t.Context(), org)
				if err != nil || head != 5 {
					t.Fatalf("%d lines, %v", head, err)
				}
				var last resource.AuditLine
				broken := int64(0)
				if err := db.AuditAll(t.Context(), org, func(l resource.AuditLine, whole bool) error {
					if !whole && broken == 0 {
						broken = l.Seq
					}
					last = l
					return nil
				}); err != nil {
					t.Fatal(err)
				}
				if broken == 0 && (last.Seq != head || last.Code != code) {
					broken = last.Seq + 1
				}
				if broken != harm.broken {
					t.Errorf("broken at %d, want %d", broken, harm.broken)
				}
			})
		})
	}
}
