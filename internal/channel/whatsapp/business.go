package whatsapp

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"switchboard/internal/channel"
	"switchboard/internal/fault"
)

// BusinessAccount is the WhatsApp Business Account, whose numbers share its limits.
func (*Connector) BusinessAccount(account channel.Account) string { return account.Settings["waba_id"] }

// Standing asks for the number's state, then counts the account's numbers and templates.
func (c *Connector) Standing(ctx context.Context, account channel.Account) (channel.Standing, error) {
	ctx, cancel := channel.Limited(ctx, callMax)
	defer cancel()
	var number struct {
		Number     string `json:"display_phone_number"`
		Name       string `json:"verified_name"`
		NameStatus string `json:"name_status"`
		Status     string `json:"status"`
		Verified   string `json:"code_verification_status"`
		Quality    string `json:"quality_rating"`
		Throughput struct {
			Level string `json:"level"`
		} `json:"throughput"`
		Limit    string `json:"whatsapp_business_manager_messaging_limit"`
		OldLimit string `json:"messaging_limit_tier"`
	}
	fields := "display_phone_number,verified_name,name_status,status,code_verification_status,quality_rating,throughput," + limitField(account)
	if err := c.get(ctx, account, endpoint(account, account.Settings["phone_number_id"])+"?fields="+fields, &number); err != nil {
		return channel.Standing{}, err
	}
	s := channel.Standing{
		Number: number.Number, DisplayName: number.Name, Verified: number.Verified == "VERIFIED",
		NameStatus: word(nameStates, number.NameStatus), Status: word(numberStates, number.Status), Quality: word(qualities, number.Quality),
		Throughput: strings.ToLower(number.Throughput.Level), DailyLimit: tier(number.Limit + number.OldLimit),
	}
	var templates struct {
		Summary struct {
			Count int `json:"message_template_count"`
			Limit int `json:"message_template_limit"`
		} `json:"summary"`
	}
	query := url.Values{"fields": {"name"}, "limit": {"1"}, "summary": {"message_template_count,message_template_limit"}}.Encode()
	if err := c.get(ctx, account, endpoint(account, account.Settings["waba_id"], "message_templates")+"?"+query, &templates); err != nil {
		return s, err
	}
	s.Templates, s.TemplatesMax = templates.Summary.Count, templates.Summary.Limit
	var err error
	s.Numbers, err = c.numbers(ctx, account)
	return s, err
}

// numbersPages bounds how far an account's numbers are counted: far beyond what one may have.
const numbersPages = 10

// numbers counts the account's phone numbers.
func (c *Connector) numbers(ctx context.Context, account channel.Account) (n int, err error) {
	next := endpoint(account, account.Settings["waba_id"], "phone_numbers") + "?fields=id&limit=100"
	for range numbersPages {
		var page struct {
			Data   []struct{} `json:"data"`
			Paging struct {
				Next string `json:"next"`
			} `json:"paging"`
		}
		if err := c.get(ctx, account, next, &page); err != nil {
			return n, err
		}
		n += len(page.Data)
		next = page.Paging.Next
		if len(page.Data) == 0 || !channel.Allowed(next, baseURL(account), mediaDomains...) {
			break
		}
	}
	return n, nil
}

// limitField: the daily limit has another name since version 24.
func limitField(account channel.Account) string {
	version := account.Settings["api_version"]
	if version == "" {
		version = defaultVersion
	}
	major, _, _ := strings.Cut(strings.TrimPrefix(version, "v"), ".")
	if n, err := strconv.Atoi(major); err == nil && n < 24 {
		return "messaging_limit_tier"
	}
	return "whatsapp_business_manager_messaging_limit"
}

