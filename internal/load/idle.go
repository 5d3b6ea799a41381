package load

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"time"
)

// idle opens agents' sockets and then customers' streams on which nothing happens, and compares the
// server's memory.
func (r *runner) idle(ctx context.Context) error {
	if r.usage == nil {
		return fmt.Errorf("the server's memory can't be read: give its process or let its metrics be reached")
	}
	if err := r.prepare(ctx, Mix{}, 0); err != nil {
		return err
	}
	defer r.dismiss(context.WithoutCancel(ctx))
	web, err := r.ready.Channel("web")
	if err != nil {
		return err
	}
	n := r.plan.Sockets
	if most := openFilesMax(); 2*n+openFilesBeside > most {
		return fmt.Errorf("%d sockets and as many streams need more than the %d open files that a process may have here (ulimit -n)", n, most)
	}
	setUp, cancel := context.WithTimeout(ctx, prepareWithin)
	defer cancel()

	// The first of each loads what all share; their part doesn't count.
	sockets := func(n int) error {
		return each(setUp, n, callers, func(setUp context.Context, i int) error {
			a := r.agents[i%len(r.agents)]
			s := newScreen(r.ready.URL, a.token, func([]byte) {}, "me", "list:scope=mine", "list:scope=team")
			r.running.Go(func() { s.run(ctx) })
			return s.awaitWelcome(setUp)
		})
	}
	nobody := r.admin.As("")
	streams := func(n int) error {
		return each(setUp, n, callers, func(setUp context.Context, _ int) error {
			var in struct{ AccessToken string }
			if err := nobody.do(setUp, http.MethodPost, customerAPI+"/authorization/unauthenticated/access-token",
				map[string]string{"orgId": r.ready.Org.Key, "esDeveloperName": web.Deployment, "capabilitiesVersion": "1", "platform": "Web"}, &in); err != nil {
				return err
			}
			call, err := newWire(r.ready.URL)
			if err != nil {
				return err
			}
			stream, hangUp, err := openStream(setUp, call.target, r.ready.Org.Key, in.AccessToken, "0")
			if err != nil {
				return err
			}
			context.AfterFunc(ctx, hangUp)
			r.running.Go(func() { drain(stream) })
			return nil
		})
	}
	for _, part := range []struct {
		live, resident string
		open           func(int) error
	}{{factSocket(n), factSocket(n) + ", RSS", sockets}, {factStream(n), factStream(n) + ", RSS", streams}} {
		if err := part.open(min(8, n)); err != nil {
			return err
		}
		before, err := r.resting(ctx)
		if err != nil {
			return err
		}
		if r.result.Usage.Before.At.IsZero() {
			r.result.Usage.Before = before
			r.result.Facts = append(r.result.Facts, Fact{"server without them, PSS", float64(before.PSS) / (1 << 20), "MB"})
		}
		if err := part.open(n); err != nil {
			return err
		}
		after, err := r.resting(ctx)
		if err != nil {
			return err
		}
		r.result.Usage.After = after
		r.result.Usage.PeakRSS, r.result.Usage.PeakPSS = max(r.result.Usage.PeakRSS, after.RSS), max(r.result.Usage.PeakPSS, after.PSS)
		kb := func(bytes int64) float64 { return float64(bytes) / 1024 / float64(n) }
		r.result.Facts = append(r.result.Facts,
			Fact{part.live, kb(after.Live - before.Live), "KB"},
			Fact{part.resident, kb(after.RSS - before.RSS), "KB"})
	}
	return nil
}

// openFilesBeside is how many open files a process needs beside the connections that are weighed.
const openFilesBeside = 512

// What one idle connection of so many takes of the server's heap and stacks.
func factSocket(n int) string { return fmt.Sprintf("one idle agent's socket of %d", n) }
func factStream(n int) string { return fmt.Sprintf("one idle customer's stream of %d", n) }

// restFor is how long what a server takes at rest is looked for, unless the plan is over sooner.
const (
	restFor   = 3 * time.Second
	restEvery = 250 * time.Millisecond
)

// resting is the least that the server takes over some seconds: what is live, and little garbage.
func (r *runner) resting(ctx context.Context) (least Usage, err error) {
	looks := restFor
	if r.plan.Duration > 0 {
		looks = min(looks, r.plan.Duration)
	}
	for range max(1, looks/restEvery) {
		if !waitUntil(ctx, time.Now().Add(restEvery)) {
			return least, ctx.Err()
		}
		u, err := r.usage(ctx)
		if err != nil {
			return least, err
		}
		if least.At.IsZero() || u.Live < least.Live {
			least = u
		}
	}
	return least, nil
}

// drain reads a stream until it ends.
func drain(stream *bufio.Reader) { _, _ = io.Copy(io.Discard, stream) }
