// Package inbound takes what providers call us with and makes it part of conversations: verified,
// parsed by the connector, once (promise 2), in one transaction that is committed before the provider
// hears 200 (promise 1). Receipts settle entries, in whatever order they come. What a connector can't
// read goes to quarantine; files are fetched after the commit by a durable job. Web and in-app
// customers come in by the customer room instead.
package inbound
