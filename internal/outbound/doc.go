// Package outbound carries messages out of the house: a durable outbox per channel, emptied by one
// sender at a time (a lease with an epoch), in the order of each conversation, at the channel's pace.
// Every attempt is written down before it is made; every end of it is sent, refused, later or unknown
// (promise 4). The policy is asked at the moment of sending (promise 7). Writing a message is
// conversation's matter; reading receipts is inbound's, which settles entries through Settle here.
package outbound
