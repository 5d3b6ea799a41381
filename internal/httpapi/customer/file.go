package customer

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"

	"switchboard/internal/customer"
	"switchboard/internal/fault"
	"switchboard/internal/file"
	"switchboard/internal/message"
)

// file takes a message with a file: messageEntry (JSON) and fileData, in this order. The bytes go
// straight to where they are kept.
func (a *API) file(w http.ResponseWriter, r *http.Request, v *customer.Visitor) error {
	if !v.Deployment.Settings.Attachments {
		return fault.New(fault.CapabilityMissing, "Files are switched off here.")
	}
	if _, err := a.Customers.Conversation(r.Context(), v, r.PathValue("id")); err != nil {
		return err
	}
	r.Body = http.MaxBytesReader(w, r.Body, customer.FileMax+bodyMax)
	parts, err := r.MultipartReader()
	if err != nil {
		return fault.Wrap(err, fault.Malformed, "The body is multipart/form-data with messageEntry and fileData.")
	}
	body, err := messageEntry(parts)
	if err != nil {
		return err
	}
	part, err := next(parts, "fileData")
	if err != nil {
		return err
	}
	// The conversation holds the file once the message is kept; until then it may be swept away.
	kept, err := a.Files.Save(r.Context(), v.Org, part.FileName(), part.Header.Get("Content-Type"), part, customer.FileMax,
		file.By{Customer: v.Customer}, customer.FileTypes...)
	if err != nil {
		return inFileData(err)
	}
	draft, err := body.frame()
	if err != nil {
		return err
	}
	draft.Content = message.Content{Text: body.Message.Text, File: &kept}
	return a.say(w, r, v, body, draft)
}

func messageEntry(parts *multipart.Reader) (*messageBody, error) {
	part, err := next(parts, "messageEntry")
	if err != nil {
		return nil, err
	}
	limited := &io.LimitedReader{R: part, N: bodyMax + 1}
	var body messageBody
	err = decode(limited, &body)
	if limited.N <= 0 {
		return nil, fault.New(fault.TooLarge, "messageEntry is too big.")
	}
	return &body, err
}

func next(parts *multipart.Reader, name string) (*multipart.Part, error) {
	part, err := parts.NextPart()
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, err
	case err != nil || part.FormName() != name:
		return nil, fault.New(fault.Malformed, "The body's parts are messageEntry and fileData, in this order.")
	}
	return part, nil
}

// inFileData names the part at fault.
func inFileData(err error) error {
	var f *fault.Error
	if errors.As(err, &f) && f.Code == fault.Unprocessable {
		return f.At("fileData")
	}
	return err
}

// attachment is a Content-Disposition with a name, whatever letters are in it.
func attachment(name string) string {
	return mime.FormatMediaType("attachment", map[string]string{"filename": name})
}
