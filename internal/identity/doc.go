// Package identity verifies who a customer is: it reads the public keys with which an organisation's
// identity provider signs, and checks the tokens that customers bring (UV-1, UV-2). Where keys are kept
// and how they are fetched is the matter of store and identity/jwks.
package identity
