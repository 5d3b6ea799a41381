package setup

import (
	"context"
	"io"
	"net/mail"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"switchboard/internal/channel"
	"switchboard/internal/fault"
	"switchboard/internal/file"
	"switchboard/internal/message"
)

// ProfileSpec is what an administrator writes about the business, for its customers to see (CH-9).
type ProfileSpec struct {
	About       string   `json:"about,omitempty" maxLength:"1000" doc:"one line under the picture; what is there stays when this is empty"`
	Address     string   `json:"address,omitempty" maxLength:"2000"`
	Description string   `json:"description,omitempty" maxLength:"2000"`
	Email       string   `json:"email,omitempty" maxLength:"400"`
	Websites    []string `json:"websites,omitempty" maxItems:"10"`
	Vertical    string   `json:"vertical,omitempty" maxLength:"40" doc:"one of rules.verticals"`
	// Picture is an upload; none keeps the present one.
	Picture message.FileID `json:"picture_file_id,omitempty" doc:"an upload of yours: png or jpeg, at least 640 × 640"`
}

// Profile is what customers see of a channel's business, with what may be written there.
func (s *Service) Profile(ctx context.Context, org message.OrgID, id message.ChannelID) (channel.Profile, channel.ProfileRules, error) {
	account, connector, err := s.Account(ctx, org, id)
	if err != nil {
		return channel.Profile{}, channel.ProfileRules{}, err
	}
	reader, ok := connector.(channel.ProfileReader)
	if !ok {
		return channel.Profile{}, channel.ProfileRules{}, fault.New(fault.CapabilityMissing, "This channel has no profile of the business.")
	}
	ctx, cancel := context.WithTimeout(ctx, probeFor)
	defer cancel()
	p, err := reader.Profile(ctx, account)
	if p.Websites == nil {
		p.Websites = []string{}
	}
	return p, reader.ProfileRules(), asked(err)
}

// SaveProfile checks and writes it. by is who uploaded the picture: nobody else's is taken.
func (s *Service) SaveProfile(ctx context.Context, org message.OrgID, id message.ChannelID, by message.UserID, spec ProfileSpec) error {
	account, connector, err := s.Account(ctx, org, id)
	if err != nil {
		return err
	}
	reader, readable := connector.(channel.ProfileReader)
	writer, writable := connector.(channel.ProfileWriter)
	if !readable || !writable {
		return fault.New(fault.CapabilityMissing, "This channel has no profile that can be changed here.")
	}
	rules := reader.ProfileRules()
	p, err := checkProfile(rules, spec)
	if err != nil {
		return err
	}
	picture, err := s.picture(ctx, org, by, spec.Picture, rules)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, probeFor)
	defer cancel()
	return asked(writer.SaveProfile(ctx, account, p, picture))
}

// checkProfile says all that is wrong at once.
func checkProfile(rules channel.ProfileRules, spec ProfileSpec) (channel.Profile, error) {
	p := channel.Profile{About: strings.TrimSpace(spec.About), Address: strings.TrimSpace(spec.Address), Description: strings.TrimSpace(spec.Description),
		Email: strings.TrimSpace(spec.Email), Vertical: spec.Vertical}
	bad := map[string]fault.Sentence{}
	for field, part := range map[string]struct {
		text string
		max  int
	}{"about": {p.About, rules.AboutMax}, "address": {p.Address, rules.AddressMax}, "description": {p.Description, rules.DescriptionMax}, "email": {p.Email, rules.EmailMax}} {
		if n := utf8.RuneCountInString(part.text); n > part.max {
			bad[field] = fault.Say("This has %d characters; at most %d are allowed.", n, part.max)
		}
	}
	if address, err := mail.ParseAddress(p.Email); p.Email != "" && (err != nil || address.Address != p.Email) {
		bad["email"] = fault.Say("This is not an e-mail address.")
	}
	if p.Vertical != "" && !slices.Contains(rules.Verticals, p.Vertical) {
		bad["vertical"] = fault.Say("The provider knows no such kind of business.")
	}
	for i, site := range spec.Websites {
		if site = strings.TrimSpace(site); site == "" {
			continue
		}
		u, err := url.Parse(site)
		switch {
		case err != nil || u.Scheme != "http" && u.Scheme != "https" || !strings.Contains(u.Hostname(), "."):
			bad["websites."+strconv.Itoa(i)] = fault.Say("Write a whole address, such as https://example.com.")
		case utf8.RuneCountInString(site) > rules.WebsiteMax:
			bad["websites."+strconv.Itoa(i)] = fault.Say("At most %d characters are allowed.", rules.WebsiteMax)
		}
		p.Websites = append(p.Websites, site)
	}
	if len(p.Websites) > rules.WebsitesMax {
		bad["websites"] = fault.Say("At most %d websites are allowed.", rules.WebsitesMax)
	}
	if len(bad) == 0 {
		return p, nil
	}
	e := fault.New(fault.Unprocessable, "Some parts of the profile can't be taken.")
	e.Fields = bad
	return p, e
}

// picture finds the upload and checks that the provider takes it.
func (s *Service) picture(ctx context.Context, org message.OrgID, by message.UserID, id message.FileID, rules channel.ProfileRules) (*channel.Picture, error) {
	if id.IsZero() {
		return nil, nil
	}
	const field = "picture_file_id"
	f, err := s.File(ctx, org, id)
	switch {
	case fault.CodeOf(err) == fault.NotFound, err == nil && f.By != (file.By{User: by}):
		return nil, fault.Invalid(field, "There is no such upload of yours.")
	case err != nil:
		return nil, err
	case !slices.Contains(rules.PictureTypes, f.Type):
		return nil, fault.Invalid(field, "The picture must be a PNG or a JPEG.")
	case f.Width < rules.PictureMin || f.Height < rules.PictureMin:
		return nil, fault.Invalid(field, "The picture has %d × %d pixels; at least %d × %d are needed.", f.Width, f.Height, rules.PictureMin, rules.PictureMin)
	case f.Size > rules.PictureBytes:
		return nil, fault.Invalid(field, "The picture has %.1f MB; at most %d MB are allowed.", float64(f.Size)/(1<<20), rules.PictureBytes>>20)
	}
	return &channel.Picture{Name: f.Name, Type: f.Type, Size: f.Size,
		Open: func(ctx context.Context) (io.ReadCloser, error) { return s.OpenFile(ctx, org, id) }}, nil
}
