package outbound

import (
	"context"
	"errors"
	"io"
	"strconv"
	"time"

	"switchboard/internal/channel"
	"switchboard/internal/consent"
	"switchboard/internal/consent/phone"
	"switchboard/internal/conversation"
	"switchboard/internal/failpoint"
	"switchboard/internal/fault"
	"switchboard/internal/message"
	"switchboard/internal/text"
	"switchboard/internal/trace"
)

const (
	// linkLifetime is how long a link in a message is good: the customer opens it when they come to it.
	linkLifetime = 7 * 24 * time.Hour
	// reconcileMax is how often it is looked for, then the channel's policy decides.
	reconcileMax = 6
)

// attempt is one claimed row with everything its call needs.
type attempt struct {
	row       Row
	entry     conversation.Entry
	out       channel.Outbound
	account   channel.Account
	connector channel.Connector
	timing    Timing
	// find: the row is unknown; look for it instead of sending.
	find bool
}

// claim marks up to limit due rows as being sent, in one transaction that the lease guards. Rows that
// the policy refuses now are settled there and then.
func (l *lane) claim(account channel.Account, connector channel.Connector, limit int) (claimed []attempt, err error) {
	err = l.s.write(l.s.ctx, l.key.Org, func(tx Tx) error {
		claimed = nil
		if err := tx.HoldLease(l.name, l.s.node, l.epoch); err != nil {
			l.epoch = 0
			return err
		}
		for _, state := range []State{Unknown, Queued} {
			rows, err := tx.DueOutbox(l.key.Channel, state, tx.Now(), limit-len(claimed))
			if err != nil {
				return err
			}
			for _, row := range rows {
				a, send, err := l.prepare(tx, row, account, connector)
				if fault.CodeOf(err) == fault.NotFound {
					send, err = false, drop(tx, row, err) // one row must not hold up the channel for ever
				}
				if err != nil {
					return err
				}
				if send {
					claimed = append(claimed, a)
				}
			}
		}
		return nil
	})
	return claimed, err
}

// prepare loads what the call needs, asks the policy, and writes the attempt down. send is false when
// the row was settled instead.
func (l *lane) prepare(tx Tx, row Row, account channel.Account, connector channel.Connector) (a attempt, send bool, err error) {
	e, err := tx.Entry(row.Entry)
	if err != nil {
		return a, false, err
	}
	if e.Status.Advance(message.StatusSent) == e.Status && e.Status != message.StatusFailed {
		return a, false, tx.DeleteOutbox(row.ID) // a receipt has proved it sent
	}
	caps := connector.Capabilities()
	a = attempt{row: row, entry: e, account: account, connector: connector, timing: l.s.timing, find: row.State == Unknown,
		out: channel.Outbound{EntryID: e.ID, Content: e.Content, CallbackURL: l.s.accounts.CallbackURL(account, e.ID)}}
	if a.out.To, err = tx.CustomerAddress(e.Customer); err != nil {
		return a, false, err
	}
	if t := e.Content.Template; t != nil {
		template, err := tx.ApprovedTemplate(t.ID)
		if err != nil {
			return a, false, err
		}
		a.out.Template = &template
	}
	if !e.RefersTo.IsZero() {
		target, err := tx.Entry(e.RefersTo)
		if err != nil && fault.CodeOf(err) != fault.NotFound {
			return a, false, err
		}
		a.out.ReplyTo = target.ProviderID
	}
	if f := e.Content.File; f != nil {
		a.attach(l.s.files, *f)
	}
	if !a.find {
		facts, err := tx.Policy(e.Conversation)
		if err != nil {
			return a, false, err
		}
		facts.WindowHours = caps.WindowHours
		if refusal := consent.Check(facts, kindOf(row, &e), tx.Now()); refusal != nil {
			return a, false, l.refuse(tx, row, &e, refusal)
		}
		if !tx.Now().Before(row.Deadline) {
			return a, false, fail(tx, row, &e, string(fault.ServiceUnreachable), "It waited too long: no attempt succeeded in time.")
		}
		if wait, err := l.room(tx, &a, facts); wait || err != nil {
			return a, false, err
		}
		if row.Attempts == 0 && facts.Line != nil {
			if err := tx.CountSent(row.Channel); err != nil {
				return a, false, err
			}
		}
	}
	row.State, row.Epoch, row.Attempts = Sending, l.epoch, row.Attempts+1
	a.row = row
	if still, err := tx.SaveOutbox(row, tx.Now()); err != nil || !still {
		return a, false, err // taken back in the meantime
	}
	return a, true, tx.BeginAttempt(e.ID, row.Attempts, tx.Now())
}

