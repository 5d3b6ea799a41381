package staff

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"

	"switchboard/internal/fault"
	"switchboard/internal/file"
	"switchboard/internal/httpapi/problem"
	"switchboard/internal/message"
	"switchboard/internal/resource"
	"switchboard/internal/staff"
)

// upload streams the first file of a multipart form into the store. It reads no further.
func (a *API) upload(w http.ResponseWriter, r *http.Request, p staff.Principal) {
	f, err := a.receive(w, r, p)
	if err != nil {
		problem.Write(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusCreated)
	_ = json.NewEncoder(w).Encode(a.fileResource(p.Org, f))
}

func (a *API) receive(w http.ResponseWriter, r *http.Request, p staff.Principal) (message.File, error) {
	// Room for the form's own lines beside the file.
	r.Body = http.MaxBytesReader(w, r.Body, a.FileMax+64<<10)
	form, err := r.MultipartReader()
	if err != nil {
		return message.File{}, fault.New(fault.Malformed, "Send the file as multipart/form-data, in a part called file.")
	}
	for {
		part, err := form.NextPart()
		var tooLarge *http.MaxBytesError
		switch {
		case errors.As(err, &tooLarge):
			return message.File{}, err
		case errors.Is(err, io.EOF):
			return message.File{}, fault.New(fault.Malformed, "The form has no part called file.")
		case err != nil:
			return message.File{}, fault.Wrap(err, fault.Malformed, "The form can't be read.")
		}
		if part.FormName() == "file" {
			by := file.By{User: p.UserID}
			return a.Files.Save(r.Context(), p.Org, part.FileName(), part.Header.Get("Content-Type"), part, a.FileMax, by)
		}
	}
}

func (a *API) file(ctx context.Context, p staff.Principal, in *oneIn[message.FileID]) (resource.Upload, error) {
	f, err := a.Files.Get(ctx, p.Org, in.ID)
	if err != nil {
		return resource.Upload{}, err
	}
	if own := f.By.User == p.UserID; !own {
		// A file is seen by those who may see its conversation.
		if f.By.Conversation.IsZero() {
			return resource.Upload{}, fault.New(fault.NotFound, "There is no such file.")
		}
		if a.Views.MayRead(ctx, p.Org, viewer(p), f.By.Conversation) != nil {
			return resource.Upload{}, fault.New(fault.NotFound, "There is no such file.")
		}
	}
	return a.fileResource(p.Org, f.File), nil
}

func (a *API) fileResource(org message.OrgID, f message.File) resource.Upload {
	a.SignFile(org, &f)
	return resource.Upload{ID: f.ID, Name: f.Name, Type: f.Type, Size: f.Size, URL: f.URL}
}
