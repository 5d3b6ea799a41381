package load

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"switchboard/internal/channel"
	"switchboard/internal/channel/whatsapp"
	"switchboard/internal/conversation"
	"switchboard/internal/inbound"
	"switchboard/internal/message"
	"switchboard/internal/privacy"
	"switchboard/internal/resource"
	"switchboard/internal/staff"
	"switchboard/internal/store"
	"switchboard/internal/store/past"
)

// Seeds fills the database of a demo that isn't running, through the store and the functions of real
// conversations, many to a transaction.
type Seeds struct {
	db      *store.DB
	sealer  store.Sealer
	url     string
	org     message.OrgID
	channel channel.Account
	workers int
	run     string
	secrets map[string]string
	made    int
}

// OpenSeeds opens the database of the demo that printed a ready line, with the secret in its folder.
func OpenSeeds(ctx context.Context, ready Ready, dir, database string) (*Seeds, error) {
	s := &Seeds{url: database, workers: 8}
	file := filepath.Join(dir, "secret")
	if database == "" {
		path := filepath.Join(dir, "switchboard.db")
		s.url, s.workers, file = "sqlite:"+path, 2, path+".secret"
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	secret, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(text)))
	if err != nil {
		return nil, err
	}
	envelopes, err := privacy.NewEnvelopes(secret)
	if err != nil {
		return nil, err
	}
	s.sealer = envelopes
	if s.db, err = store.Open(ctx, s.url, envelopes); err != nil {
		return nil, err
	}
	if err := s.find(ctx, ready); err != nil {
		_ = s.db.Close()
		return nil, err
	}
	return s, nil
}

func (s *Seeds) find(ctx context.Context, ready Ready) (err error) {
	if s.org, err = message.ParseID[message.OrgID](ready.Org.ID); err != nil {
		return err
	}
	c, err := ready.Channel("whatsapp")
	if err != nil {
		return err
	}
	id, err := message.ParseID[message.ChannelID](c.ID)
	if err != nil {
		return err
	}
	row, err := s.db.Account(ctx, id)
	s.channel = row.Account
	s.channel.WebhookURL, s.secrets = c.Webhook, c.Secrets
	var random [3]byte
	_, _ = rand.Read(random[:]) // never fails
	s.run = hex.EncodeToString(random[:])
	return err
}

// Close the database.
func (s *Seeds) Close() error { return s.db.Close() }

// SeededAgent is a user who is signed in.
type SeededAgent struct {
	conversation.Staff
	Token string
}

