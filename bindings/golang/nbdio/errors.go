// SPDX-License-Identifier: MIT

package nbdio

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
)

// An Error says which operation failed, and why.
//
// [errors.Is] finds the reason: a [syscall.Errno] that the library or the server
// reported, [context.Canceled], [context.DeadlineExceeded], or [os.ErrClosed] after
// the disk was closed.  [io.EOF] is never wrapped.
type Error struct {
	// The operation: "open", "read", "write", "zero", "trim", "cache", "flush",
	// "extents", "shutdown" or "seek".
	Op string

	// The range of the operation in bytes.  Both are 0 if it has none.
	Offset, Length int64

	// The reason.
	Err error
}

func (e *Error) Error() string {
	if e.Offset == 0 && e.Length == 0 {
		return fmt.Sprintf("nbdio: %s: %v", e.Op, e.Err)
	}
	return fmt.Sprintf("nbdio: %s of %d bytes at %d: %v", e.Op, e.Length, e.Offset, e.Err)
}

// Unwrap returns the reason.
func (e *Error) Unwrap() error {
	return e.Err
}

// Timeout returns whether a deadline was missed: that of the context, or one that
// was set by an option such as [CommandTimeout].
func (e *Error) Timeout() bool {
	return errors.Is(e.Err, context.DeadlineExceeded) || errors.Is(e.Err, syscall.ETIMEDOUT)
}

// wrong returns an error that the caller could have avoided.
func wrong(op string, offset, length int64, errno syscall.Errno, format string, args ...interface{}) error {
	text := fmt.Sprintf(format, args...)
	return &Error{op, offset, length, fmt.Errorf("%s: %w", text, errno)}
}

var errClosed = fmt.Errorf("the disk is closed: %w", os.ErrClosed)
