package staff

import (
	_ "embed"
	"encoding/json"
	"maps"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"switchboard/internal/fault"
	"switchboard/internal/httpapi/problem"
	"switchboard/internal/staff"
)

//go:embed docs.html
var docsPage []byte

//go:embed docs.js
var docsScript []byte

// document serves the description of the API and its readable form, which loads nothing from elsewhere.
func (a *API) document() {
	socket := a.operation(http.MethodGet, "/realtime", staff.ConversationRead, "Live changes, as a WebSocket")
	socket.Description += " The client says hello, subscribe and unsubscribe; each frame's data equals the resource of the same name."
	socket.Responses = map[string]*huma.Response{"101": {Description: "Switching protocols"}}
	a.huma.OpenAPI().AddOperation(&socket)
	a.mux.HandleFunc("GET /api/openapi.json", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/vnd.oai.openapi+json;version=3.1")
		_ = json.NewEncoder(w).Encode(a.huma.OpenAPI())
	})
	a.mux.HandleFunc("GET /api/docs", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; connect-src 'self'; frame-ancestors 'none'")
		_, _ = w.Write(docsPage)
	})
	a.mux.HandleFunc("GET /api/docs.js", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
		_, _ = w.Write(docsScript)
	})
	a.mux.HandleFunc("GET /api/errors.json", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(errorList())
	})
}

type errorLine struct {
	Code   string `json:"code"`
	Status int    `json:"status"`
	Text   string `json:"text,omitempty"`
	Admin  string `json:"admin,omitempty"`
}

// errorList is every code of the API and every line of the catalogue of delivery errors.
func errorList() map[string][]errorLine {
	var codes, delivery []errorLine
	for _, code := range slices.Sorted(maps.Keys(fault.Codes())) {
		codes = append(codes, errorLine{Code: string(code), Status: problem.Status(code)})
	}
	catalogue := fault.DeliveryCodes()
	for _, code := range slices.Sorted(maps.Keys(catalogue)) {
		delivery = append(delivery, errorLine{Code: string(code), Text: catalogue[code].Agent, Admin: catalogue[code].Admin})
	}
	return map[string][]errorLine{"codes": codes, "delivery_codes": delivery}
}
