// SPDX-License-Identifier: MIT

package libnbd_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"libguestfs.org/libnbd"
)

const mib = 1 << 20

// requires skips a test for which a program is missing.
func requires(t *testing.T, program string) {
	t.Helper()
	if _, err := exec.LookPath(program); err != nil {
		t.Skipf("%s is not installed", program)
	}
}

// good fails the test unless the call succeeded.
func good(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// fails checks that the call failed with this error number.
func fails(t *testing.T, err error, errno syscall.Errno) *libnbd.LibnbdError {
	t.Helper()
	var found *libnbd.LibnbdError
	if !errors.As(err, &found) {
		t.Fatalf("expected %v, got %v", errno, err)
	}
	if found.Errno != errno {
		t.Fatalf("expected %v, got errno %d: %v", errno, found.Errno, err)
	}
	return found
}

// same fails the test unless both are equal.  It does not end the test, so
// callbacks may use it.
func same(t *testing.T, what string, got, want interface{}) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, expected %v", what, got, want)
	}
}

// newHandle makes a handle that is closed when the test ends.
func newHandle(t *testing.T) *libnbd.Libnbd {
	t.Helper()
	h, err := libnbd.Create()
	good(t, err)
	t.Cleanup(func() { h.Close() })
	return h
}

func nbdkit(arguments ...string) []string {
	return append([]string{"nbdkit", "-s", "--exit-with-parent"}, arguments...)
}

// serve returns a handle that is connected to an nbdkit of its own.
func serve(t *testing.T, arguments ...string) *libnbd.Libnbd {
	t.Helper()
	requires(t, "nbdkit")
	h := newHandle(t)
	good(t, h.ConnectCommand(nbdkit(arguments...)))
	return h
}

// haggle returns a handle in option mode.
func haggle(t *testing.T, arguments ...string) *libnbd.Libnbd {
	t.Helper()
	requires(t, "nbdkit")
	h := newHandle(t)
	good(t, h.SetOptMode(true))
	good(t, h.ConnectCommand(nbdkit(arguments...)))
	yes, err := h.AioIsNegotiating()
	good(t, err)
	same(t, "AioIsNegotiating", yes, true)
	return h
}

// drive polls until no command is in flight.
func drive(t *testing.T, h *libnbd.Libnbd) {
	t.Helper()
	for {
		n, err := h.AioInFlight()
		good(t, err)
		if n == 0 {
			return
		}
		_, err = h.Poll(-1)
		good(t, err)
	}
}

// takeTurns polls each handle that has commands in flight, for a short time.
func takeTurns(t *testing.T, handles ...*libnbd.Libnbd) {
	t.Helper()
	for _, h := range handles {
		n, err := h.AioInFlight()
		good(t, err)
		if n > 0 {
			_, err = h.Poll(1)
			good(t, err)
		}
	}
}

// pattern checks a buffer with data of nbdkit's pattern plugin: each group of eight
// bytes contains its own offset.
func pattern(t *testing.T, data []byte, offset uint64) {
	t.Helper()
	for i := range data {
		at := offset + uint64(i)
		want := byte(at &^ 7 >> (8 * (7 - at&7)))
		if data[i] != want {
			t.Fatalf("byte at %d is %#x, not %#x", at, data[i], want)
		}
	}
}

// image makes a file with this content and returns its path.
func image(t *testing.T, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "disk.img")
	good(t, os.WriteFile(path, content, 0o600))
	return path
}
