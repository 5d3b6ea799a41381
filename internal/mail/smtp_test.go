package mail

import (
	"bufio"
	"fmt"
	"net"
	"strings"
	"testing"
)

// server takes one e-mail, as RFC 5321 has it, and hands out what was said.
func server(t *testing.T) (address string, said <-chan string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	out := make(chan string, 1)
	go func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		var all strings.Builder
		lines := bufio.NewScanner(conn)
		fmt.Fprint(conn, "220 here\r\n")
		data := false
		for lines.Scan() {
			line := lines.Text()
			all.WriteString(line + "\n")
			switch {
			case data && line == ".":
				data = false
				fmt.Fprint(conn, "250 taken\r\n")
			case data:
			case line == "DATA":
				data = true
				fmt.Fprint(conn, "354 go on\r\n")
			case line == "QUIT":
				fmt.Fprint(conn, "221 bye\r\n")
				out <- all.String()
				return
			default:
				fmt.Fprint(conn, "250 ok\r\n")
			}
		}
	}()
	return l.Addr().String(), out
}

func TestSendHandsOver(t *testing.T) {
	address, said := server(t)
	s, err := Parse("smtp://" + address + "?from=" + "Switchboard%20%3Chello%40example.com%3E")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Send(t.Context(), "ada@example.com", "Grüße\r\nBcc: evil@example.com", "Line one\nhttps://x/invite/1"); err != nil {
		t.Fatal(err)
	}
	got := <-said
	for _, want := range []string{"MAIL FROM:<hello@example.com>", "RCPT TO:<ada@example.com>", "Subject: =?utf-8?q?", "https://x/invite/1"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in\n%s", want, got)
		}
	}
	if strings.Contains(got, "\nBcc:") {
		t.Errorf("a header came in by the subject:\n%s", got)
	}
}

func TestParseRefusesWithoutRepeatingThePassword(t *testing.T) {
	for _, text := range []string{"http://u:secret@h?from=a@b.c", "smtp://u:secret@h", "smtp://u:secret@?from=a@b.c"} {
		if _, err := Parse(text); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", text, err)
		}
	}
}
