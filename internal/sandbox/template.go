package sandbox

import (
	"regexp"
	"strconv"
)

// Template is a message template as the played provider knows it.
type Template struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Language string `json:"language"`
	Category string `json:"category"` // MARKETING, UTILITY, AUTHENTICATION
	Status   string `json:"status"`   // APPROVED, PENDING, REJECTED, PAUSED, DISABLED
	Header   string `json:"header,omitempty"`
	Body     string `json:"body"`
	Footer   string `json:"footer,omitempty"`
}

// templatesMax is the provider's limit per business account (CH-9).
const templatesMax = 250

// defaultTemplates are approved from the start, but for two that show what else there is.
func defaultTemplates() []Template {
	return []Template{
		{ID: serial(16), Name: "hello_world", Language: "en_US", Category: "UTILITY", Status: "APPROVED", Header: "Hello World", Body: "Welcome and congratulations! This message demonstrates your ability to send a message from here.", Footer: "Sandbox"},
		{ID: serial(16), Name: "follow_up", Language: "en_US", Category: "UTILITY", Status: "APPROVED", Body: "Hi {{1}}, we have an answer to your question. Reply to this message to go on."},
		{ID: serial(16), Name: "follow_up", Language: "de", Category: "UTILITY", Status: "APPROVED", Body: "Hallo {{1}}, wir haben eine Antwort auf Ihre Frage. Antworten Sie einfach auf diese Nachricht."},
		{ID: serial(16), Name: "order_update", Language: "en_US", Category: "UTILITY", Status: "APPROVED", Header: "Order {{1}}", Body: "Hi {{1}}, your order {{2}} is on its way and arrives {{3}}.", Footer: "Thank you for your order"},
		{ID: serial(16), Name: "appointment_reminder", Language: "en_US", Category: "UTILITY", Status: "APPROVED", Body: "Hi {{1}}, see you on {{2}} at {{3}}. Need another time? Just answer here."},
		{ID: serial(16), Name: "winter_sale", Language: "en_US", Category: "MARKETING", Status: "PAUSED", Body: "Hi {{1}}, everything warm is 20% off until Sunday."},
		{ID: serial(16), Name: "review_request", Language: "en_US", Category: "MARKETING", Status: "PENDING", Body: "Hi {{1}}, how was it? Tell us in one sentence."},
	}
}

var placeholder = regexp.MustCompile(`\{\{([0-9]+)\}\}`)

// parameters is how many values a text wants: the highest number in it.
func parameters(text string) int {
	highest := 0
	for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
		if n, err := strconv.Atoi(m[1]); err == nil {
			highest = max(highest, n)
		}
	}
	return highest
}

// filled puts values into a text.
func filled(text string, values []string) string {
	return placeholder.ReplaceAllStringFunc(text, func(s string) string {
		n, err := strconv.Atoi(s[2 : len(s)-2])
		if err != nil || n < 1 || n > len(values) {
			return s
		}
		return values[n-1]
	})
}
