package app

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"switchboard/internal/blob"
	"switchboard/internal/bus"
	"switchboard/internal/channel"
	"switchboard/internal/channel/sms"
	"switchboard/internal/channel/twilio"
	"switchboard/internal/channel/whatsapp"
	"switchboard/internal/conversation"
	"switchboard/internal/customer"
	"switchboard/internal/file"
	"switchboard/internal/httpapi/admission"
	customerapi "switchboard/internal/httpapi/customer"
	"switchboard/internal/httpapi/hook"
	staffapi "switchboard/internal/httpapi/staff"
	"switchboard/internal/identity"
	"switchboard/internal/identity/jwks"
	"switchboard/internal/inbound"
	"switchboard/internal/job"
	"switchboard/internal/message"
	"switchboard/internal/org"
	"switchboard/internal/outbound"
	"switchboard/internal/privacy"
	"switchboard/internal/push"
	pushweb "switchboard/internal/push/web"
	"switchboard/internal/realtime"
	"switchboard/internal/routing"
	"switchboard/internal/sandbox"
	"switchboard/internal/setup"
	"switchboard/internal/staff"
	"switchboard/internal/store"
	"switchboard/internal/trace"
	"switchboard/internal/trace/otlp"
)

// uploadMax is the largest file that staff may upload, in bytes: what the most generous channel takes.
const uploadMax = 100 << 20

// tracesWithin is how long the last traces may take to a collector, at the end.
const tracesWithin = 3 * time.Second

// keysWithin bounds a call for an identity provider's keys.
const keysWithin = 5 * time.Second

// App is the whole program, put together and not yet running.
type App struct {
	config  Config
	derive  func(purpose string) []byte
	version string
	log     *slog.Logger
	node    message.RowID

	db       *store.DB
	bus      bus.Bus
	metrics  *prometheus.Registry
	measured *measures
	traces   *otlp.Recorder // nil: none are recorded

	connectors *Connectors
	accounts   *Accounts
	// installation is what the security checklist says of the settings.
	installation setup.Installation
	files        *file.Service
	staff        *staff.Service
	setup        *setup.Service
	first        *setup.First
	views        *store.Views

	sequencer   *store.Sequencer
	dispatchers *routing.Dispatchers
	senders     *outbound.Senders
	signals     *outbound.Signals
	runner      *job.Runner
	hub         *realtime.Hub
	customers   *customerapi.Hub
	sandbox     *sandbox.Sandbox
	published   *jwks.Fetcher
	keeper      *keeper

	handler  http.Handler
	draining atomic.Bool
}

// New opens the database, the bus and the files, and wires everything. Nothing runs before Start.
func New(ctx context.Context, config Config, version string, log *slog.Logger) (*App, error) {
	if err := config.validate(); err != nil {
		return nil, err
	}
	a := &App{config: config, version: version, log: log, node: message.NewID[message.RowID]()}
	a.metrics = prometheus.NewRegistry()
	a.metrics.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	a.measured = newMeasures(a.metrics)
	envelopes, err := privacy.NewEnvelopes(config.secret)
	if err != nil {
		return nil, fmt.Errorf("SWITCHBOARD_SECRET_KEY: %w", err)
	}
	a.derive = envelopes.Derive
	a.installation = config.installation(envelopes.Seals())
	if config.OTLP != "" {
		if a.traces, err = otlp.Open(ctx, config.OTLP, version, log); err != nil {
			return nil, fmt.Errorf("SWITCHBOARD_OTLP: %w", err)
		}
	}
	if err := a.open(ctx, envelopes); err != nil {
		return nil, err
	}
	a.wire()
	return a, nil
}

