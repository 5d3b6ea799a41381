package staff

import (
	"fmt"
	"testing"
	"time"
)

// A stranger with many networks neither guesses much nor locks the person out.
func TestStrangersLockNobodyOut(t *testing.T) {
	g := newGuesses()
	g.key = []byte("a key for devices")
	now := time.Unix(1_800_000_000, 0)
	const ada = "ada@example.com"
	home := Client{IP: "192.0.2.7"}
	good, err := g.take(ada, home, now)
	if err != nil {
		t.Fatal(err)
	}
	good()
	laptop := Client{IP: "203.0.113.9", Device: g.deviceOf(ada, "")}

	tried := 0
	for i := range 5000 {
		if _, err := g.take(ada, Client{IP: fmt.Sprintf("198.%d.%d.1", 18+i/250, i%250)}, now); err == nil {
			tried++
		}
	}
	if tried == 0 || tried > 50 {
		t.Errorf("%d guesses from 5000 networks", tried)
	}
	if _, err := g.take(ada, Client{IP: "203.0.113.9"}, now); err == nil {
		t.Error("a stranger's device in a new network is not slowed down")
	}
	if _, err := g.take(ada, Client{IP: "192.0.2.200"}, now); err != nil {
		t.Errorf("the network in which she signed in: %v", err)
	}
	if _, err := g.take(ada, laptop, now); err != nil {
		t.Errorf("her own device: %v", err)
	}
	if _, err := g.take("bob@example.com", Client{IP: "198.51.100.1"}, now); err != nil {
		t.Errorf("another person: %v", err)
	}

	// Neighbours in her network spend what the network has, and not what her device has.
	for range 200 {
		_, _ = g.take(ada, home, now)
	}
	if _, err := g.take(ada, home, now); err == nil {
		t.Error("her network guesses without end")
	}
	if _, err := g.take(ada, Client{IP: home.IP, Device: laptop.Device}, now); err != nil {
		t.Errorf("her own device in a noisy network: %v", err)
	}
	// A device that was stolen, or is another person's, opens nothing more.
	tried = 0
	for range 100 {
		if _, err := g.take(ada, laptop, now); err == nil {
			tried++
		}
	}
	if tried > 10 {
		t.Errorf("%d guesses from one device", tried)
	}
	for _, forged := range []string{"", ".", "x.y", g.deviceOf("bob@example.com", ""), laptop.Device + "A"} {
		if _, known := g.device(ada, forged); known {
			t.Errorf("%q passes as her device", forged)
		}
	}
	if (&guesses{}).deviceOf(ada, "") != "" {
		t.Error("a device without a key")
	}
}

func TestNetworkOf(t *testing.T) {
	for ip, want := range map[string]string{"192.0.2.7": "192.0.2.0/24", "::ffff:192.0.2.7": "192.0.2.0/24", "2001:db8:1:2:3::4": "2001:db8:1::/56", "fe80::1%eth0": "fe80::/56", "pipe": "pipe"} {
		if got := networkOf(ip); got != want {
			t.Errorf("%s is in %s, want %s", ip, got, want)
		}
	}
}
