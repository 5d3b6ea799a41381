// Package load plays the world around a running server, to measure it and to count what it loses:
// providers with signed webhooks, customers on web pages, agents with live screens. It knows only the
// public surface, but for the limits of the machine and the seeding of databases, which use the store
// beside any server. What breaks while the load runs is the matter of crashtest.
package load