// open connects to what is outside of the process.
func (a *App) open(ctx context.Context, envelopes *privacy.Envelopes) (err error) {
	if a.config.Migrate {
		if _, err := store.Migrate(ctx, a.config.Database); err != nil {
			return fmt.Errorf("SWITCHBOARD_DATABASE: %w", err)
		}
	} else if current, newest, err := store.SchemaVersions(ctx, a.config.Database); err != nil || current != newest {
		return errors.Join(err, fmt.Errorf("SWITCHBOARD_DATABASE: the schema has version %d, this program needs %d: run switchboard migrate", current, newest))
	}
	if a.db, err = store.Open(ctx, a.config.Database, envelopes); err != nil {
		return fmt.Errorf("SWITCHBOARD_DATABASE: %w", err)
	}
	switch {
	case a.config.Bus == "memory":
		a.bus = bus.NewMemory()
	case a.config.Bus == "postgres":
		a.bus, err = bus.OpenPostgres(ctx, a.config.Database)
	default:
		a.bus, err = bus.OpenNATS(a.config.Bus)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("SWITCHBOARD_BUS: %w", err), a.db.Close())
	}
	blobs, err := blob.Open(ctx, a.config.Files)
	if err != nil {
		return errors.Join(fmt.Errorf("SWITCHBOARD_FILES: %w", err), a.bus.Close(), a.db.Close())
	}
	a.files = &file.Service{Write: store.Writer[file.Tx](a.db), Rows: a.db, Blobs: blobs,
		Links: file.Links{Base: a.config.FilesURL, Key: envelopes.Derive("file links")}}
	return nil
}