// attach puts a file into what goes out.
func (a *attempt) attach(files Files, f message.File) {
	org := a.row.Org
	a.out.Content.File = &f
	a.out.FileURL = files.Link(org, f, a.row.CreatedAt.Add(linkLifetime)) // every attempt says the same
	a.out.FileBody = func(ctx context.Context) (io.ReadCloser, error) { return files.Open(ctx, org, f.ID) }
}

// fit puts another version in the place of a picture that the recipient's carrier or the channel
// wouldn't take, and refuses sounds and videos that it wouldn't play. What the conversation shows stays
// the original.
func (a *attempt) fit(ctx context.Context, files Files) error {
	f := a.out.Content.File
	if f == nil {
		return nil
	}
	var taken message.File
	var err error
	switch rule, way := a.connector.Capabilities().RuleOut(f.Type, f.Size); {
	case way == channel.WayShrink:
		limiter, ok := a.connector.(channel.PictureLimiter)
		if !ok {
			return nil
		}
		limit := limiter.PictureLimit(ctx, a.account, a.out.To)
		if limit <= 0 || f.Size <= limit {
			return nil
		}
		taken, err = files.Fit(ctx, a.row.Org, f.ID, limit)
	case way == channel.WayFile && rule.Strict:
		taken, err = files.Common(ctx, a.row.Org, f.ID, rule.MaxBytes)
	default:
		return nil
	}
	if err == nil {
		err = ctx.Err() // nothing was sent yet, which is better known than guessed
	}
	if err != nil {
		d := &fault.Delivery{Outcome: fault.Later, Code: fault.ServiceFailed, Cause: err}
		if refusal, ok := errors.AsType[*fault.Error](err); ok && refusal.Delivery != "" {
			d.Outcome, d.Code, d.ProviderText = fault.Refused, refusal.Delivery, refusal.Text
		}
		return d
	}
	if taken.ID != f.ID {
		a.attach(files, taken)
	}
	return nil
}

// kindOf says what the policy cares about: the class under which it was put into the outbox tells what
// it is for.
func kindOf(row Row, e *conversation.Entry) consent.Kind {
	k := conversation.KindOf(e.Content)
	switch conversation.Class(row.Class) {
	case conversation.ClassCompliance:
		k.Compliance = true
	case conversation.ClassAutomatic:
		k.Use = phone.Automated
	case conversation.ClassBulk:
		k.Use = phone.Campaign
	case conversation.ClassAgent:
	}
	return k
}

// drop settles a row that misses something it needs, such as its template, which somebody removed.
func drop(tx Tx, row Row, missing error) error {
	e, err := tx.Entry(row.Entry)
	if fault.CodeOf(err) == fault.NotFound {
		return tx.DeleteOutbox(row.ID)
	}
	if err != nil {
		return err
	}
	var f *fault.Error
	errors.As(missing, &f)
	return fail(tx, row, &e, string(fault.Rejected), "Something that it needs was removed. "+f.Text)
}

// refuse settles a row that the policy forbids, with the policy's own code.
func (l *lane) refuse(tx Tx, row Row, e *conversation.Entry, refusal error) error {
	var f *fault.Error
	if !errors.As(refusal, &f) {
		return refusal
	}
	if f.Delivery != "" {
		return fail(tx, row, e, string(f.Delivery), "") // the catalogue has its words
	}
	return fail(tx, row, e, string(f.Code), f.Text)
}

// fail settles a row as finally failed: the entry says why, the error log keeps a line.
func fail(tx Tx, row Row, e *conversation.Entry, code, detail string) error {
	if e.Settle(message.StatusFailed, tx.Now()) {
		e.ErrorCode, e.ErrorDetail, e.AttemptAt = code, detail, time.Time{}
		if err := tx.SaveEntry(e); err != nil {
			return err
		}
		if err := tx.LogDeliveryError(row.Channel, row.Conversation, row.Entry, code, detail); err != nil {
			return err
		}
		if err := unreachable(tx, e); err != nil {
			return err
		}
	}
	return tx.DeleteOutbox(row.ID)
}

