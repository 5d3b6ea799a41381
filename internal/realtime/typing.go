package realtime

import (
	"strings"

	"switchboard/internal/message"
	"switchboard/internal/resource"
)

const typingPrefix = "typing:"

// typing says that somebody began or stopped to write. It travels over the bus as a name, and is lost
// without harm: clients let it fade.
type typing struct {
	org          message.OrgID
	conversation message.ConversationID
	author       resource.Author // without a name
	on           bool
	note         bool // what only staff will see
}

// Typing tells everybody who looks at a conversation, on every node, that its author types or stopped.
func (h *Hub) Typing(org message.OrgID, c message.ConversationID, author resource.Author, on bool) {
	state := "0"
	if on {
		state = "1"
	}
	h.types(org, c, author, state)
}

// TypingNote tells it of a note.
func (h *Hub) TypingNote(org message.OrgID, c message.ConversationID, author resource.Author) {
	h.types(org, c, author, "note")
}

func (h *Hub) types(org message.OrgID, c message.ConversationID, author resource.Author, state string) {
	h.Publish([]string{typingPrefix + strings.Join([]string{org.String(), c.String(), string(author.Type), author.ID, state}, ":")})
}

func parseTyping(name string) (t typing, ok bool) {
	rest, ok := strings.CutPrefix(name, typingPrefix)
	parts := strings.Split(rest, ":")
	if !ok || len(parts) != 5 {
		return t, false
	}
	var err1, err2 error
	t.org, err1 = message.ParseID[message.OrgID](parts[0])
	t.conversation, err2 = message.ParseID[message.ConversationID](parts[1])
	t.author = resource.Author{Type: message.AuthorType(parts[2]), ID: parts[3]}
	t.note = parts[4] == "note"
	t.on = t.note || parts[4] == "1"
	return t, err1 == nil && err2 == nil
}
