package customer

import (
	"net/http"
	"strconv"

	"switchboard/internal/customer"
	"switchboard/internal/fault"
)

type admitBody struct {
	OrgID                 string `json:"orgId"`
	DeveloperName         string `json:"esDeveloperName"`
	DeviceID              string `json:"deviceId"`
	Language              string `json:"language"`
	AuthorizationType     string `json:"authorizationType"`
	CustomerIdentityToken string `json:"customerIdentityToken"`
	// UnverifiedAccessToken is ours: with which the same browser came in before.
	UnverifiedAccessToken string `json:"unverifiedAccessToken"`
}

// letIn lets somebody in once it is their turn to write.
type letIn func() (customer.Admission, error)

// admit gives an unverified visitor a token and the deployment's configuration.
func (a *API) admit(w http.ResponseWriter, r *http.Request) error {
	return a.admitted(w, r, func(body *admitBody, d *customer.Deployment) (letIn, error) {
		return func() (customer.Admission, error) {
			return a.Customers.Admit(r.Context(), d, body.DeviceID, body.Language)
		}, nil
	})
}

// admitVerified gives one to a customer whose identity token is good.
func (a *API) admitVerified(w http.ResponseWriter, r *http.Request) error {
	return a.admitted(w, r, func(body *admitBody, d *customer.Deployment) (letIn, error) {
		if body.AuthorizationType != "" && body.AuthorizationType != "JWT" {
			return nil, malformed("authorizationType", "The only authorizationType is JWT.")
		}
		// Keys may have to be fetched: that waits for nobody's turn.
		who, err := a.Customers.Identify(r.Context(), d, body.CustomerIdentityToken)
		return func() (customer.Admission, error) {
			return a.Customers.AdmitVerified(r.Context(), d, who, body.UnverifiedAccessToken, body.DeviceID, body.Language)
		}, err
	})
}

func (a *API) admitted(w http.ResponseWriter, r *http.Request, by func(*admitBody, *customer.Deployment) (letIn, error)) error {
	var body admitBody
	if err := readJSON(w, r, &body); err != nil {
		return err
	}
	d, err := a.published(r, body.OrgID, body.DeveloperName)
	if err != nil {
		return err
	}
	asked := body.Language
	if asked == "" {
		body.Language = firstLanguage(r.Header.Get("Accept-Language"))
	}
	enter, err := by(&body, d)
	if err != nil {
		return err
	}
	done, err := a.inTurn(r, d)
	if err != nil {
		return err
	}
	defer done()
	t, err := enter()
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, map[string]any{
		"accessToken": t.Token,
		"lastEventId": strconv.FormatInt(t.EventSeq, 10),
		"expiresAt":   t.ExpiresAt.UnixMilli(),
		"context": map[string]any{
			"deviceId":      t.Device,
			"endUser":       map[string]any{"appType": appEndUser, "role": roleEndUser, "subject": t.Customer.String()},
			"configuration": configuration(d, asked),
		},
	})
}

func (a *API) published(r *http.Request, org, name string) (*customer.Deployment, error) {
	if org == "" || name == "" {
		e := fault.New(fault.Malformed, "The organisation's key and the deployment's name are needed.")
		e.Fields = map[string]fault.Sentence{}
		named := "esDeveloperName" // of a body
		if r.Method == http.MethodGet {
			named = "esConfigName"
		}
		for property, value := range map[string]string{"orgId": org, named: name} {
			if value == "" {
				e.Fields[property] = fault.Say("This is needed.")
			}
		}
		return nil, e
	}
	d, err := a.Customers.Published(r.Context(), orgKey(org), name)
	if err != nil {
		return nil, err
	}
	return d, a.allowOrigin(r, d)
}

func (a *API) continueToken(w http.ResponseWriter, r *http.Request, v *customer.Visitor) error {
	secret, err := a.Customers.Continue(r.Context(), v)
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, map[string]any{"accessToken": secret, "expiresAt": v.ExpiresAt.UnixMilli()})
}

func (a *API) revoke(w http.ResponseWriter, r *http.Request, v *customer.Visitor) error {
	if err := a.Customers.Revoke(r.Context(), v); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
