package load

import (
	"context"
	"errors"
)

func (r *runner) overload(ctx context.Context) error  { return errors.ErrUnsupported }
func (r *runner) idle(ctx context.Context) error      { return errors.ErrUnsupported }
func (r *runner) reconnect(ctx context.Context) error { return errors.ErrUnsupported }
