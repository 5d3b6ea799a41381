// Package conversation keeps what customers and staff say to each other: conversations, their
// sessions one after the other (SL-1 to SL-4), and the ordered log of entries. It holds the one table
// of lawful session transitions and the use cases of staff: write, note, end, set inactive, retry,
// open. How work finds an agent is routing's matter, how text leaves the house outbound's, how it
// comes in inbound's; all of them add to a conversation through the functions here.
package conversation
