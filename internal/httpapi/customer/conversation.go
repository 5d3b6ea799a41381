package customer

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"switchboard/internal/conversation"
	"switchboard/internal/customer"
	"switchboard/internal/fault"
	"switchboard/internal/message"
	"switchboard/internal/resource"
)

const (
	pageUsual = 20
	pageMax   = 50
)

func (a *API) openConversation(w http.ResponseWriter, r *http.Request, v *customer.Visitor) error {
	var body struct {
		ConversationID    string  `json:"conversationId"`
		DeveloperName     string  `json:"esDeveloperName"`
		RoutingAttributes answers `json:"routingAttributes"`
		Page              answers `json:"autoResponseParameters"`
		Language          string  `json:"language"`
	}
	if err := readJSON(w, r, &body); err != nil {
		return err
	}
	if err := sameDeployment(v, body.DeveloperName); err != nil {
		return err
	}
	page, err := customer.PageValues(body.Page)
	if err != nil {
		return err
	}
	done, err := a.inTurn(r, v.Deployment)
	if err != nil {
		return err
	}
	defer done()
	if _, err := a.Customers.OpenConversation(r.Context(), v, body.ConversationID, body.RoutingAttributes, page, body.Language); err != nil {
		return err
	}
	return answer(w, http.StatusCreated, map[string]any{"conversationId": body.ConversationID})
}

func (a *API) listConversations(w http.ResponseWriter, r *http.Request, v *customer.Visitor) error {
	limit, err := pageSize(r)
	if err != nil {
		return err
	}
	list, open, closed, err := a.Customers.Conversations(r.Context(), v, r.URL.Query().Get("inclClosedConvs") == "true", limit)
	if err != nil {
		return err
	}
	type item struct {
		ConversationID string `json:"conversationId"`
		StartTimestamp int64  `json:"startTimestamp"`
		EndTimestamp   int64  `json:"endTimestamp,omitempty"`
	}
	items := make([]item, len(list))
	for i, c := range list {
		items[i] = item{c.Thread, c.StartedAt.UnixMilli(), millis(c.ClosedAt)}
	}
	return answer(w, http.StatusOK, map[string]any{"openConversationsFound": open, "closedConversationsFound": closed, "conversations": items})
}

func (a *API) conversation(w http.ResponseWriter, r *http.Request, v *customer.Visitor) error {
	c, err := a.Customers.Conversation(r.Context(), v, r.PathValue("id"))
	if err != nil {
		return err
	}
	status := "INITIAL"
	switch c.SessionStatus {
	case conversation.Active, conversation.Inactive:
		status = "ROUTED"
	case conversation.Waiting:
		status = "NEEDS_ROUTING"
		if !c.AcceptedAt.IsZero() {
			status = "TRANSFER"
		}
	}
	return answer(w, http.StatusOK, map[string]any{"conversationId": c.Thread, "routingStatus": status})
}

