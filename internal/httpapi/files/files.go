// Package files serves stored files by their signed links. Who may upload is decided where they come in
// (httpapi/staff, httpapi/customer); what a file is, and how long a link is good, is the file room's matter.
package files

import (
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"switchboard/internal/fault"
	"switchboard/internal/file"
	"switchboard/internal/httpapi/problem"
)

// Handler serves everything below file.Path. Mount it on the origin that links name: best one of its
// own, where no cookie of the console is ever sent.
func Handler(files *file.Service) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			w.WriteHeader(http.StatusMethodNotAllowed)
			return
		}
		if err := serve(files, w, r); err != nil {
			refuse(w, r, err)
		}
	})
}

// refuse tells programs in JSON, and a person who opened a link the sentence alone.
func refuse(w http.ResponseWriter, r *http.Request, err error) {
	if !strings.Contains(r.Header.Get("Accept"), "text/html") {
		problem.Write(w, r, err)
		return
	}
	p := problem.From(r.Context(), err)
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(p.Status)
	_, _ = io.WriteString(w, p.Detail+"\n")
}

func serve(files *file.Service, w http.ResponseWriter, r *http.Request) error {
	now := time.Now()
	link, err := files.Links.Check(r.URL.Path, r.URL.Query(), now)
	if err != nil {
		return err
	}
	f, err := files.Get(r.Context(), link.Org, link.ID)
	if err != nil {
		return err
	}
	etag := hex.EncodeToString(f.SHA256[:min(16, len(f.SHA256))])
	var bytes io.ReadSeekCloser
	// What is asked for beside the link is one of few forms, so it needs no signature.
	if r.URL.Query().Has("small") && file.HasSmall(f.Type) {
		etag += "-small"
		bytes, f.Type, err = files.Small(r.Context(), f)
	} else {
		bytes, err = files.Open(r.Context(), f)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return fault.Wrap(err, fault.NotFound, "This file is no longer here.")
	}
	if err != nil {
		return err
	}
	defer bytes.Close()
	h := w.Header()
	h.Set("Content-Type", contentType(f.Type))
	h.Set("Content-Disposition", disposition(f, r.URL.Query().Has("download")))
	h.Set("Content-Security-Policy", policy(f.Type))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	// A link is all that a file asks for: scripts may read what they have a link to. No cookie comes along.
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Cache-Control", "private, immutable, max-age="+strconv.Itoa(int(link.Ends.Sub(now).Seconds())))
	h.Set("ETag", `"`+etag+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes)
	return nil
}

// shown are the types that browsers show by themselves without running anything of theirs.
func shown(mediaType string) bool {
	switch mediaType {
	case "image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf":
		return true
	}
	return strings.HasPrefix(mediaType, "audio/") || strings.HasPrefix(mediaType, "video/")
}

func disposition(f file.Stored, download bool) string {
	kind := "attachment"
	if shown(f.Type) && !download {
		kind = "inline"
	}
	return mime.FormatMediaType(kind, map[string]string{"filename": f.Name})
}

// contentType never lets a browser read a file as a page.
func contentType(mediaType string) string {
	switch {
	case shown(mediaType):
		return mediaType
	case strings.HasPrefix(mediaType, "text/"):
		return "text/plain; charset=utf-8"
	}
	return "application/octet-stream"
}

// policy forbids a file everything when it is opened by itself. PDF readers don't start in a sandbox.
func policy(mediaType string) string {
	const nothing = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'"
	if mediaType == "application/pdf" {
		return nothing + "; object-src 'self'; frame-ancestors 'none'"
	}
	return nothing + "; sandbox"
}
