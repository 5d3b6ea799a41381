package staff

import (
	"context"

	"switchboard/internal/resource"
	"switchboard/internal/staff"
)

type searchIn struct {
	Q            string `query:"q" maxLength:"200" doc:"words that must all occur; the last one may be the beginning of a longer word. A name, an address or a session's number finds people."`
	Channel      string `query:"channel" doc:"a channel's id or type"`
	Queue        string `query:"queue" doc:"a queue's id, of the message's session"`
	Agent        string `query:"agent" doc:"a user's id: who wrote it"`
	Author       string `query:"author" enum:"customer,agent" doc:"which side wrote it"`
	Kind         string `query:"kind" enum:"message,note"`
	From         string `query:"from" doc:"a day or a time"`
	To           string `query:"to" doc:"a day, which is in it, or a time"`
	Has          string `query:"has" enum:"file"`
	Conversation string `query:"conversation_id" doc:"look in this conversation only"`
	Cursor       string `query:"cursor" maxLength:"200"`
	Limit        int    `query:"limit" default:"20" minimum:"1" maximum:"50" doc:"how many hits a page has at most"`
}

func (a *API) search(ctx context.Context, p staff.Principal, in *searchIn) (resource.Found, error) {
	return a.Views.Search(ctx, p.Org, viewer(p), resource.SearchQuery{Q: in.Q, Channel: in.Channel, Queue: in.Queue, Agent: in.Agent, Author: in.Author,
		Kind: in.Kind, From: in.From, To: in.To, Has: in.Has, Conversation: in.Conversation, Cursor: in.Cursor, Limit: in.Limit})
}
