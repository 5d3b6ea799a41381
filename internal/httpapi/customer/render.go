package customer

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"strconv"

	"switchboard/internal/conversation"
	"switchboard/internal/customer"
	"switchboard/internal/message"
)

// Words of the wire.
const (
	channelType   = "embedded_messaging"
	typingStarted = "TypingStartedIndicator"
	typingStopped = "TypingStoppedIndicator"

	appEndUser = "iamessage"
	appAgent   = "agent"
	appSystem  = "conversation"

	roleEndUser    = "EndUser"
	roleAgent      = "Agent"
	roleSupervisor = "Supervisor"
	roleSystem     = "System"
)

// entryTypes names the entry of each event.
var entryTypes = map[conversation.CustomerEventType]string{
	conversation.CustomerMessage:       "Message",
	conversation.CustomerParticipant:   "ParticipantChanged",
	conversation.CustomerRouting:       "RoutingResult",
	conversation.CustomerDelivered:     "DeliveryAcknowledgement",
	conversation.CustomerRead:          "ReadAcknowledgement",
	conversation.CustomerSessionStatus: "SessionStatusChanged",
	conversation.CustomerQueuePosition: "QueuePosition",
	conversation.CustomerClosed:        "CloseConversation",
}

var statusNames = map[conversation.Status]string{
	conversation.New: "New", conversation.Waiting: "Waiting", conversation.Active: "Active", conversation.Consent: "Consent",
	conversation.Inactive: "Inactive", conversation.Error: "Error", conversation.Ended: "Ended",
}

type object = map[string]any

type participant struct {
	AppType          string `json:"appType"`
	Subject          string `json:"subject"`
	Role             string `json:"role"`
	ClientIdentifier string `json:"clientIdentifier"`
}

// entry is one line of a conversation. Its payload is JSON as text on the stream and an object in the
// history.
type entry struct {
	SenderDisplayName string      `json:"senderDisplayName"`
	Identifier        string      `json:"identifier"`
	EntryType         string      `json:"entryType"`
	Sender            participant `json:"sender"`
	Transcripted      int64       `json:"transcriptedTimestamp"`
	ClientTimestamp   int64       `json:"clientTimestamp"`
	ClientDuration    int64       `json:"clientDuration"`
	RelatedRecords    []string    `json:"relatedRecords"`
	payload           object
}

type historyEntry struct {
	entry
	Payload object `json:"entryPayload"`
}

type streamEntry struct {
	entry
	Payload string `json:"entryPayload"`
}

// streamEvent is the data of one frame.
type streamEvent struct {
	ChannelPlatformKey       string      `json:"channelPlatformKey"`
	ChannelType              string      `json:"channelType"`
	ChannelAddressIdentifier string      `json:"channelAddressIdentifier"`
	ConversationID           string      `json:"conversationId"`
	Entry                    streamEntry `json:"conversationEntry"`
}

func frameData(v *customer.Visitor, thread string, e entry) ([]byte, error) {
	payload, err := json.Marshal(e.payload)
	if err != nil {
		return nil, err
	}
	return json.Marshal(streamEvent{
		ChannelPlatformKey: v.Channel.String(), ChannelType: channelType, ChannelAddressIdentifier: addressOf(v.Deployment),
		ConversationID: thread, Entry: streamEntry{e, string(payload)},
	})
}

func addressOf(d *customer.Deployment) string {
	if d.Address != "" {
		return d.Address
	}
	return d.Channel.String()
}

// entry renders an event.
func (a *API) entry(v *customer.Visitor, ev *customer.Event) entry {
	at := ev.At.UnixMilli()
	e := entry{
		Identifier: lineID(v.Customer, ev.Seq), EntryType: entryTypes[ev.Type],
		Transcripted: at, ClientTimestamp: at, RelatedRecords: []string{},
		Sender: participant{AppType: appSystem, Subject: roleSystem, Role: roleSystem}, SenderDisplayName: roleSystem,
	}
	d := ev.Detail
	switch ev.Type {
	case conversation.CustomerMessage:
		a.renderMessage(v, ev, &e)
	case conversation.CustomerParticipant:
		e.payload = object{"entries": []object{{
			"operation": d.Operation, "displayName": d.Name, "participant": participantOf(d.Role, d.Subject),
		}}}
	case conversation.CustomerRouting:
		e.payload = object{
			"routingType": d.Routing, "failureType": d.Failure, "errorMessages": []string{},
			"estimatedWaitTime": object{"estimatedWaitTimeInSeconds": -1, "isEWTRequested": false}, "recordId": d.Session.String(),
		}
	case conversation.CustomerDelivered, conversation.CustomerRead:
		about := ""
		if ev.Entry != nil {
			about = customer.PublicID(ev.Entry)
		}
		e.Sender, e.SenderDisplayName = participantOf(d.Role, d.Subject), d.Name
		e.RelatedRecords = []string{about}
		e.payload = object{
			"acknowledgedConversationEntryIdentifier": about, "acknowledgementTimestamp": at,
			"recipient": participantOf(roleEndUser, v.Customer.String()),
		}
	case conversation.CustomerSessionStatus:
		e.RelatedRecords = []string{d.Session.String()}
		e.payload = object{
			"sessionId": d.Session.String(), "sessionStatus": statusNames[d.Status], "sessionStatusPrev": statusNames[d.Prior],
			"sessionStartTime": millis(ev.SessionStartedAt), "channelAddressIdentifier": addressOf(v.Deployment), "conversationIdentifier": ev.Thread,
		}
		if d.Status == conversation.Ended {
			e.payload["sessionEndTime"], e.payload["sessionEndedByRole"] = millis(ev.SessionEndedAt), endedBy(d.EndedBy)
		}
	case conversation.CustomerQueuePosition:
		e.payload = object{"position": d.Position, "workItemId": d.Session.String(), "pendingServiceRoutingId": d.Session.String()}
	default: // CLOSE_CONVERSATION
		e.Sender = participantOf(roleEndUser, v.Customer.String())
		e.payload = object{}
	}
	e.payload["entryType"], e.payload["id"] = e.EntryType, e.Identifier
	return e
}

