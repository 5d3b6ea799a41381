// Package resource holds the JSON of what the staff API and the realtime feed show: one type for
// each noun, the same over HTTP and on a socket. The types carry no rules; store fills them, httpapi
// and realtime hand them out. Times are RFC 3339 UTC, ids are UUIDv7, absent parts are left out.
package resource
