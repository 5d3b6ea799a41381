// Package setup is what administrators configure about what customers meet: channels, deployments of
// the web widget, message templates and quick texts; and what a new organisation begins with. Queues
// and how work is offered are routing's matter, users staff's. It asks providers only where an
// administrator says so: to probe a channel and to fetch its templates.
package setup
