package channel

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"switchboard/internal/message"
)

// Way is how a file may travel out over a channel (CH-23).
type Way string

// Ways. A link is the nearest form for what a channel doesn't take as a file.
const (
	WayFile     Way = "file"
	WayShrink   Way = "shrink" // as a file, once it is smaller
	WayLink     Way = "link"
	WayTooLarge Way = "too_large"
	WayNone     Way = "none"
)

// FileOut says how a file of this media type and size may be sent.
func (c Capabilities) FileOut(mediaType string, size int64) Way {
	_, way := c.RuleOut(mediaType, size)
	return way
}

// RuleOut is FileOut with the rule that decides. The first rule that takes the file as a file wins, then
// the first that takes it as a link.
func (c Capabilities) RuleOut(mediaType string, size int64) (rule FileRule, way Way) {
	way = WayNone
	for _, r := range c.FilesOut {
		if !r.Takes(mediaType) {
			continue
		}
		switch {
		case size <= r.MaxBytes:
			return r, WayFile
		case r.ShrinkBytes > 0 && size <= r.ShrinkBytes:
			return r, WayShrink
		case r.AsLinkBytes < 0:
			return r, WayTooLarge
		case size <= r.AsLinkBytes && way != WayLink:
			rule, way = r, WayLink
		case way == WayNone:
			rule, way = r, WayTooLarge
		}
	}
	return rule, way
}

// Beginning is the part of a long text that an entry shows where the whole is kept as a file: at most
// limit bytes, cut between words where there are any.
func Beginning(text string, limit int) string {
	const more = "…"
	if len(text) <= limit {
		return text
	}
	end := max(0, limit-len(more))
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	if space := strings.LastIndexAny(text[:end], " \n\t"); space > max(0, end-wordMost) {
		end = space
	}
	return strings.TrimRight(text[:max(0, end)], " \n\t") + more
}

// wordMost is how far back the end of a word is looked for, in bytes.
const wordMost = 200

// IsPicture reports whether a media type is one that MMS carries as a picture (CH-8).
func IsPicture(mediaType string) bool {
	return mediaType == "image/jpeg" || mediaType == "image/png" || mediaType == "image/gif"
}

// Takes reports whether the rule is about this media type. Parameters ("; codecs=opus") don't count.
func (r FileRule) Takes(mediaType string) bool {
	mediaType, _, _ = strings.Cut(mediaType, ";")
	mediaType = strings.ToLower(strings.TrimSpace(mediaType))
	for _, t := range r.Types {
		if t == mediaType || t == "*/*" {
			return true
		}
		if family, ok := strings.CutSuffix(t, "/*"); ok && strings.HasPrefix(mediaType, family+"/") {
			return true
		}
	}
	return false
}

// Numbered writes a question's options as a numbered list under its text: the nearest form where a
// channel has no buttons (CH-23).
func Numbered(text string, options []message.Option) string {
	var b strings.Builder
	b.WriteString(text)
	for i, o := range options {
		if b.Len() > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(strconv.Itoa(i+1) + ". " + o.Title)
	}
	return b.String()
}

// WithLink puts a file's link under the text.
func WithLink(text, link string) string {
	if text == "" {
		return link
	}
	return text + "\n" + link
}

// FileName stands in for the name that a channel doesn't carry: "Photo.jpg".
func FileName(mediaType string) string {
	mediaType, _, _ = strings.Cut(strings.ToLower(mediaType), ";")
	family, sub, _ := strings.Cut(strings.TrimSpace(mediaType), "/")
	kind := map[string]string{"image": "Photo", "audio": "Audio", "video": "Video"}[family]
	if kind == "" {
		return "File"
	}
	usual := map[string]string{"jpeg": "jpg", "mpeg": "mp3", "3gpp": "3gp", "quicktime": "mov"}
	if family == "audio" {
		usual["mp4"] = "m4a"
	}
	if short := usual[sub]; short != "" {
		sub = short
	}
	if sub == "" || strings.Trim(sub, "abcdefghijklmnopqrstuvwxyz0123456789") != "" {
		return kind
	}
	return kind + "." + sub
}
