package conversation_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"switchboard/internal/consent"
	"switchboard/internal/conversation"
	"switchboard/internal/fault"
	"switchboard/internal/job"
	"switchboard/internal/message"
	"switchboard/internal/store"
	"switchboard/internal/store/storetest"
)

// life is one conversation beside what it should be.
type life struct {
	*house
	r     *rapid.T
	id    message.ConversationID
	kind  string // web or sms
	ch    message.ChannelID
	who   string
	staff []conversation.Staff
	on    map[message.UserID]bool // online

	session message.SessionID // the latest
	status  conversation.Status
	agent   message.UserID
	pending bool // handed over, not accepted
	queue   message.QueueID
	staffs  int // messages of the session by staff, and by the customer
	theirs  int
	begun   int // sessions
}

// Whatever staff, customers, routing and timers do in whichever order, a session goes only
// where the table lets it, and everything that is counted and numbered is right.
func TestWhateverHappensInAConversation(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	staff := []conversation.Staff{h.agent("Grace", "online"), h.agent("Alan", "online"), h.agent("Ada", "online")}
	staff[2].Supervisor = true
	queue := message.NewID[message.QueueID]()
	h.exec("INSERT INTO queue (org_id, id, name, overflow_after, version) VALUES ($1, $2, 'Second line', 0, 1)", h.org, queue)
	h.exec("INSERT INTO queue_member (org_id, queue_id, user_id) VALUES ($1, $2, $3)", h.org, queue, staff[0].ID)
	n := 0
	rapid.Check(t, func(r *rapid.T) {
		n++
		h.exec("DELETE FROM job") // what the last one left
		l := &life{house: h, r: r, staff: staff, queue: queue, on: map[message.UserID]bool{}, kind: rapid.SampledFrom([]string{"web", "sms"}).Draw(r, "channel"), who: fmt.Sprintf("+1555%07d", n)}
		if l.ch = h.sms; l.kind == "web" {
			l.ch = h.web
		}
		for _, s := range staff {
			h.status(s, "online")
			l.on[s.ID] = true
		}
		l.id = h.thread(l.ch, l.who, consent.Implicit)
		steps := map[string]func(){
			"customer writes": l.customerWrites, "routing gives it": l.accept, "routing takes it back": l.giveBack, "agent sets it aside": l.setAside,
			"agent ends it": l.end, "customer ends it": l.customerEnds, "agent writes": l.write, "agent notes": l.note, "agent begins one": l.open,
			"time passes": l.timers, "agent comes or goes": l.presence, "agent hands over": l.handOver, "agent takes it back": l.withdraw,
		}
		names := make([]string, 0, len(steps))
		for name := range steps {
			names = append(names, name)
		}
		slices.Sort(names)
		names = append(names, "customer writes", "routing gives it", "agent hands over") // or little happens
		for _, name := range rapid.SliceOfN(rapid.SampledFrom(names), 5, 25).Draw(r, "steps") {
			steps[name]()
			l.check(name)
		}
	})
}

func (l *life) someone() conversation.Staff { return rapid.SampledFrom(l.staff).Draw(l.r, "who") }

// want compares a step's answer with what it should be, and reports whether it should have worked.
func (l *life) want(err error, want fault.Code) bool {
	if code(err) != want {
		l.r.Fatalf("%s session of %v: got %v, want %q", l.status, l.agent, err, want)
	}
	return want == ""
}

// moves is the code for a transition.
func (l *life) moves(to conversation.Status, cause conversation.Cause) fault.Code {
	if !conversation.Lawful(l.status, to, cause) {
		return fault.UnlawfulState
	}
	return ""
}

// may is the code for somebody who wants to write.
func (l *life) may(by conversation.Staff) fault.Code {
	switch {
	case !l.status.Open():
		return fault.NoOpenSession
	case !by.Supervisor && l.agent != by.ID:
		return fault.NotAssigned
	}
	return ""
}

func (l *life) begins(status conversation.Status, agent message.UserID) {
	l.session, l.status, l.agent, l.staffs, l.theirs, l.begun = message.SessionID{}, status, agent, 0, 0, l.begun+1
}

