package message

// Reason is why the house did something by itself, or has not yet: why this agent was asked, why a session
// still waits. It is kept with what it is about.
type Reason struct {
	// Code is empty for what is known in words alone, such as what was kept before reasons had codes.
	Code   string       `json:"code,omitempty" doc:"names the sentence, so that it can be said in another language; absent for older ones"`
	Params ReasonParams `json:"params"`
	Text   string       `json:"text" doc:"the reason in English words"`
}

// ReasonParams are what a sentence is about. Which of them it has goes by its code; an absent number is 0.
type ReasonParams struct {
	Agent    string `json:"agent,omitempty"`
	Queue    string `json:"queue,omitempty" doc:"absent: every agent is meant"`
	To       string `json:"to,omitempty" doc:"the queue where work goes"`
	Channel  string `json:"channel,omitempty" doc:"the type of channel that agents must take"`
	Count    int    `json:"count,omitempty" doc:"of agents"`
	Used     int    `json:"used,omitempty" doc:"units of the agent's work"`
	Limit    int    `json:"limit,omitempty" doc:"units that the agent can have"`
	Units    int    `json:"units,omitempty" doc:"size of the work"`
	Percent  int    `json:"percent,omitempty" doc:"size of the work, of an agent's capacity"`
	Waited   int    `json:"waited,omitempty" doc:"seconds"`
	Within   int    `json:"within,omitempty" doc:"seconds in which something had to happen"`
	Equal    bool   `json:"equal,omitempty" doc:"others had as much room, and got work later"`
	Again    int    `json:"again,omitempty" doc:"agents who did not take it before it was offered anew"`
	Declined int    `json:"declined,omitempty" doc:"agents"`
	Missed   int    `json:"missed,omitempty" doc:"agents"`
	Delivery string `json:"delivery,omitempty" doc:"line of the catalogue of delivery errors"`
	At       string `json:"at,omitempty" doc:"when agents are asked again, RFC 3339"`
}

// Said is nil where a reason has words alone.
func (r Reason) Said() *Reason {
	if r.Code == "" {
		return nil
	}
	return &r
}

// Because makes a reason.
func Because(code string, params ReasonParams, text string) Reason {
	return Reason{Code: code, Params: params, Text: text}
}
