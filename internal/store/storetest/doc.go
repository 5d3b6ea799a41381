// Package storetest gives tests a real database of each kind: SQLite in a file, and PostgreSQL from
// the binaries installed on this machine, started once for a test program and gone when it ends.
// Nothing here is used outside of tests.
package storetest
