// Package customer is the customer's own side: who a token stands for, what the deployment they came
// through asks of them, and what they may do: open a conversation, write, tell what they have seen,
// end, close, and read their own stream. What staff do is conversation's matter, providers' webhooks
// inbound's; the wire format of the customer API lives in httpapi/customer.
package customer
