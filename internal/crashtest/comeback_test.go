package crashtest

import (
	"fmt"
	"testing"
	"time"

	"switchboard/internal/message"
)

const (
	// comebackPeople with comebackTabs streams each, which is the most that one person may hold.
	comebackPeople, comebackTabs = 32, 32
)

// TestThousandComeBack cuts 1 024 streams at once and lets them all come back with their cursors: each hears
// what was said meanwhile, once.
func TestThousandComeBack(t *testing.T) {
	each(t, func(t *testing.T, database string) {
		p := demo(t, t.TempDir(), database)
		l := newTraffic(t, p)
		type person struct {
			name, conversation string
			client             *client
			said               int
			tabs               []*follower
		}
		people := make([]*person, comebackPeople)
		say := func(who *person) {
			who.said++
			text := fmt.Sprintf("%s#%d", who.name, who.said)
			id := message.NewID[message.RowID]().String()
			l.sure(func() answer {
				return who.client.call("POST", "/iamessage/api/v2/conversation/"+who.conversation+"/message", map[string]any{"esDeveloperName": "Demo_Web",
					"isNewMessagingSession": who.said == 1, "message": map[string]any{"id": id, "messageType": "StaticContentMessage",
						"staticContent": map[string]string{"formatType": "Text", "text": text}}})
			})
		}
		heard := func(what string) time.Duration {
			began := time.Now()
			poll(t, settleWithin, what, func() bool {
				for _, who := range people {
					for _, tab := range who.tabs {
						if !tab.reached(who.name, who.said) {
							return false
						}
					}
				}
				return true
			})
			return time.Since(began).Round(time.Millisecond)
		}
		for n := range people {
			c := newClient(p.Ready.URL, "")
			var in struct{ AccessToken string }
			c.call("POST", "/iamessage/api/v2/authorization/unauthenticated/access-token",
				map[string]string{"orgId": p.Ready.Org.Key, "esDeveloperName": "Demo_Web", "capabilitiesVersion": "1", "platform": "Web"}).read(t, &in)
			c.Token = in.AccessToken
			who := &person{name: fmt.Sprintf("web%d", n), conversation: message.NewID[message.ConversationID]().String(), client: c}
			if a := c.call("POST", "/iamessage/api/v2/conversation", map[string]any{"conversationId": who.conversation, "esDeveloperName": "Demo_Web",
				"routingAttributes": map[string]string{"_firstName": who.name}}); !a.Good() {
				t.Fatalf("%s: %s", who.name, a)
			}
			people[n] = who
			say(who)
			for range comebackTabs {
				who.tabs = append(who.tabs, l.stream(c))
			}
		}
		first := heard("everybody has heard the first message")
		p.Kill()
		p.start()
		back := time.Now()
		for _, who := range people {
			say(who)
		}
		heard("everybody has come back and heard the second message")
		again := time.Since(back).Round(time.Millisecond)
		for _, who := range people {
			for _, tab := range who.tabs {
				tab.end()
				for _, numbers := range tab.numbers {
					if len(numbers) != 2 || numbers[0] != 1 || numbers[1] != 2 {
						t.Errorf("%s was told %v", who.name, numbers)
					}
				}
				if tab.resyncs > 0 {
					t.Errorf("%s was told to read everything anew", who.name)
				}
			}
		}
		t.Logf("%d streams had the first message after %s; cut off, all were back and had the second %s after the start", comebackPeople*comebackTabs, first, again)
	})
}
