// Package mail sends e-mails of the house itself: invitations and links to reset a password. Messages
// to customers are channels' matter.
package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"mime"
	"net"
	"net/mail"
	"net/smtp"
	"net/url"
	"strings"
	"time"
)

// sendWithin bounds a whole delivery to the mail server.
const sendWithin = 15 * time.Second

// SMTP hands e-mails to one server.
type SMTP struct {
	address  string // HOST:PORT
	host     string
	user     *url.Userinfo
	from     mail.Address
	implicit bool // TLS from the first byte (smtps)
}

// Parse reads smtp://USER:PASSWORD@HOST:PORT?from=ADDRESS; smtps:// speaks TLS from the first byte,
// smtp:// as soon as the server offers it. Errors never repeat the password.
func Parse(text string) (*SMTP, error) {
	u, err := url.Parse(text)
	if err != nil {
		return nil, errors.New("the address can't be read")
	}
	s := &SMTP{host: u.Hostname(), user: u.User, implicit: u.Scheme == "smtps"}
	port := u.Port()
	switch {
	case u.Scheme != "smtp" && u.Scheme != "smtps" || s.host == "":
		return nil, errors.New("want smtp://USER:PASSWORD@HOST:PORT?from=ADDRESS")
	case port == "" && s.implicit:
		port = "465"
	case port == "":
		port = "587"
	}
	s.address = net.JoinHostPort(s.host, port)
	from, err := mail.ParseAddress(u.Query().Get("from"))
	if err != nil {
		return nil, errors.New("from= is not an e-mail address")
	}
	s.from = *from
	return s, nil
}

// Send hands one e-mail over. A nil error means that the server took it.
func (s *SMTP) Send(ctx context.Context, to, subject, text string) error {
	recipient, err := mail.ParseAddress(to)
	if err != nil {
		return fmt.Errorf("recipient: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, sendWithin)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", s.address)
	if err != nil {
		return err
	}
	defer conn.Close()
	if deadline, ok := ctx.Deadline(); ok {
		if err := conn.SetDeadline(deadline); err != nil {
			return err
		}
	}
	settings := &tls.Config{ServerName: s.host, MinVersion: tls.VersionTLS12}
	if s.implicit {
		conn = tls.Client(conn, settings)
	}
	client, err := smtp.NewClient(conn, s.host)
	if err != nil {
		return err
	}
	if ok, _ := client.Extension("STARTTLS"); ok && !s.implicit {
		if err := client.StartTLS(settings); err != nil {
			return err
		}
	}
	if s.user != nil {
		password, _ := s.user.Password()
		// PlainAuth refuses to tell the password without TLS, except to this very machine.
		if err := client.Auth(smtp.PlainAuth("", s.user.Username(), password, s.host)); err != nil {
			return err
		}
	}
	if err := client.Mail(s.from.Address); err != nil {
		return err
	}
	if err := client.Rcpt(recipient.Address); err != nil {
		return err
	}
	body, err := client.Data()
	if err != nil {
		return err
	}
	if _, err := body.Write(s.compose(*recipient, subject, text)); err != nil {
		return err
	}
	if err := body.Close(); err != nil {
		return err
	}
	return client.Quit()
}

func (s *SMTP) compose(to mail.Address, subject, text string) []byte {
	var b strings.Builder
	for _, h := range [][2]string{
		{"From", s.from.String()}, {"To", to.String()}, {"Subject", mime.QEncoding.Encode("utf-8", subject)},
		{"Date", time.Now().Format(time.RFC1123Z)}, {"MIME-Version", "1.0"},
		{"Content-Type", "text/plain; charset=utf-8"}, {"Content-Transfer-Encoding", "8bit"}, {"Auto-Submitted", "auto-generated"},
	} {
		fmt.Fprintf(&b, "%s: %s\r\n", h[0], h[1])
	}
	b.WriteString("\r\n" + strings.ReplaceAll(text, "\n", "\r\n"))
	return []byte(b.String())
}
