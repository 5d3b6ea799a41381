// Package realtime is the staff's live connection: a WebSocket over which a client subscribes to topics
// and gets, in order and without gaps, what changes on them. One desk per organisation tails the change
// feed, loads what changed once, and hands it to every socket that subscribed to it and may see it. What
// is sent is always the REST resource as it is now. The protocol stands in docs/realtime.md.
//
// The stream of customers is no matter of this package, nor is any rule of who may see what (inbox).
package realtime
