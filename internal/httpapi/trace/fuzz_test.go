package trace

import "testing"

// FuzzParent: what a caller says is taken for an id only when it is one, as it goes into logs and rows.
func FuzzParent(f *testing.F) {
	f.Add("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
	f.Add("ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
	f.Add("00-00000000000000000000000000000000-00f067aa0ba902b7-01-more")
	f.Fuzz(func(t *testing.T, header string) {
		id := parent(header).ID
		if id == "" {
			return
		}
		zero := true
		for _, r := range id {
			if (r < '0' || r > '9') && (r < 'a' || r > 'f') {
				t.Errorf("%q is taken for an id", id)
			}
			zero = zero && r == '0'
		}
		if len(id) != 32 || zero {
			t.Errorf("%q is taken for an id", id)
		}
	})
}
