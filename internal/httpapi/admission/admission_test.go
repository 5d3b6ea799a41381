package admission

import (
	"context"
	"sync"
	"testing"
	"time"

	"switchboard/internal/fault"
	"switchboard/internal/message"
)

func source(org, channel byte) Source {
	return Source{Org: message.OrgID{15: org}, Channel: message.ChannelID{15: channel}}
}

// occupied is a gate of one place, which is taken.
func occupied(t *testing.T, waitMax int) (g *Gate, leave func()) {
	t.Helper()
	g = New(1, func(time.Duration, bool) {})
	g.waitMax, g.patience = waitMax, time.Minute
	leave, err := g.Enter(t.Context(), source(9, 9), 1)
	if err != nil {
		t.Fatal(err)
	}
	return g, leave
}

// line up lets a call wait; what becomes of it is told to ended.
func lineUp(ctx context.Context, t *testing.T, g *Gate, s Source, ended func(leave func(), err error)) {
	t.Helper()
	before := g.Waiting()
	var done sync.WaitGroup
	done.Go(func() { ended(g.Enter(ctx, s, 1)) })
	t.Cleanup(done.Wait)
	for g.Waiting() == before {
		select {
		case <-time.After(time.Millisecond):
		case <-t.Context().Done():
			t.Fatal("it does not wait")
		}
	}
}

// TestSourcesTakeTurns: who waits is let in organisation by organisation, and within each channel by
// channel, however many wait of one.
func TestSourcesTakeTurns(t *testing.T) {
	g, leave := occupied(t, 100)
	order := make(chan string, 100)
	enter := func(name string, s Source) {
		lineUp(t.Context(), t, g, s, func(leave func(), err error) {
			if err != nil {
				t.Error(err)
				return
			}
			order <- name
			leave()
		})
	}
	for range 20 {
		enter("noisy", source(1, 1))
	}
	enter("quiet channel", source(1, 2))
	enter("quiet organisation", source(2, 3))
	leave()
	places := map[string]int{}
	for n := range 22 {
		places[<-order] = n
	}
	if places["quiet organisation"] > 2 || places["quiet channel"] > 4 || places["noisy"] != 21 {
		t.Errorf("the last of each was let in at %v", places)
	}
	if g.Waiting() != 0 || g.free != 1 || g.bytes != 0 {
		t.Errorf("afterwards %d wait with %d bytes, %d may come in", g.Waiting(), g.bytes, g.free)
	}
}

// TestNobodyFillsTheRoom: when there is no room, the source with the longest line makes it for others, and
// is itself told to come again.
func TestNobodyFillsTheRoom(t *testing.T) {
	g, leave := occupied(t, 10)
	noisy, quiet := source(1, 1), source(2, 2)
	turnedAway := make(chan error, 20)
	for range 10 {
		lineUp(t.Context(), t, g, noisy, func(leave func(), err error) {
			if err != nil {
				turnedAway <- err
				return
			}
			leave()
		})
	}
	if !g.Crowded(noisy) || g.Crowded(quiet) {
		t.Errorf("crowded for the noisy: %v, for the quiet: %v", g.Crowded(noisy), g.Crowded(quiet))
	}
	if _, err := g.Enter(t.Context(), noisy, 1); fault.CodeOf(err) != fault.Unavailable {
		t.Errorf("there is no room, and it hears %v", err)
	}
	let := make(chan error, 1)
	var done sync.WaitGroup
	done.Go(func() {
		leave, err := g.Enter(t.Context(), quiet, 1)
		if err == nil {
			leave()
		}
		let <- err
	})
	if err := <-turnedAway; fault.CodeOf(err) != fault.Unavailable {
		t.Errorf("who made room heard %v", err)
	}
	if n := g.Waiting(); n != 10 {
		t.Errorf("%d wait, want 10", n)
	}
	leave()
	if err := <-let; err != nil {
		t.Errorf("the quiet one heard %v", err)
	}
	done.Wait()
}

// TestWaitingEnds: nobody waits for longer than the gate's patience, or than they want to.
func TestWaitingEnds(t *testing.T) {
	g, leave := occupied(t, 10)
	g.patience = 10 * time.Millisecond
	if _, err := g.Enter(t.Context(), source(1, 1), 1); fault.CodeOf(err) != fault.Unavailable {
		t.Errorf("after its patience: %v", err)
	}
	g.patience = time.Minute
	ctx, cancel := context.WithCancel(t.Context())
	gone := make(chan error, 1)
	lineUp(ctx, t, g, source(1, 1), func(_ func(), err error) { gone <- err })
	cancel()
	if err := <-gone; fault.CodeOf(err) != fault.Unavailable {
		t.Errorf("who went away: %v", err)
	}
	if _, err := g.Enter(t.Context(), source(1, 1), bytesMax+1); err == nil || g.Waiting() != 0 {
		t.Errorf("64 MB more than there are: %v, %d wait", err, g.Waiting())
	}
	leave()
	if again, err := g.Enter(t.Context(), source(1, 1), 1); err != nil {
		t.Errorf("with nobody before it: %v", err)
	} else {
		again()
	}
}

func BenchmarkEnter(b *testing.B) {
	g := New(1000, func(time.Duration, bool) {})
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if leave, err := g.Enter(b.Context(), source(1, 1), 100); err == nil {
				leave()
			}
		}
	})
}
