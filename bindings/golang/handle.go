// SPDX-License-Identifier: MIT

package libnbd

// #cgo pkg-config: libnbd
// #cgo CFLAGS: -D_GNU_SOURCE=1
// #include "wrappers.h"
import "C"

import (
	"fmt"
	"runtime"
	"sync/atomic"
	"syscall"
)

// Libnbd is a handle: a connection to an NBD server, connected or not.  Make one
// with [Create].
//
// A handle may be used by several goroutines at once.  Calls that wait for the
// server block only the goroutine that makes them.
//
// Copies of a Libnbd are the same handle.
type Libnbd struct {
	*handle
}

// A handle is what copies of a Libnbd share, or nil if Create has not made it.
type handle struct {
	// How many methods are using h, plus closed once Close was called.  This field
	// comes first, because sync/atomic needs that on 32-bit machines.
	users int64
	freed int32

	// The handle in C, as a number, because cgo checks what pointers refer to.
	h C.uintptr_t
}

const closed = 1 << 62

// Create makes a handle that is not connected.
//
// Close it with [Libnbd.Close] when it is no longer needed.  If nothing refers to a
// handle, the garbage collector closes it at some time.  Callbacks that the library
// holds count as references to what they use.
func Create() (*Libnbd, error) {
	ret := C.nbdgo_create()
	if ret.status != nil {
		return nil, failure("create", ret.status)
	}
	h := &handle{h: C.uintptr_t(ret.value)}
	runtime.SetFinalizer(h, (*handle).close)
	return &Libnbd{h}, nil
}

// Close closes the handle and the connection.
//
// Nothing is sent.  Use [Libnbd.Shutdown] first for an orderly end.  The callbacks
// of commands that are in flight are called with ENOTCONN.
//
// Afterwards every method fails with EBADF, Close included.  If another goroutine
// or a callback closes the handle while a method runs, the method continues, and
// the handle is freed when the method returns.
//
// The result is nil, or says that the handle was closed before.  Note that the
// result has a type of its own: assigned to a variable of type error, it is never
// nil.
func (h *Libnbd) Close() *LibnbdError {
	if h.handle == nil || !h.close() {
		return closedError("close")
	}
	return nil
}

// String returns a text that distinguishes handles in messages.
func (h *Libnbd) String() string {
	return fmt.Sprintf("&Libnbd{%p}", h.handle)
}

// close returns false if the handle was closed before.
func (h *handle) close() bool {
	for {
		users := atomic.LoadInt64(&h.users)
		if users&closed != 0 {
			return false
		}
		if atomic.CompareAndSwapInt64(&h.users, users, users|closed) {
			break
		}
	}
	runtime.SetFinalizer(h, nil)
	if atomic.LoadInt64(&h.users) == closed {
		h.destroy()
	}
	return true
}

// destroy frees the handle.  Any method may call it that sees that nobody uses the
// handle.
func (h *handle) destroy() {
	if !atomic.CompareAndSwapInt32(&h.freed, 0, 1) {
		return
	}
	if status := C.nbdgo_close(h.h); status != nil {
		failure("close", status)
	}
}

// begin is called by each method before it uses the handle, and end after that.  If
// begin returns false, the handle is closed, and end must not be called.
func (h *handle) begin() bool {
	return h != nil && (atomic.AddInt64(&h.users, 1)&closed == 0 || h.leave())
}

func (h *handle) end() {
	if atomic.AddInt64(&h.users, -1) == closed {
		h.destroy()
	}
}

// leave undoes begin for a closed handle.  It is not inlined, so that begin can be.
//
//go:noinline
func (h *handle) leave() bool {
	h.end()
	return false
}

// LibnbdError says why a call failed.
//
// All methods but Close return it as an error.  [errors.As] gets it from an error,
// and [errors.Is] compares the Errno:
//
//	if errors.Is(err, syscall.ENOTCONN) {
type LibnbdError struct {
	// The name of the call in C without nbd_, such as "pread".
	Op string

	// The complete message, which contains the call and the error number, too.
	Errmsg string

	// The error number, or 0 if the failure has none.
	Errno syscall.Errno
}

func (e *LibnbdError) Error() string {
	return e.Errmsg
}

// Unwrap returns the error number, if there is one.
func (e *LibnbdError) Unwrap() error {
	if e.Errno == 0 {
		return nil
	}
	return e.Errno
}

func newError(op string, errno syscall.Errno, format string, args ...interface{}) *LibnbdError {
	text := fmt.Sprintf(format, args...)
	return &LibnbdError{op, fmt.Sprintf("nbd_%s: %s: %v", op, text, errno), errno}
}

func closedError(op string) *LibnbdError {
	return newError(op, syscall.EBADF, "the handle is closed, or was not made by Create")
}

// failure returns the error of a call that failed.  If a callback panicked during
// the call, it panics instead.
func failure(op string, status *C.struct_nbdgo_status) error {
	defer C.nbdgo_free_status(status)
	if status.panic != 0 {
		panic(takePanic(status.panic))
	}
	message := "nbd_" + op + ": out of memory"
	if status.message != nil {
		message = C.GoString(status.message)
	}
	return &LibnbdError{op, message, syscall.Errno(status.errnum)}
}
