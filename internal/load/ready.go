package load

import (
	"encoding/json"
	"fmt"
)

// Ready is the line that `switchboard demo` prints when it answers: where, and with which credentials.
type Ready struct {
	URL string `json:"url"`
	Org struct {
		ID  string `json:"id"`
		Key string `json:"key"`
	} `json:"org"`
	APIKey   string         `json:"api_key"`
	Users    []ReadyUser    `json:"users"`
	Channels []ReadyChannel `json:"channels"`
	Sandbox  string         `json:"sandbox"`
}

// ReadyUser is somebody who may sign in.
type ReadyUser struct {
	Email, Password, Role, Name string
}

// ReadyChannel is a channel with what its provider knows of it.
type ReadyChannel struct {
	ID, Type, Provider, Deployment, Address, Webhook string
	Secrets                                          map[string]string
}

// ParseReady reads the line.
func ParseReady(line []byte) (r Ready, err error) {
	if err := json.Unmarshal(line, &r); err != nil || r.URL == "" {
		return r, fmt.Errorf("no ready line of switchboard demo but %.200q", line)
	}
	return r, nil
}

// Channel of a type.
func (r Ready) Channel(kind string) (ReadyChannel, error) {
	for _, c := range r.Channels {
		if c.Type == kind {
			return c, nil
		}
	}
	return ReadyChannel{}, fmt.Errorf("the server has no channel of type %s", kind)
}
