// Package archtest holds the house to its own description: docs/architecture.md lists every room with
// its level, and these tests compare it with the code: who imports whom, what each package says of
// itself, what it keeps in variables, how long its files are, and whether the documents name things
// that exist. Rules about behaviour live in the tests of the rooms themselves.
package archtest
