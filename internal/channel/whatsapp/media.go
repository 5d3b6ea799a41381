package whatsapp

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strings"
	"unicode/utf8"

	"switchboard/internal/channel"
	"switchboard/internal/fault"
)

// file puts the content's file into the message: by upload or by link, or as a link in the text where
// the channel doesn't take the file itself.
func (c *Connector) file(ctx context.Context, account channel.Account, out channel.Outbound, m *outgoing) *fault.Delivery {
	f, caption := out.Content.File, out.Content.Text
	switch c.Capabilities().FileOut(f.Type, f.Size) {
	case channel.WayLink:
		if out.FileURL == "" {
			return refused(fault.FileTooLarge, "too large for a file, and no link was given")
		}
		return plain(channel.WithLink(caption, out.FileURL), m)
	case channel.WayTooLarge:
		return refused(fault.FileTooLarge, "")
	case channel.WayNone:
		return refused(fault.FileType, "")
	}
	if utf8.RuneCountInString(caption) > captionMax {
		return refused(fault.TextTooLarge, "")
	}
	m.Type = mediaKind(f.Type, caption)
	part := &outMedia{Caption: caption}
	if m.Type == "document" {
		part.Filename = f.Name
	}
	if d := c.place(ctx, account, out, part); d != nil {
		return d
	}
	switch m.Type {
	case "image":
		m.Image = part
	case "video":
		m.Video = part
	case "audio":
		m.Audio = part
	case "sticker":
		m.Sticker = part
	default:
		m.Document = part
	}
	return nil
}

// mediaKind is the provider's name for a file of this type. Audio and stickers take no caption there:
// with one, they go as a document, so that nothing is lost.
func mediaKind(mediaType, caption string) string {
	family, _, _ := strings.Cut(mediaType, "/")
	switch {
	case mediaType == "image/webp" && caption == "":
		return "sticker"
	case mediaType == "image/webp":
		return "document"
	case family == "image", family == "video":
		return family
	case family == "audio" && caption == "":
		return family
	}
	return "document"
}

// place says where the provider finds the bytes: under an id after an upload, or behind our link.
func (c *Connector) place(ctx context.Context, account channel.Account, out channel.Outbound, part *outMedia) *fault.Delivery {
	byLink := account.Settings["media"] == "link"
	if out.FileURL != "" && (byLink || out.FileBody == nil) {
		part.Link = out.FileURL
		return nil
	}
	if out.FileBody == nil {
		return refused(fault.Rejected, "the file has neither a link nor a body")
	}
	id, d := c.upload(ctx, account, out)
	part.ID = id
	return d
}

// uploadType is the media type as the provider wants to hear it: of Ogg files it takes those with Opus,
// and only when that is said. Others don't come here.
func uploadType(mediaType string) string {
	if mediaType == "audio/ogg" {
		return "audio/ogg; codecs=opus"
	}
	return mediaType
}

func (c *Connector) upload(ctx context.Context, account channel.Account, out channel.Outbound) (string, *fault.Delivery) {
	f := out.Content.File
	body, err := out.FileBody(ctx)
	if err != nil {
		return "", &fault.Delivery{Outcome: fault.Later, Code: fault.ServiceFailed, Cause: fmt.Errorf("open the file: %w", err)}
	}
	defer body.Close()

	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	head := textproto.MIMEHeader{}
	head.Set("Content-Disposition", multipart.FileContentDisposition("file", f.Name))
	head.Set("Content-Type", uploadType(f.Type))
	err = w.WriteField("messaging_product", "whatsapp")
	if err == nil {
		err = w.WriteField("type", uploadType(f.Type))
	}
	var part io.Writer
	if err == nil {
		part, err = w.CreatePart(head)
	}
	if err == nil {
		_, err = io.Copy(part, io.LimitReader(body, linkMax))
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return "", &fault.Delivery{Outcome: fault.Later, Code: fault.ServiceFailed, Cause: fmt.Errorf("read the file: %w", err)}
	}

	answer, d := c.post(ctx, account, endpoint(account, account.Settings["phone_number_id"], "media"), w.FormDataContentType(), form.Bytes())
	if d != nil {
		return "", channel.NotTaken(d)
	}
	var taken struct {
		ID string `json:"id"`
	}
	if err := json.Unmarshal(answer.Body, &taken); err != nil || taken.ID == "" {
		return "", &fault.Delivery{Outcome: fault.Later, Code: fault.ServiceFailed, ProviderText: "an upload's answer without an id"}
	}
	return taken.ID, nil
}

// FetchMedia asks for the file's address, then gets it. The token goes to the provider's own hosts only.
func (c *Connector) FetchMedia(ctx context.Context, account channel.Account, ref channel.MediaRef) (io.ReadCloser, error) {
	var found struct {
		URL string `json:"url"`
	}
	if err := c.get(ctx, account, endpoint(account, ref.ID), &found); err != nil {
		return nil, err
	}
	if !channel.Allowed(found.URL, baseURL(account), mediaDomains...) {
		return nil, fault.New(fault.DeliveryFailed, "The provider named an address for the file that is not its own.")
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, found.URL, nil)
	if err != nil {
		return nil, fault.Wrap(err, fault.DeliveryFailed, "The provider named an address for the file that can't be read.")
	}
	req.Header.Set("Authorization", "Bearer "+account.Secrets["access_token"])
	res, err := c.caller.Open(req)
	if err != nil {
		return nil, fault.Wrap(err, fault.Unavailable, "The file can't be fetched from the provider now.")
	}
	if res.StatusCode != http.StatusOK {
		res.Body.Close()
		return nil, lookup(refusal(channel.Answer{Status: res.StatusCode, Header: res.Header}))
	}
	return res.Body, nil
}