func (a *API) renderMessage(v *customer.Visitor, ev *customer.Event, e *entry) {
	said := ev.Entry
	if said == nil { // erased since
		e.payload = object{"abstractMessage": object{"id": e.Identifier, "messageType": "StaticContentMessage",
			"staticContent": object{"formatType": "Text", "text": ""}}, "messageReason": nil}
		return
	}
	e.Identifier = customer.PublicID(said)
	e.ClientTimestamp = said.CreatedAt.UnixMilli()
	e.SenderDisplayName = said.AuthorName
	switch said.Author {
	case message.AuthorCustomer:
		e.Sender = participantOf(roleEndUser, v.Customer.String())
	case message.AuthorSystem:
		e.SenderDisplayName = roleSystem
	default:
		e.Sender = participantOf(roleOf(said.Author), message.RowID(said.AuthorID).String())
	}
	m := a.abstractMessage(v.Org, said.Content)
	m["id"] = e.Identifier
	if !said.ErasedAt.IsZero() {
		m["erased"] = true // ours: an empty text to others
	}
	if ev.AnswerTo != "" {
		m["inReplyToMessageId"] = ev.AnswerTo
	}
	e.payload = object{"abstractMessage": m, "messageReason": nil}
}

// abstractMessage is what was said, in the few forms that clients draw.
func (a *API) abstractMessage(org message.OrgID, c message.Content) object {
	switch {
	case c.File != nil && !c.File.ID.IsZero():
		f := *c.File
		a.Files.Links.Sign(org, &f)
		attachment := object{"id": f.ID.String(), "name": f.Name, "mimeType": f.Type, "url": f.URL, "contentLength": f.Size}
		if f.Width > 0 {
			attachment["width"], attachment["height"] = f.Width, f.Height
		}
		content := object{"formatType": "Attachments", "attachments": []object{attachment}}
		if c.Text != "" {
			content["text"] = c.Text
		}
		return object{"messageType": "StaticContentMessage", "staticContent": content}
	case len(c.Buttons) > 0:
		options := make([]object, len(c.Buttons))
		for i, b := range c.Buttons {
			options[i] = object{"itemType": "TitleOptionItem", "optionIdentifier": b.ID, "titleItem": titleItem(b.Title)}
		}
		return object{"messageType": "ChoicesMessage", "choices": object{"formatType": "Buttons", "text": c.Text, "optionItems": options}}
	case c.Choice != nil:
		return object{"messageType": "ChoicesResponseMessage", "choicesResponse": object{"formatType": "Selections",
			"selectedOptions": []object{{"optionIdentifier": c.Choice.ID, "optionTitle": titleItem(c.Choice.Title)}}}}
	case len(c.Form) > 0:
		values := make([]object, len(c.Form))
		for i, f := range c.Form {
			values[i] = object{"inputValueType": "SingleInputValue", "inputId": f.Name, "inputlabel": titleItem(f.Label),
				"value": object{"valueType": "TextValue", "textValue": f.Value}, "displayValue": f.Value}
		}
		return object{"messageType": "FormResponseMessage", "formResponse": object{"formatType": "Inputs", "inputValues": values}}
	}
	text := c.Text
	if text == "" {
		text = c.Preview(customer.TextMax)
	}
	return object{"messageType": "StaticContentMessage", "staticContent": object{"formatType": "Text", "text": text}}
}

func titleItem(title string) object { return object{"itemType": "TitleItem", "title": title} }

func participantOf(role, subject string) participant {
	p := participant{AppType: appSystem, Subject: subject, Role: role}
	switch role {
	case roleAgent, roleSupervisor:
		p.AppType = appAgent
	case roleEndUser:
		p.AppType = appEndUser
	case "Chatbot":
		p.AppType = "chatbot"
	}
	if p.Subject == "" {
		p.Subject = role
	}
	return p
}

func roleOf(a message.AuthorType) string {
	switch a {
	case message.AuthorBot:
		return "Chatbot"
	case message.AuthorSupervisor:
		return roleSupervisor
	}
	return roleAgent
}

func endedBy(who string) string {
	switch who {
	case "agent":
		return roleAgent
	case "customer":
		return roleEndUser
	}
	return roleSystem
}

// lineID is a stable UUID (version 8) for lines that are no entries of their own: the same on the
// stream and in the history.
func lineID(id message.CustomerID, seq int64) string {
	sum := sha256.Sum256(binary.BigEndian.AppendUint64(append([]byte("line"), id[:]...), uint64(seq)))
	var line message.RowID
	copy(line[:], sum[:])
	line[6], line[8] = 0x80|line[6]&0x0f, 0x80|line[8]&0x3f
	return line.String()
}

// eventName of an event on the stream.
func eventName(t conversation.CustomerEventType) string { return "CONVERSATION_" + string(t) }

func decimal(n int64) string { return strconv.FormatInt(n, 10) }
