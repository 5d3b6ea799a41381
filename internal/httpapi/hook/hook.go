// Package hook is where providers call: /hooks/{type}/{channel_id}. It finds the account and the
// connector, reads the body with a limit, and answers 200 only after inbound has committed. What the
// calls mean is the connectors' matter.
package hook

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"switchboard/internal/channel"
	"switchboard/internal/fault"
	"switchboard/internal/httpapi/admission"
	"switchboard/internal/httpapi/problem"
	"switchboard/internal/message"
	"switchboard/internal/trace"
)

// bodyMax is the largest call any provider makes (WhatsApp: 3 MB).
const bodyMax = 3 << 20

// Accounts finds the account that a webhook address means. fault.NotFound for unknown, inactive and
// mismatched ones.
type Accounts interface {
	HookAccount(ctx context.Context, hook string, id message.ChannelID) (channel.Account, channel.Connector, error)
}

// Receiver keeps what came.
type Receiver interface {
	Receive(ctx context.Context, account channel.Account, reader channel.WebhookReader, request channel.WebhookRequest) (map[channel.EventKind]int, error)
}

// Health keeps what calls tell about a channel. It must not block.
type Health interface {
	HookTaken(org message.OrgID, c message.ChannelID)
	HookRefused(org message.OrgID, c message.ChannelID)
}

// Handler answers providers.
type Handler struct {
	Accounts Accounts
	Receiver Receiver
	// Count is told of every call: its hook type and how it ended ("ok", or an error code).
	Count func(hook, outcome string)
	// Health is told of calls that a channel's provider made, and of those that it did not sign.
	Health Health
	// Gate lets calls to the database in turn. Nil lets all in at once.
	Gate *admission.Gate
	Log  *slog.Logger

	// known remembers whose channels are: what can't be let in is refused without asking the database.
	known sync.Map // message.ChannelID → admission.Source
}

// Routes of this package, to be mounted on a mux.
func (h *Handler) Routes(mux *http.ServeMux) {
	mux.HandleFunc("GET /hooks/{type}/{channel_id}", h.handshake)
	mux.HandleFunc("POST /hooks/{type}/{channel_id}", h.receive)
}

func (h *Handler) find(r *http.Request) (channel.Account, channel.Connector, error) {
	id, err := message.ParseID[message.ChannelID](r.PathValue("channel_id"))
	if err != nil {
		return channel.Account{}, nil, fault.New(fault.NotFound, "There is no such webhook.")
	}
	return h.Accounts.HookAccount(r.Context(), r.PathValue("type"), id)
}

// crowded reports whether a call to a channel that was called before would not be let in.
func (h *Handler) crowded(r *http.Request) bool {
	id, err := message.ParseID[message.ChannelID](r.PathValue("channel_id"))
	if err != nil {
		return false
	}
	source, ok := h.known.Load(id)
	return ok && h.Gate.Crowded(source.(admission.Source))
}

// request is the call as its provider knows it: with the public address, never with what Host says.
func request(account channel.Account, r *http.Request, body []byte) channel.WebhookRequest {
	url := account.WebhookURL
	if r.URL.RawQuery != "" {
		url += "?" + r.URL.RawQuery
	}
	return channel.WebhookRequest{Method: r.Method, URL: url, Header: r.Header, Body: body, Received: time.Now()}
}

func (h *Handler) handshake(w http.ResponseWriter, r *http.Request) {
	account, connector, err := h.find(r)
	if err != nil {
		_ = h.refuse(w, r, err)
		return
	}
	shaker, ok := connector.(channel.Handshaker)
	if !ok {
		_ = h.refuse(w, r, fault.New(fault.NotFound, "This webhook has no handshake."))
		return
	}
	body, err := shaker.Handshake(account, request(account, r, nil))
	if err != nil {
		h.unsigned(account, err)
		_ = h.refuse(w, r, err)
		return
	}
	h.count(r, "ok")
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	_, _ = io.WriteString(w, body)
}

func (h *Handler) receive(w http.ResponseWriter, r *http.Request) {
	ctx, span := trace.Start(r.Context(), "hook")
	r = r.WithContext(ctx)
	if span.On() {
		span.Text("switchboard.hook", r.PathValue("type"))
		span.Text("switchboard.channel", r.PathValue("channel_id"))
	}
	span.End(h.take(w, r))
}

// take answers the call; its error has been answered, too.
func (h *Handler) take(w http.ResponseWriter, r *http.Request) error {
	if h.crowded(r) {
		return h.refuse(w, r, admission.Refused())
	}
	account, connector, err := h.find(r)
	if err != nil {
		return h.refuse(w, r, err)
	}
	reader, ok := connector.(channel.WebhookReader)
	if !ok {
		return h.refuse(w, r, fault.New(fault.NotFound, "There is no such webhook."))
	}
	source := admission.Source{Org: account.Org, Channel: account.ID}
	h.known.Store(account.ID, source)
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, bodyMax))
	if err != nil {
		var tooLarge *http.MaxBytesError
		if !errors.As(err, &tooLarge) {
			err = fault.Wrap(err, fault.Malformed, "The body could not be read.")
		}
		return h.refuse(w, r, err)
	}
	leave, err := h.Gate.Enter(r.Context(), source, len(body))
	if err != nil {
		return h.refuse(w, r, err)
	}
	kinds, err := h.Receiver.Receive(r.Context(), account, reader, request(account, r, body))
	leave()
	if err != nil {
		h.unsigned(account, err)
		return h.refuse(w, r, err)
	}
	h.Health.HookTaken(account.Org, account.ID)
	h.count(r, "ok")
	h.Log.DebugContext(r.Context(), "webhook kept", "trace", trace.ID(r.Context()), "channel", account.ID, "events", kinds)
	if answer, ok := connector.(channel.WebhookAnswer); ok {
		contentType, text := answer.Answer()
		w.Header().Set("Content-Type", contentType)
		_, _ = io.WriteString(w, text)
		return nil
	}
	w.WriteHeader(http.StatusOK)
	return nil
}

func (h *Handler) unsigned(account channel.Account, err error) {
	if fault.CodeOf(err) == fault.BadSignature {
		h.Health.HookRefused(account.Org, account.ID)
	}
}

// refuse answers an error, and gives it back.
func (h *Handler) refuse(w http.ResponseWriter, r *http.Request, err error) error {
	outcome := string(fault.CodeOf(err))
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		outcome = string(fault.TooLarge)
	}
	h.count(r, outcome)
	level := slog.LevelWarn
	if outcome == string(fault.Unavailable) {
		level = slog.LevelDebug // counted; what the database had to do with it is logged with its cause
	}
	h.Log.Log(r.Context(), level, "webhook refused", "trace", trace.ID(r.Context()), "type", r.PathValue("type"), "channel", r.PathValue("channel_id"), "code", outcome)
	problem.Write(w, r, err)
	return err
}

// count keeps label values bounded: a type that no connector has is "other".
func (h *Handler) count(r *http.Request, outcome string) {
	hook := r.PathValue("type")
	if outcome == string(fault.NotFound) {
		hook = "other"
	}
	h.Count(hook, outcome)
}
