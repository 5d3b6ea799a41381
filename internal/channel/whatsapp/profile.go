package whatsapp

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"switchboard/internal/channel"
	"switchboard/internal/fault"
)

// pictureMax is the largest picture of a profile, in bytes.
const pictureMax = 5 * megabyte

// ProfileRules of WhatsApp. The description is shorter than the provider's own 512: CH-9.
func (*Connector) ProfileRules() channel.ProfileRules {
	return channel.ProfileRules{
		AboutMax: 139, AddressMax: 256, DescriptionMax: 138, EmailMax: 128, WebsitesMax: 2, WebsiteMax: 256,
		Verticals: []string{"ALCOHOL", "APPAREL", "AUTO", "BEAUTY", "EDU", "ENTERTAIN", "EVENT_PLAN", "FINANCE", "GOVT", "GROCERY", "HEALTH",
			"HOTEL", "NONPROFIT", "ONLINE_GAMBLING", "OTC_DRUGS", "OTHER", "PHYSICAL_GAMBLING", "PROF_SERVICES", "RESTAURANT", "RETAIL", "TRAVEL"},
		PictureTypes: []string{"image/jpeg", "image/png"}, PictureMin: 640, PictureBytes: pictureMax,
	}
}

// Profile reads what customers see.
func (c *Connector) Profile(ctx context.Context, account channel.Account) (channel.Profile, error) {
	ctx, cancel := channel.Limited(ctx, callMax)
	defer cancel()
	var found struct {
		Data []struct {
			About       string   `json:"about"`
			Address     string   `json:"address"`
			Description string   `json:"description"`
			Email       string   `json:"email"`
			Websites    []string `json:"websites"`
			Vertical    string   `json:"vertical"`
			Picture     string   `json:"profile_picture_url"`
		} `json:"data"`
	}
	address := profileURL(account) + "?fields=about,address,description,email,profile_picture_url,websites,vertical"
	if err := c.get(ctx, account, address, &found); err != nil {
		return channel.Profile{}, err
	}
	if len(found.Data) == 0 {
		return channel.Profile{}, nil
	}
	f := found.Data[0]
	p := channel.Profile{About: f.About, Address: f.Address, Description: f.Description, Email: f.Email, Websites: f.Websites, PictureURL: f.Picture}
	if f.Vertical != "UNDEFINED" && f.Vertical != "NOT_A_BIZ" { // the provider's words for "not said"
		p.Vertical = f.Vertical
	}
	return p, nil
}

func profileURL(account channel.Account) string {
	return endpoint(account, account.Settings["phone_number_id"], "whatsapp_business_profile")
}

// SaveProfile writes it, after the picture went up.
func (c *Connector) SaveProfile(ctx context.Context, account channel.Account, p channel.Profile, picture *channel.Picture) error {
	ctx, cancel := channel.Limited(ctx, callMax)
	defer cancel()
	websites := p.Websites
	if websites == nil {
		websites = []string{}
	}
	body := map[string]any{"messaging_product": "whatsapp", "address": p.Address, "description": p.Description, "email": p.Email, "websites": websites}
	if p.About != "" { // the provider refuses an empty one: what was there stays
		body["about"] = p.About
	}
	if p.Vertical != "" {
		body["vertical"] = p.Vertical
	}
	if picture != nil {
		handle, err := c.handle(ctx, account, picture)
		if err != nil {
			return err
		}
		body["profile_picture_handle"] = handle
	}
	return c.ask(ctx, account, profileURL(account), body)
}

// handle uploads a picture by a resumable upload: a session first, then the bytes. The handle that comes
// back stands for the picture.
func (c *Connector) handle(ctx context.Context, account channel.Account, picture *channel.Picture) (string, error) {
	query := url.Values{"file_length": {strconv.FormatInt(picture.Size, 10)}, "file_type": {picture.Type}, "file_name": {picture.Name}}.Encode()
	begin, err := authorised(ctx, account, endpoint(account, "app", "uploads")+"?"+query)
	if err != nil {
		return "", err
	}
	var session struct {
		ID string `json:"id"`
	}
	if err := c.upwards(begin, &session); err != nil || session.ID == "" {
		return "", lost(err)
	}
	body, err := picture.Open(ctx)
	if err != nil {
		return "", err
	}
	defer body.Close()
	send, err := authorised(ctx, account, sessionURL(account, session.ID))
	if err != nil {
		return "", err
	}
	send.Body, send.ContentLength = io.NopCloser(io.LimitReader(body, picture.Size)), picture.Size
	send.Header.Set("file_offset", "0")
	send.Header.Set("Content-Type", picture.Type)
	var up struct {
		Handle string `json:"h"`
	}
	if err := c.upwards(send, &up); err != nil || up.Handle == "" {
		return "", lost(err)
	}
	return up.Handle, nil
}

// sessionURL is where an upload's bytes go. The id is the provider's, with a signature in its query.
func sessionURL(account channel.Account, id string) string {
	name, query, signed := strings.Cut(id, "?")
	address := endpoint(account, name)
	if signed {
		address += "?" + query
	}
	return address
}

func (c *Connector) upwards(req *http.Request, into any) error {
	answer, d := c.caller.Call(req)
	if d != nil {
		return fault.Wrap(d, fault.Unavailable, "The picture can't be brought to the provider now. Try again.")
	}
	if answer.Status != http.StatusOK {
		return lookup(refusal(answer))
	}
	if err := json.Unmarshal(answer.Body, into); err != nil {
		return fmt.Errorf("an upload's answer: %w", err)
	}
	return nil
}

func lost(err error) error {
	if fault.CodeOf(err) == fault.Internal || err == nil {
		return fault.Wrap(err, fault.Unavailable, "The provider's answer to the picture can't be read.")
	}
	return err
}
