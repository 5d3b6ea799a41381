package file

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"net/url"
	"strconv"
	"strings"
	"time"

	"switchboard/internal/fault"
	"switchboard/internal/message"
)

// linkFor is how long a link for a person is good: at least it, at most twice as long. Ends are
// rounded up so that the same file has the same link for a while and browsers keep what they have.
const linkFor = 15 * time.Minute

// Path is the beginning of every link's path: /files/{org}/{id}/{name}.
const Path = "/files/"

// Links signs and checks links to files. A link needs no other credentials: it is one.
type Links struct {
	// Base is the origin that serves files, without a slash at its end: one that holds no sessions.
	Base string
	// Key is secret to this installation.
	Key []byte
}

// Sign fills in the file's link, good for a while from now. A file without an id has none.
func (l Links) Sign(org message.OrgID, f *message.File) {
	if f == nil || f.ID.IsZero() {
		return
	}
	f.URL = l.Until(org, *f, time.Now().Add(linkFor).Truncate(linkFor).Add(linkFor))
}

// Until is a link that is good up to an end: for providers that fetch what we send, and for customers
// whose channel doesn't take the file itself.
func (l Links) Until(org message.OrgID, f message.File, end time.Time) string {
	exp := end.Unix()
	return l.Base + Path + org.String() + "/" + f.ID.String() + "/" + url.PathEscape(f.Name) +
		"?exp=" + strconv.FormatInt(exp, 10) + "&sig=" + l.signature(org, f.ID, exp)
}

func (l Links) signature(org message.OrgID, id message.FileID, exp int64) string {
	h := hmac.New(sha256.New, l.Key)
	h.Write([]byte("file link 1\x00"))
	h.Write(org[:])
	h.Write(id[:])
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(exp)))
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:18])
}

// Link is what a link says, once it has been checked.
type Link struct {
	Org  message.OrgID
	ID   message.FileID
	Ends time.Time
}

// Check reads a link's path and query. A link that is wrong or over is fault.NotFound: which of both
// is nobody's business.
func (l Links) Check(path string, query url.Values, now time.Time) (Link, error) {
	gone := fault.New(fault.NotFound, "This link is no longer good. Open the file again from where you found it, or ask for it again.")
	parts := strings.SplitN(strings.TrimPrefix(path, Path), "/", 3)
	if !strings.HasPrefix(path, Path) || len(parts) < 2 {
		return Link{}, gone
	}
	org, orgErr := message.ParseID[message.OrgID](parts[0])
	id, idErr := message.ParseID[message.FileID](parts[1])
	exp, expErr := strconv.ParseInt(query.Get("exp"), 10, 64)
	if orgErr != nil || idErr != nil || expErr != nil {
		return Link{}, gone
	}
	if !hmac.Equal([]byte(query.Get("sig")), []byte(l.signature(org, id, exp))) || now.Unix() >= exp {
		return Link{}, gone
	}
	return Link{Org: org, ID: id, Ends: time.Unix(exp, 0)}, nil
}
