package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"

	"switchboard/internal/identity"
)

type tokenCmd struct {
	Issuer  string        `required:"" help:"Issuer of the keyset: iss of the token."`
	Subject string        `required:"" help:"Whom the token signs in: its sub."`
	Life    time.Duration `help:"How long it is good." default:"1h"`
	KID     string        `name:"kid" help:"Id of the key pair that is made." default:"test"`
	Key     string        `help:"File with the private key of a pair that was made before, as a JWK: then the token alone is printed." type:"existingfile"`
}

// Run prints what set-up's page makes as well. It knows no database: the public key is uploaded by whoever
// may.
func (c *tokenCmd) Run() error { return c.print(os.Stdout) }

func (c *tokenCmd) print(out io.Writer) error {
	pair, err := c.pair()
	if err != nil {
		return err
	}
	token, err := pair.Sign(c.Issuer, c.Subject, time.Now(), c.Life)
	if err != nil {
		return err
	}
	if c.Key != "" {
		_, err = fmt.Fprintln(out, token)
		return err
	}
	e := json.NewEncoder(out)
	e.SetIndent("", "  ")
	return e.Encode(map[string]any{"public_jwk": pair.Public, "private_jwk": pair.Private, "token": token})
}

func (c *tokenCmd) pair() (identity.Pair, error) {
	if c.Key == "" {
		return identity.NewPair(c.KID)
	}
	private, err := os.ReadFile(c.Key)
	if err != nil {
		return identity.Pair{}, err
	}
	pair, err := identity.ReadPair(private)
	if err != nil {
		return pair, fmt.Errorf("%s: %w", c.Key, err)
	}
	return pair, nil
}
