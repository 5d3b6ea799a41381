package resource

// SecurityState is how something compares with what is recommended.
type SecurityState string

// The states: as recommended, could be better, should be mended.
const (
	SecurityGood   SecurityState = "good"
	SecurityAdvice SecurityState = "advice"
	SecurityRisk   SecurityState = "risk"
)

// SecurityCheck is one line of the security checklist (AD-4).
type SecurityCheck struct {
	Key      string            `json:"key"`
	State    SecurityState     `json:"state" enum:"good,advice,risk"`
	Subjects []SecuritySubject `json:"subjects" doc:"whom or what it is about, where that can be named"`
}

// SecuritySubject is a user, an API key, a channel or a deployment that a check is about.
type SecuritySubject struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}