// wire makes every service, from those that know nobody to those that know many.
func (a *App) wire() {
	outgoing := &http.Client{Transport: guard(a.config).Transport(), Timeout: 30 * time.Second}
	rules := privacy.NewRulebook(a.db.SensitiveRules)
	a.files.MaskName = maskedNames(rules)
	a.connectors = NewConnectors(channel.WebCapabilities(), whatsapp.New(outgoing), twilio.New(outgoing))
	a.accounts = &Accounts{db: a.db, connectors: a.connectors, publicURL: a.config.PublicURL, sandboxURL: func(provider string) string {
		if !a.config.Sandbox {
			return ""
		}
		return sandbox.BaseURL(a.localURL(), provider)
	}}
	a.views = store.NewViews(a.db, a.connectors.Capabilities, a.files.Links.Sign)
	a.sequencer = store.NewSequencer(a.db, a.bus.Publish)
	a.db.OnCommit(a.sequencer.Committed)
	a.db.OnWrite(a.measured.write)

	a.staff = staff.New(store.Writer[staff.Tx](a.db), a.db, staff.NewPasswords(), a.config.PublicURL)
	a.staff.KnowDevices(a.derive("sign-in devices"))
	talk := &conversation.Service{Write: store.Writer[conversation.Tx](a.db), Capabilities: a.connectors.Capabilities,
		Segments: func(text string) int { return sms.Measure(text).Segments }, Rules: rules}
	presence := &routing.Service{Write: store.Writer[routing.Tx](a.db), Node: a.node, Rules: rules}
	calls := &push.Service{Write: store.Writer[push.Tx](a.db), Rows: pushRows{a.db, a.views}, Sender: pushweb.New(guard(a.config).Transport(), a.config.PublicURL, a.derive)}
	a.hub = realtime.NewHub(realtime.Config{Feed: a.db, Views: a.views, Wakes: a.bus.Subscribe(), Publish: a.bus.Publish,
		Origin:    a.ownPage,
		Connected: presence.Connected, Disconnected: presence.Disconnected, Visible: calls.Visible, Metrics: a.metrics, Spans: a.spans()})
	a.customers = customerapi.NewHub(a.db, a.bus.Subscribe())
	a.customers.Publish = a.bus.Publish
	a.signals = outbound.NewSignals(store.Writer[outbound.SignalTx](a.db), a.accounts, a.log)
	a.senders = outbound.NewSenders(a.node, outbound.DefaultTiming, a.db, store.Writer[outbound.Tx](a.db), a.accounts, sentFiles{a.files}, a.measured.attempt, a.log)
	a.dispatchers = routing.NewDispatchers(a.node, a.db, store.Writer[routing.Tx](a.db), a.log)
	a.dispatchers.OnWrite(a.measured.decided)
	a.senders.Record(a.spans())
	a.dispatchers.Record(a.spans())
	a.setup = a.newSetup()
	a.setup.SensitiveRules, a.setup.Rules = a.db.SensitiveRules, rules
	a.published = jwks.New(guard(a.config).Client(keysWithin), a.db, a.measured.keysFetched, nil)
	verifier := &identity.Verifier{Rows: a.db, Published: a.published, Count: a.measured.identified}
	a.first = &setup.First{Setup: a.setup, Staff: a.staff, Token: hex.EncodeToString(a.derive("first administrator")[:20]), Empty: a.empty}
	if a.config.Sandbox {
		a.sandbox = a.newSandbox(outgoing)
	}

	receiver := inbound.New(store.Writer[inbound.Tx](a.db), a.hub.Typing, a.log)
	receiver.Mask(rules)
	receiver.OnRepeated(func(n int) { a.measured.repeated.Add(float64(n)) })
	receiver.OnOptOut(a.sent)
	receiver.KeepLongTexts(func(c channel.Account) int {
		return a.connectors.Capabilities(string(c.Type), c.Provider).InboundTextMax
	},
		func(ctx context.Context, org message.OrgID, name, text string) (message.File, error) {
			return a.files.SaveText(ctx, org, name, text, file.By{})
		})
	media := &inbound.Media{Write: store.Writer[inbound.Tx](a.db), Account: a.accounts.Account,
		Save: func(ctx context.Context, org message.OrgID, name, claimedType string, body io.Reader, limit int64) (message.File, error) {
			return a.files.Save(ctx, org, name, claimedType, body, limit, file.By{})
		}}
	a.keeper = newKeeper(a.db, a.bus.Subscribe(), a.node, keeperHooks{
		wakeDispatcher: a.dispatchers.Wake, wakeSender: a.senders.Wake, forgetAccess: a.staff.Forget, forgetRules: rules.Forget,
		nodeLost: presence.NodeLost, noteAgain: a.hub.NoteAgain, measured: a.measured.backlog, sweepFiles: a.files.Sweep,
	}, a.log)
	handlers := conversation.EndTimers(store.Writer[conversation.TimerTx](a.db))
	handlers[conversation.JobUnreachable] = conversation.Unreachable(store.Writer[conversation.FailTx](a.db))
	handlers[conversation.JobBlocked] = conversation.RecordBlock(store.Writer[conversation.ConsentTx](a.db))
	handlers[conversation.JobForgetTests] = conversation.ForgetTests(store.Writer[conversation.ForgetTx](a.db))
	handlers[inbound.JobMedia] = media.Fetch
	handlers[routing.JobConnectionLost] = presence.ConnectionLost
	handlers[push.Job] = calls.Do
	handlers[routing.JobReroute] = presence.Reroute
	handlers[routing.JobChannelRouted] = presence.ChannelRouted
	handlers[store.JobSearchRebuild] = a.db.RebuildSearch
	handlers[channel.JobStanding] = a.setup.StandingJob
	a.runner = job.NewRunner(a.db, store.Writer[job.Tx](a.db), handlers, a.keeper.jobs, a.log)

	open := store.Writer[conversation.OpenTx](a.db)
	var sendMail func(ctx context.Context, to, subject, text string) error
	if a.config.mail != nil {
		sendMail = a.config.mail.Send
	}
	staffAPI := staffapi.New(staffapi.Deps{
		Mail:    sendMail,
		Version: a.version, PublicURL: a.config.PublicURL, ClientIP: a.clientIP, Installation: a.installation,
		Staff: a.staff, First: a.first, Organisation: &org.Service{Write: store.Writer[org.Tx](a.db)}, Setup: a.setup,
		RoutingSetup:  &routing.Setup{Write: store.Writer[routing.SetupTx](a.db), ChannelTypes: a.connectors.Types()},
		Conversations: talk,
		Open: func(ctx context.Context, org message.OrgID, by conversation.Staff, c message.ChannelID, to message.Address, d conversation.Draft) (conversation.Entry, error) {
			return talk.Open(ctx, org, open, by, c, to, d)
		},
		Consents:  a.consents(),
		Transfers: &conversation.Transfers{Write: store.Writer[conversation.TransferTx](a.db), Rules: rules},
		Eraser:    &conversation.Eraser{Write: store.Writer[conversation.EraseTx](a.db)},
		Routing:   presence,
		Outbound:  &courtesies{db: a.db, connectors: a.connectors, hub: a.hub, customers: a.customers, signals: a.signals},
		Push:      calls,
		Identity:  verification{verifier, a.published},
		Files:     a.files, FileMax: uploadMax, SignFile: a.files.Links.Sign,
		Claims: a.db, Views: a.views, Rows: a.db,
	})
	gate := admission.New(a.db.Room(), a.measured.admitted)
	a.measured.watch(gate, a.customers)
	customerAPI := &customerapi.API{
		Customers: &customer.Service{Write: store.Writer[customer.Tx](a.db), Rows: a.db, Identity: verifier, Rules: rules}, Files: a.files, Hub: a.customers,
		Typing: a.hub.Typing, MatchOrigin: setup.AllowsOrigin,
		Gate: gate, OwnOrigins: []string{a.config.WidgetURL, a.config.PublicURL}, ClientIP: a.clientIP, Limits: customerapi.NewLimits(customerapi.UsualPerVisitor, customerapi.UsualPerAddress),
	}
	hooks := &hook.Handler{Accounts: a.accounts, Receiver: receiver, Count: a.measured.hook, Health: a.db, Gate: gate, Log: a.log}
	a.handler = a.routes(staffAPI, customerAPI, hooks)
}

