package realtime

import (
	"encoding/json"
	"testing"
)

// FuzzTopic: what a socket says is understood or refused, and opens no more than the principal may see.
func FuzzTopic(f *testing.F) {
	for _, name := range []string{"me", "queues", "presence", "list:", "list:scope=all&status=waiting,active&sort=oldest", "list:%zz", "list:q=x", "conversation:01900000-0000-7000-8000-000000000000", "conversation:", ":", ""} {
		raw, _ := json.Marshal(said{Type: "subscribe", Topic: name})
		f.Add(raw)
	}
	f.Add([]byte(`{"type":"hello","after":"MS4x","topics":["me",null,"list:scope=mine"]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var m said
		if json.Unmarshal(data, &m) != nil {
			return
		}
		for _, name := range append(m.Topics, m.Topic) {
			var nobody Principal
			topic, err := nobody.parseTopic(name)
			if err != nil {
				continue
			}
			if topic.kind == topicQueues || topic.kind == topicPresence || topic.kind == topicList && topic.query.Scope == "all" {
				t.Errorf("%q is open to everybody", name)
			}
			if topic.name != name || part(name, "entry.created") == 0 {
				t.Errorf("%q became %q", name, topic.name)
			}
		}
	})
}
