// Package app puts the program together: settings, one constructor order, and the order in which
// things start and stop. It holds no rules; whoever looks for one finds its room named here.
package app
