// Package file takes in what people upload and what channels bring, finds out by its content what it
// is, keeps it, and hands out signed short-lived links to it (PV-7). Where the bytes lie is blob's
// matter, which files a channel may carry the channel's; who may upload is decided by the callers.
package file
