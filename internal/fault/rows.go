package fault

import (
	"errors"
	"fmt"
)

// RowOutcome is what became of one row of an import.
type RowOutcome struct {
	// Action: made, changed or same; empty when the row was refused.
	Action string
	// Refused is why it can't be taken.
	Refused *Error
}

// Actions of rows.
const (
	RowMade    = "made"
	RowChanged = "changed"
	RowSame    = "same"
)

// errUndo ends a transaction that was to keep nothing.
var errUndo = errors.New("nothing of this import is kept")

// EachRow does the rows of an import in one transaction, and returns what became of each. A refusal
// concerns its row alone; anything else ends the import. Unless bad rows are to be skipped, one refused
// row keeps all out, and a trial keeps nothing: the error then undoes the transaction, and Settled
// knows it again.
func EachRow(n int, trial, skipBad bool, do func(i int) (action string, err error)) (out []RowOutcome, err error) {
	bad := false
	for i := range n {
		action, err := do(i)
		var refused *Error
		switch {
		case err == nil:
			out = append(out, RowOutcome{Action: action})
		case errors.As(err, &refused) && refused.Code.Class() != ClassInternal && refused.Code.Class() != ClassUnavailable:
			bad = true
			out = append(out, RowOutcome{Refused: refused})
		default:
			return nil, fmt.Errorf("row %d: %w", i+1, err)
		}
	}
	if trial || (bad && !skipBad) {
		return out, errUndo
	}
	return out, nil
}

// Settled reads how the transaction of EachRow ended.
func Settled(out []RowOutcome, err error) ([]RowOutcome, bool, error) {
	if errors.Is(err, errUndo) {
		return out, false, nil
	}
	return out, err == nil, err
}
