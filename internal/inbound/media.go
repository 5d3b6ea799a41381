package inbound

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"switchboard/internal/channel"
	"switchboard/internal/conversation"
	"switchboard/internal/failpoint"
	"switchboard/internal/fault"
	"switchboard/internal/job"
	"switchboard/internal/message"
)

// JobMedia fetches the file of an inbound entry; the key is the entry's id, the payload a
// channel.MediaRef.
const JobMedia = "media.fetch"

// mediaAttempts is how often a file is tried to be fetched: about an hour with the job's back-off.
const mediaAttempts = 12

// mediaMax is the largest file we take from any provider, in bytes (WhatsApp documents: 100 MB).
const mediaMax = 100 << 20

// Media fetches files that customers sent over a provider.
type Media struct {
	Write func(ctx context.Context, org message.OrgID, fn func(Tx) error) error
	// Account finds a channel's account and connector.
	Account func(ctx context.Context, org message.OrgID, c message.ChannelID) (channel.Account, channel.Connector, error)
	// Save keeps a file and finds out its type by content. It refuses over limit bytes.
	Save func(ctx context.Context, org message.OrgID, name, claimedType string, body io.Reader, limit int64) (message.File, error)
}

// Fetch is the job's handler. When the file can't be had for good, the entry says so.
func (m *Media) Fetch(ctx context.Context, j job.Job) error {
	id, err := message.ParseID[message.EntryID](j.Key)
	if err != nil {
		return errors.Join(job.ErrGiveUp, err)
	}
	var ref channel.MediaRef
	if err := json.Unmarshal([]byte(j.Payload), &ref); err != nil {
		return errors.Join(job.ErrGiveUp, err)
	}
	var entry conversation.Entry
	var channelID message.ChannelID
	err = m.Write(ctx, j.Org, func(tx Tx) error {
		if entry, err = tx.Entry(id); err != nil {
			return err
		}
		c, err := tx.Conversation(entry.Conversation)
		channelID = c.Channel
		return err
	})
	if err != nil {
		return err
	}
	if entry.Content.File == nil || !entry.Content.File.ID.IsZero() {
		return nil // done before a crash
	}
	file, err := m.fetch(ctx, j.Org, channelID, ref)
	final := err != nil && (j.Attempts >= mediaAttempts || isFinal(err))
	if err != nil && !final {
		return err
	}
	failpoint.Hit("media.fetched")
	settle := m.Write(ctx, j.Org, func(tx Tx) error {
		entry, err := tx.Entry(id)
		if err != nil {
			return err
		}
		if final {
			entry.Content.File.Error = "The file could not be fetched from the provider."
			return tx.SaveContent(&entry)
		}
		bound, err := tx.BindFile(file.ID, entry.Conversation, message.RowID{})
		if err != nil {
			return err
		}
		bound.Voice, bound.Sticker = entry.Content.File.Voice, entry.Content.File.Sticker
		entry.Content.File = &bound
		return tx.SaveContent(&entry)
	})
	if settle != nil || !final {
		return settle
	}
	return errors.Join(job.ErrGiveUp, err)
}

func (m *Media) fetch(ctx context.Context, org message.OrgID, c message.ChannelID, ref channel.MediaRef) (message.File, error) {
	account, connector, err := m.Account(ctx, org, c)
	if err != nil {
		return message.File{}, err
	}
	fetcher, ok := connector.(channel.MediaFetcher)
	if !ok {
		return message.File{}, errors.Join(job.ErrGiveUp, fmt.Errorf("%s fetches no files", connector.Type()))
	}
	body, err := fetcher.FetchMedia(ctx, account, ref)
	if err != nil {
		return message.File{}, err
	}
	defer body.Close()
	return m.Save(ctx, org, ref.Name, ref.Type, body, mediaMax)
}

// isFinal: trying again gives the same answer.
func isFinal(err error) bool {
	var d *fault.Delivery
	if errors.As(err, &d) {
		return d.Outcome == fault.Refused
	}
	switch fault.CodeOf(err) {
	case fault.TooLarge, fault.Unprocessable, fault.NotFound:
		return true
	}
	return errors.Is(err, job.ErrGiveUp)
}
