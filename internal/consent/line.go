package consent

import (
	"switchboard/internal/consent/phone"
	"switchboard/internal/fault"
)

// Line is what the policy needs to know where the sender is a number with rules of its own (SMS).
type Line struct {
	From, To phone.Number
	// Opened: the business began a session of this conversation.
	Opened bool
	// Registered for 10DLC, as the channel's settings say.
	Registered bool
	Month      phone.Month
	// Countries is the organisation's table, as far as these two numbers need it.
	Countries phone.Table
}

// use is what the message is for, when its sender doesn't say.
func (l *Line) use(k Kind) phone.Use {
	switch {
	case k.Use != "":
		return k.Use
	case l.Opened:
		return phone.Begin
	}
	return phone.Answer
}

// check refuses what the number may not do (CH-4, CH-8).
func (l *Line) check(k Kind) error {
	if !l.Countries.Reaches(l.From, l.To) {
		return fault.New(fault.WrongCountry, "This channel's number is at home in %s and can't write to one in %s. Use a channel with a number of that country.", l.From.Country, l.To.Country)
	}
	rule, exists := l.Countries.RuleFor(l.From, l.To)
	if !exists {
		return fault.New(fault.UseNotAllowed, "By the country table there are no numbers of this kind in its country. Ask an administrator to look there, or use another channel.").With("use", "kind")
	}
	if use := l.use(k); !rule.Allows(use) {
		return (&fault.Error{Code: fault.UseNotAllowed, Sentence: forbidden[use]}).With("use", string(use))
	}
	if k.Picture && l.From.Registers() && !l.Registered && l.To.Country != "" {
		return fault.New(fault.UseNotAllowed, "Pictures can't be sent from this number: it isn't registered with the carriers (10DLC). Ask an administrator to register it, or describe the picture in words.").With("use", "picture")
	}
	if !rule.Limited {
		return nil
	}
	switch m := l.Month; {
	case m.Sent >= phone.MonthMax:
		return fault.New(fault.UseNotAllowed, "This number has sent all of the %d messages that it may send in a month. Wait for the next month, or write from another number.", phone.MonthMax).With("use", "month")
	case m.Sent >= m.Most():
		return fault.New(fault.UseNotAllowed, "This number may send at most %d messages for each one that comes in (this month: %d out, %d in). Wait until customers write, or write from another number.",
			phone.RatioMax, m.Sent, m.Received).With("use", "ratio")
	}
	return nil
}

var forbidden = map[phone.Use]fault.Sentence{
	phone.Answer:    fault.Say("In its country this kind of number can't answer in a conversation that the customer began. Begin one from here, or use another channel."),
	phone.Begin:     fault.Say("In its country this kind of number can't write first. Wait until the customer writes, or use another channel."),
	phone.Automated: fault.Say("In its country this kind of number is for conversations only: it can't send automatic messages. Use a toll-free number or a short code."),
	phone.Campaign:  fault.Say("In its country this kind of number can't send to many people at once. Use a short code."),
}
