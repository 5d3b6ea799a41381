package channel

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"switchboard/internal/fault"
	"switchboard/internal/message"
)

// Check refuses content that the channel can't carry, before anything is stored. segments counts SMS
// segments of a text (CH-7).
func (c Capabilities) Check(content message.Content, segments func(string) int) error {
	switch c.TextUnit {
	case "segments":
		if n := segments(content.Text); n > c.TextMax {
			return tooLong("The text needs %d segments; this channel takes at most %d. Shorten it.", n, c.TextMax)
		}
	default:
		if n := utf8.RuneCountInString(content.Text); n > c.TextMax {
			return tooLong("The text has %d characters; this channel takes at most %d. Shorten it.", n, c.TextMax)
		}
	}
	if content.Template != nil && !c.Templates {
		return fault.New(fault.CapabilityMissing, "This channel has no templates.")
	}
	if content.File != nil {
		return c.checkFile(*content.File)
	}
	return nil
}

func tooLong(text string, args ...any) error {
	e := fault.New(fault.Unprocessable, text, args...)
	e.Delivery, e.Fields = fault.TextTooLarge, map[string]fault.Sentence{"text": e.Sentence}
	return e
}

func (c Capabilities) checkFile(f message.File) error {
	if c.FilesMax == 0 {
		return fault.New(fault.CapabilityMissing, "This channel carries no files.")
	}
	rule, ok := Rule(c.FilesOut, f.Type)
	if !ok {
		e := fault.Invalid("file_id", "This channel doesn't take files of type %s.", f.Type)
		e.Delivery = fault.FileType
		return e
	}
	if limit := max(rule.MaxBytes, rule.AsLinkBytes, rule.ShrinkBytes); f.Size > limit {
		e := fault.Invalid("file_id", "The file has %s; this channel takes at most %s.", megabytes(f.Size), megabytes(limit))
		e.Delivery = fault.FileTooLarge
		return e
	}
	return nil
}

func megabytes(n int64) string {
	return strconv.FormatFloat(math.Ceil(float64(n)/1e4)/100, 'f', -1, 64) + " MB"
}

// Rule finds the rule for a media type.
func Rule(rules []FileRule, mediaType string) (FileRule, bool) {
	mediaType, _, _ = strings.Cut(mediaType, ";")
	for _, r := range rules {
		for _, t := range r.Types {
			if t == mediaType || t == "*/*" || strings.HasSuffix(t, "/*") && strings.HasPrefix(mediaType, strings.TrimSuffix(t, "*")) {
				return r, true
			}
		}
	}
	return FileRule{}, false
}
