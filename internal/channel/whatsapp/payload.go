package whatsapp

import (
	"encoding/json"
	"strconv"
	"time"
)

// The webhook's shape. Only what is read stands here; the rest of a payload is skipped.
type payload struct {
	Object string `json:"object"`
	Entry  []struct {
		ID      string `json:"id"`
		Changes []struct {
			Field string          `json:"field"`
			Value json.RawMessage `json:"value"`
		} `json:"changes"`
	} `json:"entry"`
}

type value struct {
	Metadata struct {
		PhoneNumberID string `json:"phone_number_id"`
	} `json:"metadata"`
	Contacts []profile `json:"contacts"`
	Messages []inbound `json:"messages"`
	Statuses []status  `json:"statuses"`
}

type profile struct {
	WaID    string `json:"wa_id"`
	UserID  string `json:"user_id"`
	Profile struct {
		Name     string `json:"name"`
		Username string `json:"username"`
	} `json:"profile"`
}

// inbound is one message of any type. UserID is the business-scoped id that may stand beside or
// instead of From; it is seen under both names.
type inbound struct {
	ID         string `json:"id"`
	From       string `json:"from"`
	UserID     string `json:"user_id"`
	FromUserID string `json:"from_user_id"`
	GroupID    string `json:"group_id"`
	Timestamp  stamp  `json:"timestamp"`
	Type       string `json:"type"`

	Context *struct {
		ID       string `json:"id"`
		Referred *struct {
			CatalogID string `json:"catalog_id"`
			ProductID string `json:"product_retailer_id"`
		} `json:"referred_product"`
	} `json:"context"`
	Referral *struct {
		SourceURL  string `json:"source_url"`
		SourceType string `json:"source_type"`
		Headline   string `json:"headline"`
		Body       string `json:"body"`
	} `json:"referral"`

	Text     *text     `json:"text"`
	Image    *media    `json:"image"`
	Video    *media    `json:"video"`
	Audio    *media    `json:"audio"`
	Document *media    `json:"document"`
	Sticker  *media    `json:"sticker"`
	Location *location `json:"location"`
	Contacts []contact `json:"contacts"`
	Reaction *struct {
		MessageID string `json:"message_id"`
		Emoji     string `json:"emoji"`
	} `json:"reaction"`
	Button *struct {
		Payload string `json:"payload"`
		Text    string `json:"text"`
	} `json:"button"`
	Interactive *struct {
		Type        string  `json:"type"`
		ButtonReply *answer `json:"button_reply"`
		ListReply   *answer `json:"list_reply"`
		FormReply   *struct {
			Body         string `json:"body"`
			ResponseJSON string `json:"response_json"`
		} `json:"nfm_reply"`
	} `json:"interactive"`
	Order *struct {
		Text  string `json:"text"`
		Items []struct {
			ProductID string      `json:"product_retailer_id"`
			Quantity  json.Number `json:"quantity"`
			Price     json.Number `json:"item_price"`
			Currency  string      `json:"currency"`
		} `json:"product_items"`
	} `json:"order"`
	System *struct {
		Type   string `json:"type"`
		Body   string `json:"body"`
		WaID   string `json:"wa_id"`
		NewWa  string `json:"new_wa_id"`
		UserID string `json:"user_id"`
	} `json:"system"`
	Edit *struct {
		OriginalID string   `json:"original_message_id"`
		Message    *inbound `json:"message"`
	} `json:"edit"`
	Revoke *struct {
		OriginalID string `json:"original_message_id"`
	} `json:"revoke"`
	Unsupported *struct {
		Type string `json:"type"`
	} `json:"unsupported"`
	Errors []graphError `json:"errors"`
}

type text struct {
	Body string `json:"body"`
}

type media struct {
	ID       string      `json:"id"`
	MimeType string      `json:"mime_type"`
	Caption  string      `json:"caption"`
	Filename string      `json:"filename"`
	Size     json.Number `json:"file_size"`
	Voice    bool        `json:"voice"`
}

type location struct {
	Latitude  float64 `json:"latitude"`
	Longitude float64 `json:"longitude"`
	Name      string  `json:"name,omitempty"`
	Address   string  `json:"address,omitempty"`
}

type contact struct {
	Name   contactName    `json:"name"`
	Phones []contactPhone `json:"phones,omitempty"`
	Emails []contactEmail `json:"emails,omitempty"`
	Org    *contactOrg    `json:"org,omitempty"`
}

type contactName struct {
	Formatted string `json:"formatted_name"`
	First     string `json:"first_name,omitempty"`
	Last      string `json:"last_name,omitempty"`
}

type contactPhone struct {
	Phone string `json:"phone"`
	Type  string `json:"type,omitempty"`
}

type contactEmail struct {
	Email string `json:"email"`
	Type  string `json:"type,omitempty"`
}

type contactOrg struct {
	Company string `json:"company,omitempty"`
}

type answer struct {
	ID    string `json:"id"`
	Title string `json:"title"`
}

type status struct {
	ID        string       `json:"id"`
	Status    string       `json:"status"`
	Timestamp stamp        `json:"timestamp"`
	Recipient string       `json:"recipient_id"`
	UserID    string       `json:"recipient_user_id"`
	Opaque    string       `json:"biz_opaque_callback_data"`
	Errors    []graphError `json:"errors"`
}

// graphError is an error in a webhook and, nearly the same, in an answer.
type graphError struct {
	Code      int    `json:"code"`
	Subcode   int    `json:"error_subcode"`
	Title     string `json:"title"`
	Message   string `json:"message"`
	ErrorData struct {
		Details string `json:"details"`
	} `json:"error_data"`
}

// says is the most telling of the error's texts.
func (e graphError) says() string {
	for _, s := range []string{e.ErrorData.Details, e.Message, e.Title} {
		if s != "" {
			return s
		}
	}
	return ""
}

// stamp is a time in Unix seconds, written as text by Meta and as a number by some that forward it.
type stamp time.Time

func (s *stamp) UnmarshalJSON(b []byte) error {
	text := string(b)
	if unquoted, err := strconv.Unquote(text); err == nil {
		text = unquoted
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n <= 0 || n > 1<<40 {
		*s = stamp{}
		return nil //nolint:nilerr // a time that can't be read is no reason to lose the message
	}
	*s = stamp(time.Unix(n, 0).UTC())
	return nil
}