// Agents makes so many users, signed in, who serve some queues or none.
func (s *Seeds) Agents(ctx context.Context, n int, queues []message.QueueID) ([]SeededAgent, error) {
	agents := make([]SeededAgent, n)
	const batch = 100
	for from := 0; from < n; from += batch {
		err := s.db.Write(ctx, s.org, func(tx *store.Tx) error {
			set, _, err := tx.PermissionSetByName(staff.RoleAgent)
			if err != nil {
				return err
			}
			for i := from; i < min(from+batch, n); i++ {
				if agents[i], err = s.agent(tx, set.ID, s.made+i, queues); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	s.made += n
	return agents, nil
}

func (s *Seeds) agent(tx *store.Tx, set message.PermissionSetID, n int, queues []message.QueueID) (a SeededAgent, err error) {
	var random [24]byte
	_, _ = rand.Read(random[:]) // never fails
	a.Token, a.Name = base64.RawURLEncoding.EncodeToString(random[:]), fmt.Sprintf("Agent %d", n+1)
	hash := sha256.Sum256([]byte(a.Token))
	now := tx.Now()
	login := staff.Login{ID: message.NewID[message.LoginID](), Email: fmt.Sprintf("seeded%d.%s@load.example", n, s.run), CreatedAt: now}
	if err := tx.InsertLogin(login); err != nil {
		return a, err
	}
	user := staff.User{ID: message.NewID[message.UserID](), Login: login.ID, Name: a.Name, PermissionSet: set, Capacity: capacity, Active: true,
		JoinedAt: now, CreatedAt: now, Version: 1}
	a.ID = user.ID
	if err := tx.InsertUser(user); err != nil {
		return a, err
	}
	if err := tx.SetUserQueues(user.ID, queues); err != nil {
		return a, err
	}
	return a, tx.InsertToken(staff.Token{Hash: hash[:], User: user.ID, Purpose: staff.PurposeSession, CSRF: "seeded", CreatedAt: now, ExpiresAt: now.Add(14 * 24 * time.Hour)})
}

// topics of seeded conversations; a number among them makes words that are rare.
var topics = []string{"delivery", "invoice", "refund", "address", "warranty", "colour", "size", "order", "parcel", "voucher", "account", "payment", "return", "shelf", "table", "lamp"}

// Conversations writes so many, each with so many messages; the newest open ones are the agents', the others
// have ended. They lie within the last six days, so that the change feed keeps what it would.
func (s *Seeds) Conversations(ctx context.Context, n, messages, open int, agents []SeededAgent) error {
	const batch = 200
	begins, span := time.Now().Add(-6*24*time.Hour), 6*24*time.Hour-time.Hour
	batches := (n + batch - 1) / batch
	return each(ctx, batches, s.workers, func(ctx context.Context, b int) error {
		return s.db.Write(ctx, s.org, func(tx *store.Tx) error {
			for i := b * batch; i < min((b+1)*batch, n); i++ {
				a, b := topics[i%len(topics)], topics[i/len(topics)%len(topics)]
				story := past.Story{Channel: s.channel.ID, Number: fmt.Sprintf("+4477%09d", s.made*1_000_000+i), Key: fmt.Sprintf("seed.%s.%d", s.run, i),
					Profile: message.Profile{Name: fmt.Sprintf("Customer %d", i), Locale: "en", Country: "GB"}, Agent: agents[i%len(agents)].Staff,
					Begins: begins.Add(time.Duration(float64(span) * float64(i) / float64(n))), Open: i >= n-open}
				for m := range messages {
					l := past.Line{Text: fmt.Sprintf("Hello, I have a question about the %s of my %s, number %d. Could you look, please?", a, b, i)}
					if m%2 == 1 {
						l = past.Line{Agent: true, Text: fmt.Sprintf("Of course! The %s of your %s is on its way. Anything else about %d?", a, b, i)}
					}
					story.Lines = append(story.Lines, l)
				}
				if _, err := past.Tell(tx, story); err != nil {
					return err
				}
			}
			return nil
		})
	})
}

// Record lets so many messages come into existing conversations, without HTTP, and returns what the
// database was asked to do for them.
func (s *Seeds) Record(ctx context.Context, messages int) (*store.Recording, float64, error) {
	const talks = 200
	service := inbound.New(store.Writer[inbound.Tx](s.db), func(message.OrgID, message.ConversationID, resource.Author, bool) {}, slog.New(slog.DiscardHandler))
	reader := whatsapp.New(&http.Client{})
	take := func(talk, number int) error {
		body, signature := WhatsAppCall(s.secrets, fmt.Sprintf("4988%08d", talk), fmt.Sprintf("wamid.%s.%d.%d", s.run, talk, number), fmt.Sprintf("Message %d, could you please tell me where my order is? It should be here.", number))
		_, err := service.Receive(ctx, s.channel, reader, channel.WebhookRequest{Method: http.MethodPost, URL: s.channel.WebhookURL,
			Header: http.Header{"X-Hub-Signature-256": {signature}, "Content-Type": {"application/json"}}, Body: body, Received: time.Now()})
		return err
	}
	agents, err := s.Agents(ctx, 1, nil)
	if err != nil {
		return nil, 0, err
	}
	err = s.db.Write(ctx, s.org, func(tx *store.Tx) error {
		for talk := range talks {
			if _, err := past.Tell(tx, past.Story{Channel: s.channel.ID, Number: fmt.Sprintf("+4988%08d", talk), Profile: message.Profile{Name: "Customer"},
				Agent: agents[0].Staff, Lines: []past.Line{{Text: "Hello"}}, Begins: time.Now().Add(-time.Hour), Key: fmt.Sprintf("talk.%s.%d", s.run, talk), Open: true}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, 0, err
	}
	recording := s.db.Record()
	began := time.Now()
	err = each(ctx, talks, talks, func(_ context.Context, talk int) error {
		for n := 1; n <= messages/talks; n++ {
			if err := take(talk, n); err != nil {
				return err
			}
		}
		return nil
	})
	return recording, float64(messages/talks*talks) / time.Since(began).Seconds(), err
}