// verification is what set-up does with keysets: it tries tokens, and asks addresses for keys.
type verification struct {
	*identity.Verifier
	*jwks.Fetcher
}

// pushRows reads for push: rows of the database, and what users may see.
type pushRows struct {
	*store.DB
	*store.Views
}

// Start runs everything in the background. Stop ends it in the opposite order.
func (a *App) Start(ctx context.Context) {
	a.sequencer.Start()
	a.keeper.Start()
	a.customers.Start()
	a.hub.Start()
	a.signals.Start()
	a.senders.Start()
	a.dispatchers.Start()
	a.runner.Start()
	if a.sandbox != nil {
		a.sandbox.Start(context.WithoutCancel(ctx))
	}
}

// Stop takes no new work, finishes what is under way, tells clients to reconnect elsewhere, and
// closes the database. The listeners must have been closed before.
func (a *App) Stop() error {
	if a.sandbox != nil {
		a.sandbox.Stop()
	}
	a.runner.Stop()
	a.dispatchers.Stop()
	a.senders.Stop()
	a.signals.Stop()
	a.hub.Stop()
	a.customers.Stop()
	a.keeper.Stop()
	a.sequencer.Stop()
	return a.close()
}

// close ends the connections of an App that is not running.
func (a *App) close() error {
	a.published.Stop()
	if a.traces != nil {
		ctx, cancel := context.WithTimeout(context.Background(), tracesWithin)
		defer cancel()
		if err := a.traces.Close(ctx); err != nil {
			a.log.Warn("the last traces could not be sent", "err", err)
		}
	}
	return errors.Join(a.bus.Close(), a.db.Close())
}

// spans records requests' spans; nil when none are.
func (a *App) spans() trace.Recorder {
	if a.traces == nil {
		return nil
	}
	return a.traces
}

// sentFiles opens attachments for senders.
type sentFiles struct{ files *file.Service }

func (s sentFiles) Open(ctx context.Context, org message.OrgID, id message.FileID) (io.ReadCloser, error) {
	return s.files.OpenByID(ctx, org, id)
}

func (s sentFiles) Fit(ctx context.Context, org message.OrgID, id message.FileID, limit int64) (message.File, error) {
	return s.files.Fit(ctx, org, id, limit)
}

func (s sentFiles) Common(ctx context.Context, org message.OrgID, id message.FileID, limit int64) (message.File, error) {
	return s.files.Common(ctx, org, id, limit)
}

func (s sentFiles) Link(org message.OrgID, f message.File, until time.Time) string {
	return s.files.Links.Until(org, f, until)
}

// maskedNames masks the names of uploads: a customer's by the rules for customers, and so is what a channel brings;
// staff's by those for agents and for supervisors.
func maskedNames(rules *privacy.Rulebook) func(context.Context, message.OrgID, file.By, string) (string, []message.Masked, error) {
	return func(ctx context.Context, org message.OrgID, by file.By, name string) (string, []message.Masked, error) {
		authors := []message.AuthorType{message.AuthorCustomer}
		if !by.User.IsZero() {
			authors = []message.AuthorType{message.AuthorAgent, message.AuthorSupervisor}
		}
		mask, err := rules.For(ctx, org, authors...)
		if err != nil {
			return "", nil, err
		}
		mask.Text(&name)
		return name, mask.Masked(), nil
	}
}

// localURL is this server's own address on loopback, where the sandbox plays providers.
func (a *App) localURL() string {
	scheme := "http"
	if a.config.TLSCert != "" {
		scheme = "https"
	}
	return scheme + "://" + ownListener(a.config.Listen)
}