// tier reads TIER_250, TIER_2K, TIER_UNLIMITED; 0 for what can't be read.
func tier(s string) int {
	s = strings.TrimPrefix(strings.ToUpper(s), "TIER_")
	if s == "UNLIMITED" {
		return channel.Unlimited
	}
	times := 1
	if thousands, ok := strings.CutSuffix(s, "K"); ok {
		s, times = thousands, 1000
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > 1_000_000 {
		return 0
	}
	return n * times
}

// The provider's words in ours; others are passed on in small letters.
var (
	nameStates = map[string]string{"APPROVED": "approved", "AVAILABLE_WITHOUT_REVIEW": "approved", "PENDING_REVIEW": "pending",
		"DECLINED": "declined", "EXPIRED": "declined", "NONE": "none", "NON_EXISTS": "none"}
	numberStates = map[string]string{"CONNECTED": "connected", "PENDING": "pending", "FLAGGED": "flagged", "RESTRICTED": "restricted",
		"RATE_LIMITED": "restricted", "OFFLINE": "offline", "DISCONNECTED": "offline", "UNVERIFIED": "pending", "BANNED": "banned"}
	qualities = map[string]string{"GREEN": "high", "YELLOW": "medium", "RED": "low", "UNKNOWN": "", "NA": ""}
)

func word(ours map[string]string, theirs string) string {
	if w, ok := ours[strings.ToUpper(theirs)]; ok {
		return w
	}
	return strings.ToLower(theirs)
}

// RequestCode lets the provider send a code to the number.
func (c *Connector) RequestCode(ctx context.Context, account channel.Account, way, language string) error {
	method := "SMS"
	if way == channel.CodeByCall {
		method = "VOICE"
	}
	return c.number(ctx, account, "request_code", map[string]string{"code_method": method, "language": language})
}

// VerifyCode gives the code back.
func (c *Connector) VerifyCode(ctx context.Context, account channel.Account, code string) error {
	return c.number(ctx, account, "verify_code", map[string]string{"code": code})
}

// Register takes the number into service. The PIN is asked for again when it moves elsewhere.
func (c *Connector) Register(ctx context.Context, account channel.Account, pin string) error {
	return c.number(ctx, account, "register", map[string]string{"messaging_product": "whatsapp", "pin": pin})
}

// number asks for one step with the number itself.
func (c *Connector) number(ctx context.Context, account channel.Account, step string, body map[string]string) error {
	return c.ask(ctx, account, endpoint(account, account.Settings["phone_number_id"], step), body)
}

// ask posts JSON and expects {"success": true}. Its refusals are worded for who set the channel up.
func (c *Connector) ask(ctx context.Context, account channel.Account, address string, body any) error {
	ctx, cancel := channel.Limited(ctx, callMax)
	defer cancel()
	raw, err := json.Marshal(body)
	if err != nil {
		return err
	}
	answer, d := c.post(ctx, account, address, "application/json", raw)
	if d != nil {
		return stepRefused(d)
	}
	var taken struct {
		Success bool `json:"success"`
	}
	if err := json.Unmarshal(answer.Body, &taken); err != nil || !taken.Success {
		return fault.Wrap(err, fault.Unavailable, "The provider's answer can't be read. Look at the number's state before you try again.")
	}
	return nil
}

// steps are the refusals that a person can do something about.
var steps = map[string]fault.Sentence{
	"133005": fault.Say("This is not the PIN that the number was registered with."),
	"133006": fault.Say("The number must be verified before it can be registered. Ask for a code first."),
	"133008": fault.Say("The PIN was wrong too often. The provider takes no more guesses for a while."),
	"133009": fault.Say("The PIN was given too fast after the last try. Wait a little."),
	"133015": fault.Say("The number was taken out of service a moment ago. Wait five minutes."),
	"133016": fault.Say("The number was registered too often. The provider allows ten times in three days."),
	"136024": fault.Say("The provider doesn't send a code now."),
	"136025": fault.Say("The provider doesn't take this code. Look at it again, or ask for a new one."),
}

func stepRefused(d *fault.Delivery) error {
	if d.Outcome == fault.Unknown {
		return fault.Wrap(d, fault.Unavailable, "The provider didn't answer. Look at the number's state before you try again.")
	}
	said, known := steps[d.ProviderCode]
	if !known {
		return lookup(d)
	}
	if d.ProviderText != "" {
		said.Text += " (" + d.ProviderText + ")"
	}
	e := &fault.Error{Code: fault.DeliveryFailed, Sentence: said, Delivery: d.Code, Cause: d}
	return e.With("provider", d.ProviderCode)
}

// capability is a call about the account or one of its numbers.
type capability struct {
	Number     string `json:"display_phone_number"`
	NumbersMax int    `json:"max_phone_numbers_per_waba"`
}

// accountEvent tells whether a change of the account is about this channel.
func accountEvent(account channel.Account, entry, field, place string, raw json.RawMessage) (channel.Event, bool) {
	var v capability
	switch field {
	case "business_capability_update", "account_update", "account_review_update":
		if entry != account.Settings["waba_id"] {
			return channel.Event{}, false
		}
	case "phone_number_quality_update", "phone_number_name_update":
	default:
		return channel.Event{}, false
	}
	if err := json.Unmarshal(raw, &v); err != nil {
		return channel.Event{}, false
	}
	if v.Number != "" && digitsOf(v.Number) != digitsOf(account.Address) {
		return channel.Event{}, false
	}
	return channel.Event{Kind: channel.EventAccount, ProviderID: fmt.Sprintf("account:%s", place), Account: &channel.AccountNotice{NumbersMax: max(v.NumbersMax, 0)}}, true
}

var _ interface {
	channel.LimitReader
	channel.NumberVerifier
	channel.ProfileReader
	channel.ProfileWriter
} = (*Connector)(nil)

// authorised is a request with the token in the form that uploads want it.
func authorised(ctx context.Context, account channel.Account, address string) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, http.NoBody)
	if err != nil {
		return nil, fault.New(fault.Unprocessable, "The provider's address can't be read.")
	}
	req.Header.Set("Authorization", "OAuth "+account.Secrets["access_token"])
	return req, nil
}
