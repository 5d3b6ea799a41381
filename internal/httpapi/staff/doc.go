// Package staff is the HTTP API of staff and administrators below /api. routes.go is the table of
// all of it: every route stands there with its permission, and none can be registered without one.
// Handlers translate between HTTP and use cases and decide nothing; what they need is declared in
// deps.go. Faults become answers in httpapi/problem.
package staff
