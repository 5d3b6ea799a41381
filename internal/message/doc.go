// Package message says what is said: typed ids, content, authors, statuses, receipts and addresses,
// in the words that every other room shares. It imports the standard library only; it knows no
// storage, no channel's wire format and no rules about who may say what.
package message
