package staff_test

import (
	"strings"
	"testing"
	"time"

	"switchboard/internal/message"
	"switchboard/internal/store"
	"switchboard/internal/store/storetest"
)

// TestSlowRequestsAreNotGivenUp: what waits for longer than a body may take to read, for a password's turn
// or the database, is done all the same. Somebody who joins by an invitation sees no error.
func TestSlowRequestsAreNotGivenUp(t *testing.T) {
	db := storetest.Open(t, storetest.SQLite(t)) // one writer: whoever holds it lets all others wait
	w := newWorld(t, db)
	c := w.company("Acme")
	link := c.do("POST", "/users", object{"name": "Kit", "email": "kit@acme.example", "role": "agent"}).is(201).str("invite_link")
	begun, release, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		ended <- db.Write(t.Context(), message.OrgID{}, func(*store.Tx) error {
			close(begun)
			<-release
			return nil
		})
	}()
	<-begun
	time.AfterFunc(6*time.Second, func() { close(release) })
	w.call("", "POST", "/api/v1/invitations/"+link[strings.LastIndex(link, "/")+1:], object{"password": password}).is(200)
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
}
