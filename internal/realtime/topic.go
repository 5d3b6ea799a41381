package realtime

import (
	"hash/fnv"
	"strings"

	"switchboard/internal/fault"
	"switchboard/internal/inbox"
	"switchboard/internal/message"
)

// topicKind is what a topic is about.
type topicKind int

const (
	topicMe topicKind = iota
	topicList
	topicConversation
	topicQueues
	topicPresence
)

// topic is one subscription of one socket.
type topic struct {
	name         string
	kind         topicKind
	query        inbox.Query            // of a list
	conversation message.ConversationID // of a conversation
}

// topicMax bounds a topic's name in bytes.
const topicMax = 500

func (p Principal) parseTopic(name string) (t *topic, err error) {
	t = &topic{name: name}
	kind, rest, _ := strings.Cut(name, ":")
	switch {
	case len(name) > topicMax:
		return nil, fault.New(fault.Malformed, "This topic's name is too long.")
	case name == "me":
		t.kind = topicMe
	case name == "queues":
		t.kind = topicQueues
		if !p.Queues {
			return nil, fault.New(fault.NoPermission, "You don't have the permission to see the queues.")
		}
	case name == "presence":
		t.kind = topicPresence
		if !p.Presences {
			return nil, fault.New(fault.NoPermission, "You don't have the permission to see who is present.")
		}
	case kind == "list":
		t.kind = topicList
		t.query, err = inbox.ParseTopic(rest, p.All)
	case kind == "conversation":
		t.kind = topicConversation
		if t.conversation, err = message.ParseID[message.ConversationID](rest); err != nil {
			err = fault.New(fault.NotFound, "There is no such conversation.")
		}
	default:
		err = fault.New(fault.Malformed, "There is no such topic. Topics are me, list:<query>, conversation:<id>, queues and presence.")
	}
	return t, err
}

// part is the place of a frame among those of one line: frames of a line go out in the order of their
// parts, so that a cursor in the middle of a line says which are behind it. Never 0.
func part(topic, frameType string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(topic))
	_, _ = h.Write([]byte{0})
	_, _ = h.Write([]byte(frameType))
	return max(h.Sum64(), 1)
}