// unreachable has a session looked at whose message failed because nobody is at the address, and a person who
// has blocked the brand.
func unreachable(tx interface {
	Now() time.Time
	SetJob(kind, key string, due time.Time, payload string) error
}, e *conversation.Entry) error {
	if conversation.Blocked(e.ErrorCode) {
		return tx.SetJob(conversation.JobBlocked, e.Customer.String(), tx.Now(), e.ID.String())
	}
	if !conversation.Hopeless(e.ErrorCode) {
		return nil
	}
	return tx.SetJob(conversation.JobUnreachable, e.Session.String(), tx.Now(), e.ErrorCode)
}

// run makes the call and settles its end. It returns until when the whole channel must pause, or zero.
// Its writes are tried until they succeed or the process ends: then the row is stale and found out.
func (a attempt) run(l *lane) (hold time.Time) {
	began := time.Now()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(l.s.ctx), sendTimeout)
	providerID, err := a.call(ctx, l.s.files)
	cancel()
	failpoint.Hit("outbound.called")
	providerID = text.Cleaned(providerID) // as receipts will name it
	outcome := settleAs(providerID, err)
	ended := time.Now()
	l.s.observe(string(a.account.Type), string(outcome.Outcome), ended.Sub(began))
	defer a.record(l, outcome, began, ended)
	for pause := 50 * time.Millisecond; ; pause = min(2*pause, 2*time.Second) {
		err := l.s.write(context.WithoutCancel(l.s.ctx), a.row.Org, func(tx Tx) error {
			defer failpoint.Hit("outbound.settling")
			return a.settle(tx, providerID, outcome)
		})
		failpoint.Hit("outbound.settled")
		if err == nil || fault.CodeOf(err) == fault.NotFound { // not found: the entry was erased meanwhile
			break
		}
		l.log.Error("settling an attempt failed; trying again", "entry", a.entry.ID, "err", err)
		if l.s.ctx.Err() != nil {
			return time.Time{}
		}
		wait := time.NewTimer(pause)
		select {
		case <-wait.C:
		case <-l.s.ctx.Done():
		}
		wait.Stop()
	}
	if outcome.HoldChannel {
		return time.Now().Add(l.s.timing.later(a.row.Attempts, outcome))
	}
	return time.Time{}
}

// record keeps the attempt in the trace of the request that wrote the message.
func (a attempt) record(l *lane, outcome *fault.Delivery, began, ended time.Time) {
	if l.s.spans == nil {
		return
	}
	l.s.spans.Keep(trace.Past{Trace: a.row.Trace, Name: "outbound.attempt", Began: began, Ended: ended, Code: string(outcome.Code), Texts: map[string]string{
		"switchboard.channel": a.row.Channel.String(), "switchboard.entry": a.entry.ID.String(), "switchboard.attempt": strconv.Itoa(a.row.Attempts)}})
}

// call sends, or finds out what became of an earlier send.
func (a attempt) call(ctx context.Context, files Files) (providerID string, err error) {
	if !a.find {
		if err := a.fit(ctx, files); err != nil {
			return "", err
		}
		return a.connector.Send(ctx, a.account, a.out)
	}
	if r, ok := a.connector.(channel.Reconciler); ok {
		providerID, err = r.Reconcile(ctx, a.account, a.out, a.row.CreatedAt)
		if err == nil && providerID == "" {
			return "", &fault.Delivery{Outcome: fault.Later, Code: fault.ServiceFailed}
		}
		if err == nil {
			return providerID, nil
		}
	}
	return "", &fault.Delivery{Outcome: fault.Unknown, Code: fault.ServiceFailed, Cause: err}
}

// settleAs makes an error of any kind an outcome; nil becomes the zero outcome, which is success.
func settleAs(providerID string, err error) *fault.Delivery {
	var d *fault.Delivery
	switch {
	case err == nil && providerID != "":
		return &fault.Delivery{}
	case errors.As(err, &d):
		d := *d
		d.ProviderCode, d.ProviderText = text.Cleaned(d.ProviderCode), text.Cleaned(d.ProviderText)
		return &d
	}
	return &fault.Delivery{Outcome: fault.Unknown, Code: fault.ServiceFailed, Cause: err}
}

