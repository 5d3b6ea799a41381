package message

// AddressKind says what sort of address it is.
type AddressKind string

// Kinds of addresses. A WhatsApp user may have a phone and a business-scoped id.
const (
	AddressPhone    AddressKind = "phone"    // E.164 with the plus sign
	AddressScoped   AddressKind = "scoped"   // an id that only means something to one channel's provider
	AddressDevice   AddressKind = "device"   // an unverified browser or app: its device id
	AddressVerified AddressKind = "verified" // a verified person: issuer and subject
)

// Address is where a messaging user is reached on one channel.
type Address struct {
	Kind  AddressKind `json:"kind"`
	Value string      `json:"value"`
}

// Profile is what a channel tells about a person at first contact. Every part may be empty.
type Profile struct {
	Name    string `json:"name,omitempty"`
	Locale  string `json:"locale,omitempty"`  // BCP 47
	Country string `json:"country,omitempty"` // ISO 3166-1 alpha-2
	Picture string `json:"picture,omitempty"` // https only
}