func (l *life) customerWrites() {
	l.want(l.with(l.id, says), "")
	switch {
	case l.status == conversation.New && l.on[l.agent]:
		l.status = conversation.Active
	case !l.status.Open() || l.status == conversation.New:
		l.begins(conversation.Waiting, message.UserID{})
	case l.status == conversation.Inactive:
		l.status, l.agent = conversation.Waiting, message.UserID{}
	}
	l.theirs++
}

func (l *life) accept() {
	by := l.someone()
	err := l.with(l.id, func(tx *store.Tx, c *conversation.Conversation) error { return conversation.Accept(tx, c, by) })
	if l.want(err, l.moves(conversation.Active, conversation.Accepted)) {
		l.status, l.agent, l.pending = conversation.Active, by.ID, false
	}
}

func (l *life) transfers() *conversation.Transfers {
	return &conversation.Transfers{Write: store.Writer[conversation.TransferTx](l.db)}
}

// handOver to a queue: whoever has it stays.
func (l *life) handOver() {
	by := l.someone()
	err := l.transfers().Begin(l.t.Context(), l.org, by, l.id, l.session, conversation.Destination{Type: conversation.ToQueue, Queue: l.queue}, "please")
	want := l.may(by)
	switch {
	case want != "":
	case l.pending:
		want = fault.TransferPending
	default:
		want = l.moves(conversation.Waiting, conversation.GivenBack)
	}
	if l.want(err, want) {
		l.status, l.pending = conversation.Waiting, true
	}
}

func (l *life) withdraw() {
	by := l.someone()
	err := l.transfers().Withdraw(l.t.Context(), l.org, by, l.id, l.session)
	want := fault.Code("")
	switch {
	case !l.pending:
		want = fault.NoTransfer
	case !by.Supervisor && by.ID != l.agent:
		want = fault.NotAssigned
	case !l.on[l.agent]:
		want = fault.UnlawfulState
	}
	if l.want(err, want) {
		l.status, l.pending = conversation.Active, false
	}
}

func (l *life) giveBack() {
	err := l.with(l.id, func(tx *store.Tx, c *conversation.Conversation) error {
		return conversation.GiveBack(tx, c, message.EventRerouted, conversation.Staff{}, "", message.Reason{}, conversation.WorkChange{})
	})
	if l.want(err, l.moves(conversation.Waiting, conversation.GivenBack)) {
		l.status, l.agent = conversation.Waiting, message.UserID{}
	}
}

func (l *life) setAside() {
	by := l.someone()
	_, err := l.talk.SetInactive(l.t.Context(), l.org, by, l.id, l.session)
	want := l.may(by)
	if want == "" {
		want = l.moves(conversation.Inactive, conversation.SetInactive)
	}
	if want == "" && l.staffs == 0 {
		want = fault.UnlawfulState // the customer was not written to
	}
	if l.want(err, want) {
		l.status = conversation.Inactive
	}
}

func (l *life) end() {
	by := l.someone()
	if l.begun > 1 { // a session that is over for good
		_, err := l.talk.EndSession(l.t.Context(), l.org, by, l.id, message.NewID[message.SessionID](), "")
		l.want(err, fault.UnlawfulState)
	}
	_, err := l.talk.EndSession(l.t.Context(), l.org, by, l.id, l.session, "done")
	if l.want(err, l.may(by)) {
		l.status, l.pending = conversation.Ended, false
	}
}

func (l *life) customerEnds() {
	err := l.with(l.id, func(tx *store.Tx, c *conversation.Conversation) error {
		return conversation.End(tx, c, conversation.CustomerEnded, "customer", conversation.Staff{}, message.Reason{})
	})
	if l.want(err, l.moves(conversation.Ended, conversation.CustomerEnded)) {
		l.status, l.pending = conversation.Ended, false
	}
}

func (l *life) write() {
	by := l.someone()
	_, err := l.send(by, l.id, conversation.Draft{Text: "Hello"})
	if l.want(err, l.may(by)) {
		l.staffs++
	}
}

func (l *life) note() {
	_, err := l.talk.AddNote(l.t.Context(), l.org, l.someone(), l.id, conversation.NoteDraft{Text: "A note"})
	want := fault.Code("")
	if l.begun == 0 {
		want = fault.NoOpenSession
	}
	l.want(err, want)
}

