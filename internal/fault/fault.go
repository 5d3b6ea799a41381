// Package fault is the one error type that crosses rooms: a code that programs read, a text that is
// safe to show to whoever asked, and a cause that only logs see. The catalogue of delivery errors
// (ER-1) lives beside it. It knows nothing of HTTP: httpapi maps codes to statuses in one place.
package fault

import (
	"errors"
)

// Code is a stable snake_case name for what went wrong. It is part of the public contract.
type Code string

// Codes. The class of a code (see Class) decides the HTTP status.
const (
	Internal        Code = "internal"
	Malformed       Code = "malformed"        // the request can't be read
	Unauthorized    Code = "unauthorized"     // no or unknown credentials
	TokenExpired    Code = "token_expired"    // credentials that were good once
	BadLogin        Code = "bad_login"        // unknown e-mail or wrong password; never says which
	BadSignature    Code = "bad_signature"    // a webhook that its provider did not sign
	IdentityRefused Code = "identity_refused" // an identity token that fails a check; Detail says which
	BadCSRF         Code = "bad_csrf"         // a cookie request without its token
	NoPermission    Code = "no_permission"    // known, but may not
	OriginRefused   Code = "origin_refused"   // a web page outside of the deployment's allowlist
	NotFound        Code = "not_found"        // also for ids of another organisation
	Conflict        Code = "conflict"         // somebody else changed it: If-Match failed or a unique name is taken
	InUse           Code = "in_use"           // can't be deleted while something refers to it
	Unprocessable   Code = "unprocessable"    // readable, but the content is not allowed; Fields says where
	TooLarge        Code = "too_large"        // the body is over the limit of this route
	KeyReused       Code = "idempotency_key_reused"
	RateLimited     Code = "rate_limited"
	Unavailable     Code = "unavailable" // the database or the disk can't take it now; try again

	// State, consent, window and capability (ER-2).
	ConsentRequired      Code = "consent_required"
	OptedOut             Code = "opted_out"
	WindowClosed         Code = "window_closed"
	TemplateRequired     Code = "template_required"
	WrongCountry         Code = "wrong_country"
	UseNotAllowed        Code = "use_not_allowed"
	NoQueue              Code = "no_queue"
	SessionOpen          Code = "session_open"
	NoOpenSession        Code = "no_open_session"
	NotAssigned          Code = "not_assigned"          // the session belongs to another agent
	UnlawfulState        Code = "unlawful_state"        // this transition does not exist
	TransferPending      Code = "transfer_pending"      // the session is on its way to somebody already
	NoTransfer           Code = "no_transfer"           // nothing to withdraw: it was accepted, or never begun
	RecipientUnavailable Code = "recipient_unavailable" // the agent or queue can't have the session now
	OfferGone            Code = "offer_gone"            // expired, withdrawn or taken by somebody else
	CapabilityMissing    Code = "capability_missing"    // the channel can't do that
	ChannelInactive      Code = "channel_inactive"
	LimitReached         Code = "limit_reached"   // no more of this kind; Detail says used, allowed, source
	DailyLimit           Code = "daily_limit"     // the provider's unique customers of 24 hours are used up
	DeliveryFailed       Code = "delivery_failed" // carries a Delivery from the catalogue
	NoSession            Code = "no_session"      // customer API: answered 417, the client shows its pre-chat again
	StreamNotOpen        Code = "stream_not_open" // customer API: answered 412
)

// Class is what kind of refusal a code is.
type Class int

// Classes of codes, each with one HTTP status (the mapping lives in httpapi).
const (
	ClassInternal Class = iota
	ClassMalformed
	ClassUnauthorized
	ClassForbidden
	ClassNotFound
	ClassState
	ClassPrecondition
	ClassExpectation
	ClassTooLarge
	ClassContent
	ClassRate
	ClassUnavailable
)

var classes = map[Code]Class{
	Internal: ClassInternal, Malformed: ClassMalformed,
	Unauthorized: ClassUnauthorized, TokenExpired: ClassUnauthorized, BadLogin: ClassUnauthorized, BadSignature: ClassUnauthorized, IdentityRefused: ClassUnauthorized,
	BadCSRF: ClassForbidden, NoPermission: ClassForbidden, OriginRefused: ClassForbidden,
	NotFound: ClassNotFound,
	Conflict: ClassState, InUse: ClassState, ConsentRequired: ClassState, OptedOut: ClassState, WindowClosed: ClassState,
	TemplateRequired: ClassState, WrongCountry: ClassState, UseNotAllowed: ClassState, NoQueue: ClassState,
	SessionOpen: ClassState, NoOpenSession: ClassState, NotAssigned: ClassState, UnlawfulState: ClassState,
	OfferGone: ClassState, TransferPending: ClassState, NoTransfer: ClassState, RecipientUnavailable: ClassState, CapabilityMissing: ClassState, ChannelInactive: ClassState, LimitReached: ClassState, DailyLimit: ClassState,
	StreamNotOpen: ClassPrecondition, NoSession: ClassExpectation, TooLarge: ClassTooLarge,
	Unprocessable: ClassContent, KeyReused: ClassContent, DeliveryFailed: ClassContent,
	RateLimited: ClassRate, Unavailable: ClassUnavailable,
}

// Class of the code; unknown codes are internal.
func (c Code) Class() Class { return classes[c] }

// Codes lists every code with its class, for the API description and its test.
func Codes() map[Code]Class { return classes }

// Error is a refusal or a failure with everything its reader may need.
type Error struct {
	Code Code
	// Sentence is one or two plain sentences that are safe to show: what happened and what to do.
	Sentence
	// Delivery is set when the catalogue ER-1 applies.
	Delivery DeliveryCode
	// Fields names the inputs at fault, by their JSON path, each with its own plain sentence.
	Fields map[string]Sentence
	// Detail carries machine-readable extras, such as the id of the session that is open.
	Detail map[string]any
	// Cause is for logs only.
	Cause error
}

// New makes an error whose text is safe to show.
func New(code Code, text string, args ...any) *Error {
	return &Error{Code: code, Sentence: Say(text, args...)}
}

// Wrap is New with a cause for the logs.
func Wrap(cause error, code Code, text string, args ...any) *Error {
	return &Error{Code: code, Sentence: Say(text, args...), Cause: cause}
}

// Invalid is an Unprocessable error about one field.
func Invalid(field, text string, args ...any) *Error {
	return New(Unprocessable, text, args...).At(field)
}

// At says which input the whole error is about, and returns the same error.
func (e *Error) At(field string) *Error {
	e.Fields = map[string]Sentence{field: e.Sentence}
	return e
}

// With adds a machine-readable detail and returns the same error.
func (e *Error) With(key string, value any) *Error {
	if e.Detail == nil {
		e.Detail = map[string]any{}
	}
	e.Detail[key] = value
	return e
}

// Error is for logs: code, text and cause.
func (e *Error) Error() string {
	s := string(e.Code)
	if e.Delivery != "" {
		s += " " + string(e.Delivery)
	}
	s += ": " + e.Text
	if e.Cause != nil {
		s += ": " + e.Cause.Error()
	}
	return s
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Cause }

// Is makes errors.Is(err, fault.New(code, "")) compare codes.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code
}

// CodeOf is the code of the first *Error in err's chain, Internal for any other error, "" for nil.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return Internal
}

// Stale compares the version that a change was made against with the present one: Conflict when
// somebody else came first. 0 asks for no comparison.
func Stale(asked, present int64) error {
	if asked == 0 || asked == present {
		return nil
	}
	return New(Conflict, "Somebody else has changed this in the meantime. Load it again.").With("version", present)
}
