package customer

import (
	"bytes"
	"encoding/json"
	"strings"

	"switchboard/internal/customer"
	"switchboard/internal/fault"
	"switchboard/internal/message"
)

const (
	// partsMax is how many options or fields an answer may have; valueMax the longest value in bytes.
	partsMax = 100
	valueMax = 8 << 10
)

// messageBody is what POST message takes, and POST file in its messageEntry.
type messageBody struct {
	Message       sentMessage `json:"message"`
	DeveloperName string      `json:"esDeveloperName"`
	NewSession    bool        `json:"isNewMessagingSession"`
	Answers       answers     `json:"routingAttributes"`
	Page          answers     `json:"autoResponseParameters"`
	Language      string      `json:"language"`
}

type sentMessage struct {
	ID            string `json:"id"`
	MessageType   string `json:"messageType"`
	InReplyTo     string `json:"inReplyToMessageId"`
	StaticContent *struct {
		FormatType string `json:"formatType"`
		Text       string `json:"text"`
	} `json:"staticContent"`
	ChoicesResponse *struct {
		FormatType      string   `json:"formatType"`
		SelectedOptions []option `json:"selectedOptions"`
	} `json:"choicesResponse"`
	FormResponse *struct {
		FormatType  string       `json:"formatType"`
		InputValues []inputValue `json:"inputValues"`
	} `json:"formResponse"`
	// Of a file's messageEntry.
	FileID string `json:"fileId"`
	Text   string `json:"text"`
}

type option struct {
	Identifier string `json:"optionIdentifier"`
	ID         string `json:"optionId"`
	Title      title  `json:"optionTitle"`
}

func (o option) id() string {
	if o.Identifier != "" {
		return o.Identifier
	}
	return o.ID
}

type inputValue struct {
	Type     string   `json:"inputValueType"`
	ID       string   `json:"inputId"`
	Label    title    `json:"inputlabel"`
	Value    value    `json:"value"`
	Display  string   `json:"displayValue"`
	Selected []option `json:"selectedOptions"`
}

// draft reads the body as a message.
func (b *messageBody) draft() (customer.Draft, error) {
	d, err := b.frame()
	if err != nil {
		return d, err
	}
	m := &b.Message
	switch {
	case m.MessageType == "StaticContentMessage" && m.StaticContent != nil:
		if m.StaticContent.FormatType != "Text" {
			return d, fault.Invalid("message.staticContent.formatType", "Only text is taken here; files go to …/file.")
		}
		d.Content.Text = m.StaticContent.Text
	case m.MessageType == "ChoicesResponseMessage" && m.ChoicesResponse != nil:
		choice, err := chosen(m.ChoicesResponse.SelectedOptions)
		if err != nil {
			return d, err
		}
		d.Content.Choice = &choice
	case m.MessageType == "FormResponseMessage" && m.FormResponse != nil:
		fields, err := filledIn(m.FormResponse.InputValues)
		if err != nil {
			return d, err
		}
		d.Content.Form = fields
	default:
		return d, malformed("message.messageType", "message.messageType is StaticContentMessage, ChoicesResponseMessage or FormResponseMessage, each with its content.")
	}
	return d, nil
}

// frame is what all kinds of messages have in common.
func (b *messageBody) frame() (customer.Draft, error) {
	page, err := customer.PageValues(b.Page)
	return customer.Draft{ID: b.Message.ID, AnswerTo: b.Message.InReplyTo, Begins: b.NewSession, Answers: b.Answers, Page: page, Language: b.Language}, err
}

func chosen(options []option) (message.Choice, error) {
	if len(options) == 0 || len(options) > partsMax {
		return message.Choice{}, fault.Invalid("message.choicesResponse.selectedOptions", "One to %d options are taken.", partsMax)
	}
	var ids, titles []string
	for _, o := range options {
		if o.id() == "" || len(o.id())+len(o.Title) > valueMax {
			return message.Choice{}, fault.Invalid("message.choicesResponse.selectedOptions", "Each option needs its optionIdentifier.")
		}
		ids = append(ids, o.id())
		if o.Title != "" {
			titles = append(titles, string(o.Title))
		}
	}
	return message.Choice{ID: strings.Join(ids, ","), Title: strings.Join(titles, ", ")}, nil
}

func filledIn(values []inputValue) ([]message.Field, error) {
	if len(values) == 0 || len(values) > partsMax {
		return nil, fault.Invalid("message.formResponse.inputValues", "One to %d values are taken.", partsMax)
	}
	fields := make([]message.Field, len(values))
	for i, v := range values {
		f := message.Field{Name: v.ID, Label: string(v.Label)}
		switch v.Type {
		case "SingleInputValue":
			f.Value = string(v.Value)
		case "SelectedOptionsInputValue":
			choice, err := chosen(v.Selected)
			if err != nil && len(v.Selected) > 0 {
				return nil, err
			}
			if f.Value = choice.Title; f.Value == "" {
				f.Value = choice.ID
			}
		default:
			return nil, fault.Invalid("message.formResponse.inputValues", "inputValueType is SingleInputValue or SelectedOptionsInputValue.")
		}
		if f.Name == "" || len(f.Name)+len(f.Label)+len(f.Value) > valueMax {
			return nil, fault.Invalid("message.formResponse.inputValues", "Each value needs an inputId and has at most %d bytes.", valueMax)
		}
		fields[i] = f
	}
	return fields, nil
}

// title is a plain text or an item with one.
type title string

func (t *title) UnmarshalJSON(b []byte) error {
	if b[0] == '"' {
		return json.Unmarshal(b, (*string)(t))
	}
	var item struct {
		Title string `json:"title"`
	}
	err := json.Unmarshal(b, &item)
	*t = title(item.Title)
	return err
}

// value is a scalar, or an object that holds one under the name of its kind: {"valueType":"TextValue",
// "textValue":"…"}. It is kept as text.
type value string

func (v *value) UnmarshalJSON(b []byte) error {
	if b[0] != '{' {
		text, err := scalar(b)
		*v = value(text)
		return err
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(b, &members); err != nil {
		return err
	}
	for name, member := range members {
		if name != "valueType" && strings.HasSuffix(name, "Value") {
			text, err := scalar(member)
			*v = value(text)
			return err
		}
	}
	return nil
}

// answers to the pre-chat. Values are texts; numbers and truth values are taken as their text.
type answers map[string]string

func (a *answers) UnmarshalJSON(b []byte) error {
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(b, &raw); err != nil {
		return err
	}
	if raw == nil { // null
		return nil
	}
	out := make(answers, len(raw))
	for name, member := range raw {
		text, err := scalar(member)
		if err != nil {
			return err
		}
		out[name] = text
	}
	*a = out
	return nil
}

// scalar is the text of a JSON string, number, truth value or null.
func scalar(b []byte) (string, error) {
	b = bytes.TrimSpace(b)
	switch {
	case len(b) == 0 || bytes.Equal(b, []byte("null")):
		return "", nil
	case b[0] == '"':
		var s string
		err := json.Unmarshal(b, &s)
		return s, err
	case b[0] == '{' || b[0] == '[':
		return "", fault.New(fault.Malformed, "A value is a text.")
	}
	return string(b), nil
}