func (l *life) open() {
	by := l.someone()
	want := fault.Code("")
	switch {
	case l.kind == "web":
		want = fault.CapabilityMissing
	case l.status.Open():
		want = fault.SessionOpen
	}
	_, err := l.talk.Open(l.t.Context(), l.org, store.Writer[conversation.OpenTx](l.db), by, l.ch, phone(l.who), conversation.Draft{Text: "Hello"})
	if l.want(err, want) {
		l.begins(conversation.New, by.ID)
		l.staffs = 1
	}
}

// timers run both timers of the session, as they would if they were late.
func (l *life) timers() {
	for kind, handler := range conversation.EndTimers(store.Writer[conversation.TimerTx](l.db)) {
		if l.begun > 0 {
			l.want(handler(l.t.Context(), job.Job{Org: l.org, Kind: kind, Key: l.session.String()}), "")
		}
	}
	if l.status == conversation.New || l.status == conversation.Inactive {
		l.status = conversation.Ended
	}
}

func (l *life) presence() {
	by := l.someone()
	kind := map[bool]string{true: "offline", false: "online"}[l.on[by.ID]]
	l.house.status(by, kind)
	l.on[by.ID] = kind == "online"
}

// check compares all that is kept with what it should be.
func (l *life) check(step string) {
	c := l.head(l.id)
	s := c.Session
	if l.session.IsZero() {
		l.session = s.ID
	}
	if s.ID != l.session || s.Status != l.status || s.Agent != l.agent || s.AgentMessages != l.staffs || s.CustomerMessages != l.theirs {
		l.r.Fatalf("after %q the session %s is %s with %v, %d and %d messages; want %s %s with %v, %d and %d",
			step, s.ID, s.Status, s.Agent, s.AgentMessages, s.CustomerMessages, l.session, l.status, l.agent, l.staffs, l.theirs)
	}
	if (s.Transfer != nil) != l.pending {
		l.r.Fatalf("after %q the transfer is %+v, want one: %v", step, s.Transfer, l.pending)
	}
	var want []string
	if l.begun > 0 {
		want = append(want, fmt.Sprintf("sessions %d", l.begun))
	}
	if l.status.Open() {
		want = append(want, "open 1")
	}
	switch l.status {
	case conversation.New:
		want = append(want, "timer session.new_ends 24 h")
	case conversation.Waiting:
		want = append(want, "work waiting")
	case conversation.Active:
		want = append(want, "work assigned")
	case conversation.Inactive:
		want = append(want, "work inactive", "timer session.inactive_ends 30 h")
	}
	now := time.Now().Add(time.Minute).UnixMicro() // whole hours from about now
	got := l.column(`SELECT 'sessions ' || COUNT(*) FROM session WHERE conversation_id = $1 HAVING COUNT(*) > 0
 UNION ALL SELECT 'open ' || COUNT(*) FROM session WHERE conversation_id = $1 AND status NOT IN ('ended', 'error') HAVING COUNT(*) > 0
 UNION ALL SELECT 'work ' || state FROM work_item WHERE conversation_id = $1
 UNION ALL SELECT 'timer ' || kind || ' ' || ((due_at - $2) / 3600000000 + 1) || ' h' FROM job
 UNION ALL SELECT 'a gap after entry ' || seq FROM entry e WHERE conversation_id = $1 AND seq < $3
  AND NOT EXISTS (SELECT 1 FROM entry n WHERE n.conversation_id = e.conversation_id AND n.seq = e.seq + 1)
 UNION ALL SELECT 'a gap after event ' || seq FROM customer_event e WHERE user_id = $4
  AND seq < (SELECT event_seq FROM messaging_user u WHERE u.id = e.user_id)
  AND NOT EXISTS (SELECT 1 FROM customer_event n WHERE n.user_id = e.user_id AND n.seq = e.seq + 1)`, l.id, now, c.LastSeq, c.Customer)
	slices.Sort(got)
	slices.Sort(want)
	if strings.Join(got, ", ") != strings.Join(want, ", ") {
		l.r.Fatalf("after %q there are: %s; want: %s", step, strings.Join(got, ", "), strings.Join(want, ", "))
	}
	if first := l.column("SELECT COALESCE(MIN(seq), 1) FROM entry WHERE conversation_id = $1", l.id); first[0] != "1" {
		l.r.Fatalf("the first entry is number %s", first[0])
	}
}
