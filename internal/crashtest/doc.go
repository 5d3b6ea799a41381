// Package crashtest holds tests that run the built program as its users do, and break things around
// it: it is killed under load, stopped, run twice on one database; the disk fills up and the database
// goes away. What was acknowledged before must be there once and in order afterwards (promises 1 to 6
// of docs/architecture.md). Everything is asked through the public surface; how a part works inside is
// the matter of that part's own tests.
package crashtest