func (a *API) closeConversation(w http.ResponseWriter, r *http.Request, v *customer.Visitor) error {
	if err := a.Customers.CloseConversation(r.Context(), v, r.PathValue("id")); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (a *API) endSession(w http.ResponseWriter, r *http.Request, v *customer.Visitor) error {
	if err := a.Customers.EndSession(r.Context(), v, r.PathValue("id")); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// entries is the history, newest first: the same events that the stream tells, for clients that load a
// page or can't hold a stream open. lastEventId is where a stream goes on after the newest of them.
func (a *API) entries(w http.ResponseWriter, r *http.Request, v *customer.Visitor) error {
	query := r.URL.Query()
	h := customer.History{}
	var err error
	if h.Limit, err = pageSize(r); err != nil {
		return err
	}
	if h.From, err = instant(query.Get("startTimestamp"), 0); err != nil {
		return err
	}
	// A millisecond holds a thousand of our instants: until is its end.
	if h.Until, err = instant(query.Get("endTimestamp"), time.Millisecond-time.Microsecond); err != nil {
		return err
	}
	switch query.Get("direction") {
	case "", "FromEnd":
	case "FromStart":
		h.Oldest = true
	default:
		return fault.New(fault.Malformed, "direction is FromStart or FromEnd.")
	}
	if h.Types, err = eventTypes(query["entryTypeFilter"]); err != nil {
		return err
	}
	c, err := a.Customers.Conversation(r.Context(), v, r.PathValue("id"))
	if err != nil {
		return err
	}
	h.Conversation = c.ID
	events, err := a.Customers.History(r.Context(), v, h)
	if err != nil {
		return err
	}
	entries := make([]any, len(events))
	last := int64(0)
	for i := range events {
		entry := a.entry(v, &events[i])
		entries[i] = historyEntry{entry, entry.payload}
		last = max(last, events[i].Seq)
	}
	body := map[string]any{"conversationEntries": entries}
	if last > 0 {
		body["lastEventId"] = strconv.FormatInt(last, 10)
	}
	return answer(w, http.StatusOK, body)
}

func (a *API) message(w http.ResponseWriter, r *http.Request, v *customer.Visitor) error {
	var body messageBody
	if err := readJSON(w, r, &body); err != nil {
		return err
	}
	draft, err := body.draft()
	if err != nil {
		return err
	}
	return a.say(w, r, v, &body, draft)
}

// say is what a text and a file have in common once they are read.
func (a *API) say(w http.ResponseWriter, r *http.Request, v *customer.Visitor, body *messageBody, draft customer.Draft) error {
	if err := sameDeployment(v, body.DeveloperName); err != nil {
		return err
	}
	done, err := a.inTurn(r, v.Deployment)
	if err != nil {
		return err
	}
	defer done()
	said, err := a.Customers.Say(r.Context(), v, r.PathValue("id"), draft)
	if err != nil {
		return err
	}
	entry := map[string]any{"id": customer.PublicID(&said), "clientTimestamp": said.CreatedAt.UnixMilli()}
	return answer(w, http.StatusAccepted, map[string]any{"conversationEntries": []any{entry}})
}

func (a *API) typing(w http.ResponseWriter, r *http.Request, v *customer.Visitor) error {
	var body struct {
		EntryType string `json:"entryType"`
	}
	if err := readJSON(w, r, &body); err != nil {
		return err
	}
	if body.EntryType != typingStarted && body.EntryType != typingStopped {
		return malformed("entryType", "entryType is %s or %s.", typingStarted, typingStopped)
	}
	c, err := a.Customers.Conversation(r.Context(), v, r.PathValue("id"))
	if err != nil {
		return err
	}
	if !c.ClosedAt.IsZero() {
		return fault.New(fault.UnlawfulState, "This conversation is closed.")
	}
	if v.Deployment.Settings.Typing {
		a.Typing(v.Org, c.ID, resource.Author{Type: message.AuthorCustomer, ID: v.Customer.String(), Name: c.CustomerName}, body.EntryType == typingStarted)
	}
	return answer(w, http.StatusAccepted, struct{}{})
}

func (a *API) acknowledge(w http.ResponseWriter, r *http.Request, v *customer.Visitor) error {
	var body struct {
		Acks []struct {
			EntryType           string `json:"entryType"`
			ConversationEntryID string `json:"conversationEntryId"`
		} `json:"acks"`
	}
	if err := readJSON(w, r, &body); err != nil {
		return err
	}
	acks := make([]customer.Acknowledgement, len(body.Acks))
	for i, ack := range body.Acks {
		acks[i].Message = ack.ConversationEntryID
		switch strings.TrimSuffix(ack.EntryType, "Acknowledgement") {
		case "Delivery":
			acks[i].Status = message.StatusDelivered
		case "Read":
			acks[i].Status = message.StatusRead
		default:
			return malformed("acks", "A receipt's entryType is Delivery or Read.")
		}
	}
	if err := a.Customers.Acknowledge(r.Context(), v, r.PathValue("id"), acks); err != nil {
		return err
	}
	return answer(w, http.StatusAccepted, struct{}{})
}

func pageSize(r *http.Request) (int, error) {
	text := r.URL.Query().Get("limit")
	if text == "" {
		return pageUsual, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return 0, fault.New(fault.Malformed, "limit is a number from 1 to %d.", pageMax)
	}
	return min(n, pageMax), nil
}

// instant reads milliseconds since 1970, and adds what is left of that millisecond.
func instant(text string, rest time.Duration) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 || n > 1<<52 {
		return time.Time{}, fault.New(fault.Malformed, "A timestamp is in milliseconds since 1970.")
	}
	return time.UnixMilli(n).Add(rest), nil
}

// eventTypes reads entryTypeFilter, once with commas or several times.
func eventTypes(filters []string) (types []conversation.CustomerEventType, err error) {
	for _, filter := range filters {
		for name := range strings.SplitSeq(filter, ",") {
			if name = strings.TrimSpace(name); name == "" {
				continue
			}
			found := false
			for t, known := range entryTypes {
				if known == name {
					types, found = append(types, t), true
				}
			}
			if !found {
				return nil, fault.New(fault.Malformed, "There is no such entry type: %.40q.", name)
			}
		}
	}
	slices.Sort(types)
	return slices.Compact(types), nil
}

func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}
