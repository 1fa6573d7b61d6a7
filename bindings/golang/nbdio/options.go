// SPDX-License-Identifier: MIT

package nbdio

import (
	"math"
	"time"

	"libguestfs.org/libnbd"
)

// An Option changes how [Open] connects.
type Option func(*libnbd.Libnbd) error

// milliseconds rounds up, so that a short time does not become 0.
func milliseconds(d time.Duration) int {
	switch ms := (d + time.Millisecond - 1) / time.Millisecond; {
	case d < 0:
		return -1
	case ms > math.MaxInt32:
		return math.MaxInt32
	default:
		return int(ms)
	}
}

// ReconnectTimeout sets how long an outage may last.  Until then, the library tries
// to restore a lost connection, and commands take longer but do not fail.  A
// negative duration means no limit.  See libnbd-reconnect(3).
func ReconnectTimeout(d time.Duration) Option {
	return func(h *libnbd.Libnbd) error { return h.SetReconnectTimeout(milliseconds(d)) }
}

// ConnectTimeout sets how long the first connection may take.  Until then, the
// library waits for a server that is not there yet.  A negative duration means no
// limit.
func ConnectTimeout(d time.Duration) Option {
	return func(h *libnbd.Libnbd) error { return h.SetConnectTimeout(milliseconds(d)) }
}

// CommandTimeout sets how long each request to the server may take.
func CommandTimeout(d time.Duration) Option {
	return func(h *libnbd.Libnbd) error { return h.SetCommandTimeout(milliseconds(d)) }
}

// StallTimeout sets how long a connection may be silent while requests are in
// flight.
func StallTimeout(d time.Duration) Option {
	return func(h *libnbd.Libnbd) error { return h.SetStallTimeout(milliseconds(d)) }
}

// Connections sets how many connections the disk may have, if the server allows
// several.
func Connections(n int) Option {
	return func(h *libnbd.Libnbd) error {
		if n < 0 || n > math.MaxInt32 {
			n = math.MaxInt32 // refused, with a message that names the limit
		}
		return h.SetConnections(uint32(n))
	}
}

// Contexts sets the metadata contexts to ask for, instead of base:allocation.
// [Disk.Extents] needs them.
func Contexts(names ...string) Option {
	return func(h *libnbd.Libnbd) error {
		if err := h.ClearMetaContexts(); err != nil {
			return err
		}
		for _, name := range names {
			if err := h.AddMetaContext(name); err != nil {
				return err
			}
		}
		return nil
	}
}

// Setup sets a function that is called with the handle before it connects, for
// everything that has no option, such as TLS.
//
// Callbacks that it sets must not use the disk, except for [Disk.Close]: any other
// method of the disk may wait for ever in a callback.
func Setup(f func(h *libnbd.Libnbd) error) Option {
	return f
}
