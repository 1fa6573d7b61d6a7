// SPDX-License-Identifier: MIT

package nbdio

import (
	"math"
	"time"

	"libguestfs.org/libnbd"
)

// An Option changes how [Open] connects.
type Option func(*libnbd.Libnbd) error

// milliseconds rounds up, so that a short time does not become none.
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

// ReconnectTimeout is how long an outage may last.  Until then a lost connection is
// made again, and commands take longer but do not fail.  A negative duration is no
// limit.  See libnbd-reconnect(3).
func ReconnectTimeout(d time.Duration) Option {
	return func(h *libnbd.Libnbd) error { return h.SetReconnectTimeout(milliseconds(d)) }
}

// ConnectTimeout is how long the first connection may take.  Until then a server
// that is not there yet is waited for.  A negative duration is no limit.
func ConnectTimeout(d time.Duration) Option {
	return func(h *libnbd.Libnbd) error { return h.SetConnectTimeout(milliseconds(d)) }
}

// CommandTimeout is how long each request to the server may take.
func CommandTimeout(d time.Duration) Option {
	return func(h *libnbd.Libnbd) error { return h.SetCommandTimeout(milliseconds(d)) }
}

// StallTimeout is how long a connection may be silent while requests are in flight.
func StallTimeout(d time.Duration) Option {
	return func(h *libnbd.Libnbd) error { return h.SetStallTimeout(milliseconds(d)) }
}

// Connections is how many connections the disk may have, if the server allows
// several.
func Connections(n int) Option {
	return func(h *libnbd.Libnbd) error {
		if n < 0 || n > math.MaxInt32 {
			n = math.MaxInt32 // which is refused with a message that says the limit
		}
		return h.SetConnections(uint32(n))
	}
}

// Contexts are the metadata contexts to ask for, instead of base:allocation.
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

// Setup calls a function with the handle before it connects, for all that has no
// option of its own, such as TLS.
func Setup(f func(h *libnbd.Libnbd) error) Option {
	return f
}
