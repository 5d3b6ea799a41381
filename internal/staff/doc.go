// Package staff is who works here: logins, users, permission sets, sessions of signed-in people and
// API keys of programs. It answers "who is this and what may they do"; where a permission is needed
// is said by the table of routes in httpapi. Queues and presence are routing's matter.
package staff
