package bus

import "sync"

// Subscription collects wake-ups until they are taken.
type Subscription struct {
	mu     sync.Mutex
	names  map[string]struct{}
	signal chan struct{}
	cancel func()
}

// Wait has something when Take has.
func (s *Subscription) Wait() <-chan struct{} { return s.signal }

// Take returns the names that came since the last Take, each once.
func (s *Subscription) Take() map[string]struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	names := s.names
	s.names = map[string]struct{}{}
	return names
}

// Cancel ends the subscription.
func (s *Subscription) Cancel() { s.cancel() }

func (s *Subscription) add(names []string) {
	s.mu.Lock()
	for _, n := range names {
		s.names[n] = struct{}{}
	}
	s.mu.Unlock()
	select {
	case s.signal <- struct{}{}:
	default:
	}
}

// Memory is the bus of a single node.
type Memory struct {
	mu   sync.Mutex
	subs map[*Subscription]struct{}
}

// NewMemory makes a bus for one node.
func NewMemory() *Memory { return &Memory{subs: map[*Subscription]struct{}{}} }

// Publish wakes every subscriber of this process.
func (m *Memory) Publish(names []string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for s := range m.subs {
		s.add(names)
	}
}

// Subscribe to everything that is published from now on.
func (m *Memory) Subscribe() *Subscription {
	s := &Subscription{names: map[string]struct{}{}, signal: make(chan struct{}, 1)}
	s.cancel = func() {
		m.mu.Lock()
		delete(m.subs, s)
		m.mu.Unlock()
	}
	m.mu.Lock()
	m.subs[s] = struct{}{}
	m.mu.Unlock()
	return s
}

// Close has nothing to close.
func (m *Memory) Close() error { return nil }
