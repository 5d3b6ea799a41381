package sandbox

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"mime"
	"net/http"
	"strings"

	"github.com/gabriel-vasile/mimetype"

	"switchboard/internal/message"
)

// What is kept of files at most; the oldest go first.
const (
	mediaMax = 128 << 20
	fileMax  = 100 << 20
)

// medium is a file at the provider.
type medium struct {
	id    string
	owner message.ChannelID
	name  string
	kind  string // media type
	bytes []byte
}

type mediaStore struct {
	byID  map[string]*medium
	order []string
	size  int
}

func newMediaStore() mediaStore { return mediaStore{byID: map[string]*medium{}} }

// add keeps a file. The lock is held.
func (st *mediaStore) add(owner message.ChannelID, name, kind string, b []byte) *medium {
	m := &medium{id: serial(16), owner: owner, name: name, kind: kind, bytes: b}
	st.byID[m.id] = m
	st.order = append(st.order, m.id)
	st.size += len(b)
	for st.size > mediaMax && len(st.order) > 1 {
		old := st.order[0]
		st.order = st.order[1:]
		st.size -= len(st.byID[old].bytes)
		delete(st.byID, old)
	}
	return m
}

// serial is a number of n digits, as Meta's ids are.
func serial(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte('0' + rand.IntN(10))
	}
	if b[0] == '0' {
		b[0] = '1'
	}
	return string(b)
}

// fetch gets the file behind a link that the business sent.
func (s *Sandbox) fetch(ctx context.Context, link string) (kind string, b []byte, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, link, nil)
	if err != nil {
		return "", nil, err
	}
	res, err := s.config.HTTP.Do(req)
	if err != nil {
		return "", nil, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return "", nil, fmt.Errorf("the link answers %d", res.StatusCode)
	}
	b, err = io.ReadAll(io.LimitReader(res.Body, fileMax+1))
	if err != nil {
		return "", nil, err
	}
	if len(b) > fileMax {
		return "", nil, fmt.Errorf("the file is larger than %d bytes", fileMax)
	}
	kind, _, _ = mime.ParseMediaType(res.Header.Get("Content-Type"))
	return kind, b, nil
}

// mediaType is what the bytes are, when they say; else what is claimed.
func mediaType(claimed string, b []byte) string {
	found, _, _ := strings.Cut(mimetype.Detect(b).String(), ";")
	claimed, _, _ = strings.Cut(claimed, ";")
	switch {
	case claimed == "", found != "application/octet-stream" && found != "text/plain" && found != "application/zip" && found != "video/webm":
		return found
	}
	return claimed
}

// file describes a kept file for the phone page.
func (m *medium) file() *message.File {
	return &message.File{Name: m.name, Type: m.kind, Size: int64(len(m.bytes)), URL: APIPath + "/media/" + m.id}
}
