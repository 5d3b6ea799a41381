package setup

import (
	"context"
	"regexp"
	"strings"

	"switchboard/internal/channel"
	"switchboard/internal/consent/phone"
	"switchboard/internal/fault"
	"switchboard/internal/message"
)

// CodeRequest asks the provider to bring a code to the number.
type CodeRequest struct {
	Way      string `json:"way" enum:"sms,call" doc:"how the code comes"`
	Language string `json:"language,omitempty" maxLength:"10" doc:"of the SMS or the voice, such as en_US, which it is if not said"`
}

// CodeAnswer is the code that came.
type CodeAnswer struct {
	Code string `json:"code" maxLength:"20" doc:"six digits"`
}

// PIN takes a verified number into service.
type PIN struct {
	PIN string `json:"pin" maxLength:"10" doc:"six digits of your choice; the provider asks for them when the number moves"`
}

var (
	sixDigits    = regexp.MustCompile(`^[0-9]{6}$`)
	codeLanguage = regexp.MustCompile(`^[a-z]{2,3}(_[A-Z]{2})?$`)
)

// RequestCode lets the provider bring a code to the channel's number.
func (s *Service) RequestCode(ctx context.Context, org message.OrgID, id message.ChannelID, r CodeRequest) error {
	if r.Way != channel.CodeBySMS && r.Way != channel.CodeByCall {
		return fault.Invalid("way", "The code comes by sms or call.")
	}
	if r.Language == "" {
		r.Language = "en_US"
	}
	if !codeLanguage.MatchString(r.Language) {
		return fault.Invalid("language", "%q is not a language. Write it like en_US.", r.Language)
	}
	return s.withNumber(ctx, org, id, func(ctx context.Context, v channel.NumberVerifier, a channel.Account) error {
		if phone.IsShortCode(strings.TrimPrefix(a.Address, "+")) {
			return fault.Invalid("address", "A short code can't be verified: WhatsApp takes full phone numbers only.")
		}
		return v.RequestCode(ctx, a, r.Way, r.Language)
	})
}

// VerifyCode gives the code back to the provider.
func (s *Service) VerifyCode(ctx context.Context, org message.OrgID, id message.ChannelID, answer CodeAnswer) error {
	code := strings.NewReplacer("-", "", " ", "").Replace(answer.Code)
	if !sixDigits.MatchString(code) {
		return fault.Invalid("code", "The code has six digits.")
	}
	return s.withNumber(ctx, org, id, func(ctx context.Context, v channel.NumberVerifier, a channel.Account) error {
		return v.VerifyCode(ctx, a, code)
	})
}

// Register takes the number into service at the provider. The PIN is passed on and kept nowhere.
func (s *Service) Register(ctx context.Context, org message.OrgID, id message.ChannelID, pin PIN) error {
	if !sixDigits.MatchString(pin.PIN) {
		return fault.Invalid("pin", "The PIN has six digits.")
	}
	return s.withNumber(ctx, org, id, func(ctx context.Context, v channel.NumberVerifier, a channel.Account) error {
		return v.Register(ctx, a, pin.PIN)
	})
}

// withNumber does one step with a channel's number.
func (s *Service) withNumber(ctx context.Context, org message.OrgID, id message.ChannelID, step func(context.Context, channel.NumberVerifier, channel.Account) error) error {
	account, connector, err := s.Account(ctx, org, id)
	if err != nil {
		return err
	}
	verifier, ok := connector.(channel.NumberVerifier)
	if !ok {
		return fault.New(fault.CapabilityMissing, "Numbers of this channel's provider are verified with the provider itself.")
	}
	ctx, cancel := context.WithTimeout(ctx, probeFor)
	defer cancel()
	return asked(step(ctx, verifier, account))
}
