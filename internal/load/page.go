package load

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"switchboard/internal/message"
)

// page is a customer on a web page, with the event stream that a widget holds open.
type page struct {
	w            *world
	thread       int
	token        string
	conversation string
	header       string
	wire         *wire

	mu    sync.Mutex
	id    string // of the conversation, as staff know it
	agent *agent
	told  []int // numbers of the replies that came, in order
	last  string
}

// streamBuffer holds a line of an event stream; its mark stands near the beginning.
const streamBuffer = 4096

const customerAPI = "/iamessage/api/v2"

// visit opens the widget: a token, a conversation, the stream, which stays until its own context ends.
func (w *world) visit(ctx, streams context.Context, n int, replied func(at mark)) error {
	web, err := w.ready.Channel("web")
	if err != nil && n > 0 {
		return err
	}
	w.pages = make([]*page, n)
	w.said[kindWeb], w.said[kindReply] = newLedger(kindWeb, n), newLedger(kindReply, n)
	nobody := w.admin.As("")
	err = each(ctx, n, callers, func(ctx context.Context, i int) error {
		var in struct{ AccessToken string }
		if err := nobody.do(ctx, http.MethodPost, customerAPI+"/authorization/unauthenticated/access-token",
			map[string]string{"orgId": w.ready.Org.Key, "esDeveloperName": web.Deployment, "capabilitiesVersion": "1", "platform": "Web"}, &in); err != nil {
			return err
		}
		call, err := newWire(w.ready.URL)
		if err != nil {
			return err
		}
		p := &page{w: w, thread: i, token: in.AccessToken, conversation: message.NewID[message.ConversationID]().String(), wire: call, last: "0"}
		p.header = "Authorization: Bearer " + p.token + "\r\nContent-Type: application/json\r\n"
		if err := nobody.As(p.token).do(ctx, http.MethodPost, customerAPI+"/conversation", map[string]any{"conversationId": p.conversation,
			"esDeveloperName": web.Deployment, "routingAttributes": map[string]string{"_firstName": fmt.Sprintf("Page %d", i+1)}}, nil); err != nil {
			return err
		}
		w.pages[i] = p
		w.running.Go(func() { p.listen(streams, replied) })
		l := w.said[kindWeb]
		at := l.say(i, time.Time{})
		for {
			status, err := p.write(ctx, web.Deployment, at)
			if err == nil && status < 300 {
				l.acknowledge(at)
				return nil
			}
			if err == nil && status < 500 && status != http.StatusTooManyRequests {
				return fmt.Errorf("a customer's message was answered %d", status)
			}
			if !waitUntil(ctx, time.Now().Add(100*time.Millisecond)) {
				return ctx.Err()
			}
		}
	})
	if err != nil {
		return err
	}
	return w.await(ctx, "agents have accepted all web conversations", func() bool {
		for _, p := range w.pages {
			if _, by := p.given(); by == nil {
				return false
			}
		}
		return true
	})
}

func (p *page) give(conversation string, by *agent) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.id, p.agent = conversation, by
}

func (p *page) given() (id string, by *agent) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.id, p.agent
}

// write a message. The id is made of the mark, so that another try is the same message.
func (p *page) write(ctx context.Context, deployment string, at mark) (status int, err error) {
	body := fmt.Appendf(nil, `{"esDeveloperName":%q,"isNewMessagingSession":%t,"message":{"id":"%s","messageType":"StaticContentMessage","staticContent":{"formatType":"Text","text":"%s"}}}`,
		deployment, at.number == 1, webID(p.w.run, at), p.w.marks.text(nil, at))
	status, _, err = p.wire.post(ctx, customerAPI+"/conversation/"+p.conversation+"/message", p.header, body)
	return status, err
}

// webID is the client-made id of a message: a lawful UUID that is the same for the same mark.
func webID(run string, at mark) string {
	return fmt.Sprintf("%s%02x-%04x-7%03x-8%03x-%012x", run, byte(at.kind), at.thread>>12&0xffff, at.thread&0xfff, 0, at.number)
}

// listen follows the stream, and comes back with its last number when it is cut.
func (p *page) listen(ctx context.Context, replied func(at mark)) {
	for ctx.Err() == nil {
		_ = p.stream(ctx, replied)
		waitUntil(ctx, time.Now().Add(100*time.Millisecond))
	}
}

// openStream asks for the event stream and returns the connection once the server has answered.
func openStream(ctx context.Context, target *url.URL, orgKey, token, last string) (stream *bufio.Reader, hangUp func(), err error) {
	conn, err := dial(ctx, target)
	if err != nil {
		return nil, nil, err
	}
	in := bufio.NewReaderSize(conn, streamBuffer)
	_, err = fmt.Fprintf(conn, "GET /eventrouter/v1/sse HTTP/1.1\r\nHost: %s\r\nAccept: text/event-stream\r\nAuthorization: Bearer %s\r\nX-Org-Id: %s\r\nLast-Event-Id: %s\r\n\r\n",
		target.Host, token, orgKey, last)
	var line []byte
	if err == nil {
		line, err = in.ReadSlice('\n')
	}
	if err == nil && !bytes.Contains(line, []byte(" 200 ")) {
		err = fmt.Errorf("the stream was answered %q", line)
	}
	if err != nil {
		conn.Close()
		return nil, nil, err
	}
	return in, func() { conn.Close() }, nil
}

func (p *page) stream(ctx context.Context, replied func(at mark)) error {
	in, hangUp, err := openStream(ctx, p.wire.target, p.w.ready.Org.Key, p.token, p.last)
	if err != nil {
		return err
	}
	defer context.AfterFunc(ctx, hangUp)()
	defer hangUp()
	id := ""
	for {
		line, err := in.ReadSlice('\n')
		if err == bufio.ErrBufferFull { //nolint:errorlint // bufio returns it as it is
			err = nil // the rest of a long line has no mark: texts begin with it
		}
		if err != nil {
			return err
		}
		if number, ok := bytes.CutPrefix(line, []byte("id: ")); ok {
			id = string(bytes.TrimSpace(number))
		} else if id != "" && len(bytes.TrimSpace(line)) == 0 { // the event is whole
			p.last, id = id, ""
		}
		at, ours := p.w.marks.find(line)
		if !ours || at.kind != kindReply || at.thread != p.thread {
			continue
		}
		p.mu.Lock()
		p.told = append(p.told, at.number)
		p.mu.Unlock()
		replied(at)
	}
}