// settle writes the end of an attempt. A receipt may have settled the entry meanwhile: it wins.
func (a attempt) settle(tx Tx, providerID string, d *fault.Delivery) error {
	now := tx.Now()
	e, err := tx.Entry(a.row.Entry)
	if err != nil {
		return err
	}
	outcome := string(d.Outcome)
	if outcome == "" {
		outcome = "sent"
	}
	detail := d.Said()
	tx.ChannelCalled(a.row.Channel, d, d.Outcome == "")
	if err := tx.EndAttempt(e.ID, a.row.Attempts, now, outcome, string(d.Code), detail); err != nil {
		return err
	}
	if proved := e.Status == message.StatusSent || e.Status == message.StatusDelivered || e.Status == message.StatusRead; proved && d.Outcome != "" {
		return tx.DeleteOutbox(a.row.ID)
	}
	if d.Outcome == "" {
		return sent(tx, a.row, &e, providerID)
	}
	// Another node may have taken the lease while this call was under way. The row is its matter then:
	// what failed here must not undo what it does.
	if row, found, err := tx.OutboxOf(e.Conversation, e.Seq); err != nil || found && row.Epoch > a.row.Epoch {
		return err
	}
	switch d.Outcome {
	case fault.Refused:
		return fail(tx, a.row, &e, string(d.Code), detail)
	case fault.Later:
		return a.postpone(tx, &e, d, detail)
	}
	return a.unknown(tx, &e, d, detail)
}

// sent settles a row whose message the provider took, and applies a receipt that was faster.
func sent(tx Tx, row Row, e *conversation.Entry, providerID string) error {
	e.Settle(message.StatusSent, tx.Now())
	e.ProviderID, e.AttemptAt = providerID, time.Time{}
	early, err := tx.BindProvider(row.Channel, providerID, row.Conversation, row.EntrySeq)
	if err != nil {
		return err
	}
	if early.Status != "" {
		if err := Apply(tx, row.Channel, e, early); err != nil {
			return err
		}
	}
	if err := tx.SaveEntry(e); err != nil {
		return err
	}
	return tx.DeleteOutbox(row.ID)
}

func (a attempt) postpone(tx Tx, e *conversation.Entry, d *fault.Delivery, detail string) error {
	due := tx.Now().Add(a.timing.later(a.row.Attempts, d))
	if !due.Before(a.row.Deadline) {
		return fail(tx, a.row, e, string(d.Code), detail)
	}
	row := a.row
	row.State = Queued
	if still, err := tx.SaveOutbox(row, due); err != nil || !still {
		return err
	}
	e.ErrorCode, e.ErrorDetail, e.AttemptAt = string(d.Code), detail, due
	return tx.SaveEntry(e)
}

// unknown waits to find out, then follows the channel's policy: send again where that is harmless,
// else show it as "may have been sent".
func (a attempt) unknown(tx Tx, e *conversation.Entry, d *fault.Delivery, detail string) error {
	row, caps := a.row, a.connector.Capabilities()
	if !a.find || caps.Reconciles && row.Attempts <= reconcileMax { // looked for at least once, however often it was tried before
		row.State = Unknown
		_, err := tx.SaveOutbox(row, tx.Now().Add(a.timing.Reconcile*time.Duration(row.Attempts)))
		return err
	}
	if (caps.Idempotent || caps.ResendUnknown) && tx.Now().Before(row.Deadline) {
		row.State = Queued
		_, err := tx.SaveOutbox(row, tx.Now().Add(a.timing.later(row.Attempts, d)))
		return err
	}
	e.Settle(message.StatusUnknown, tx.Now())
	e.ErrorCode, e.ErrorDetail, e.AttemptAt = string(d.Code), detail, time.Time{}
	if err := tx.SaveEntry(e); err != nil {
		return err
	}
	if err := tx.LogDeliveryError(row.Channel, row.Conversation, row.Entry, string(d.Code), "The provider gave no answer: the message may have been sent. "+detail); err != nil {
		return err
	}
	return tx.DeleteOutbox(row.ID)
}

// Apply settles an entry by a receipt; the caller saves the entry. A failure leaves a line in the log.
func Apply(tx interface {
	Now() time.Time
	SetJob(kind, key string, due time.Time, payload string) error
	LogDeliveryError(c message.ChannelID, conv message.ConversationID, entry message.EntryID, code, detail string) error
}, c message.ChannelID, e *conversation.Entry, r Receipt) error {
	failed := e.Status == message.StatusFailed
	if !e.Settle(r.Status, r.At) || r.Status != message.StatusFailed || failed || e.Status != message.StatusFailed {
		return nil
	}
	e.ErrorCode, e.ErrorDetail = r.Code, r.Detail
	if err := unreachable(tx, e); err != nil {
		return err
	}
	return tx.LogDeliveryError(c, e.Conversation, e.ID, r.Code, r.Detail)
}
