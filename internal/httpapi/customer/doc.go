// Package customer is the customer API over HTTP: tokens, conversations, messages, files and the event
// stream, in the paths and bodies that clients of Messaging for In-App and Web know, and the published
// deployment that a widget or an app starts from. What customers may do is decided in internal/customer;
// this package reads bodies, renders events and keeps streams open.
//
// Two answers of the original need a word. 417 (no_session) comes when a deployment asks its pre-chat
// before each session and a message would begin one without it. 412 (stream_not_open) never comes:
// what happens is kept and numbered before it is told, so a client that opens its stream afterwards
// misses nothing, and clients that can't hold a stream open at all may write as well.
package customer
