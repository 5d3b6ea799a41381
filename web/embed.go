// Package web carries the built web apps (console, widget, phone page, gallery) inside the binary. It only
// holds files: which address serves what, headers and caching are httpapi's matter. The sources beside
// it are built by `make build`; without that, dist holds nothing but .keep.
package web

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// Files is the root of the built apps: console/, widget/, phone/ and gallery/, each with an index.html and
// content-hashed files below assets/.
func Files() fs.FS {
	sub, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // "dist" is a valid path, so fs.Sub can't fail
	}
	return sub
}

// Built reports whether the app ("console", "widget", "phone", "gallery") was built into this binary, so that
// the server can say `make build` where it was not.
func Built(app string) bool {
	_, err := fs.Stat(Files(), app+"/index.html")
	return err == nil
}
