package bus_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"switchboard/internal/bus"
	"switchboard/internal/bus/bustest"
	"switchboard/internal/store/storetest"
)

func closed(t *testing.T, b bus.Bus, err error) bus.Bus {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

func TestMemory(t *testing.T) {
	bustest.Run(t, true, func(t *testing.T) bus.Bus { return closed(t, bus.NewMemory(), nil) })
}

func openPostgres(t *testing.T, url string) bus.Bus {
	t.Helper()
	b, err := bus.OpenPostgres(t.Context(), url)
	return closed(t, b, err)
}

func openNATS(t *testing.T, url string) bus.Bus {
	t.Helper()
	b, err := bus.OpenNATS(url)
	return closed(t, b, err)
}

func TestPostgres(t *testing.T) {
	url := storetest.Postgres(t)
	bustest.Run(t, false, func(t *testing.T) bus.Bus { return openPostgres(t, url) })
}

func TestNATS(t *testing.T) {
	server := bustest.NATS(t)
	bustest.Run(t, false, func(t *testing.T) bus.Bus { return openNATS(t, server.URL) })
}

// heard publishes on one node until the other hears it.
func heard(t *testing.T, from, to bus.Bus) {
	t.Helper()
	s := to.Subscribe()
	defer s.Cancel()
	deadline := time.After(20 * time.Second)
	for {
		from.Publish([]string{"hello"})
		select {
		case <-s.Wait():
			return
		case <-time.After(50 * time.Millisecond):
		case <-deadline:
			t.Fatal("the other node heard nothing")
		}
	}
}

func TestPostgresComesBack(t *testing.T) {
	url := storetest.Postgres(t)
	one, two := openPostgres(t, url), openPostgres(t, url)
	heard(t, one, two)
	c, err := pgx.Connect(context.Background(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(context.Background())
	if _, err := c.Exec(t.Context(), "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"); err != nil {
		t.Fatal(err)
	}
	heard(t, one, two)
	heard(t, two, one)
}

func TestNATSComesBack(t *testing.T) {
	server := bustest.NATS(t)
	one, two := openNATS(t, server.URL), openNATS(t, server.URL)
	heard(t, one, two)
	server.Stop()
	server.Start()
	heard(t, one, two)
	heard(t, two, one)
}
