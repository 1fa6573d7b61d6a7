// SPDX-License-Identifier: MIT

// The measured client in Go.  It does what bench/client does in the case read:
//
//	client-golang --socket PATH --case read [--depth N] [--size BYTES]
//	              [--requests N] [--seconds S]
package main

import (
	"flag"
	"fmt"
	"math"
	"os"
	"runtime"
	"syscall"
	"time"

	"libguestfs.org/libnbd"
)

// Reading the clock costs as much as a tenth of a small request.
const requestsPerClock = 64

type slot struct {
	buf     libnbd.AioBuffer
	optargs libnbd.AioPreadOptargs
}

type queue struct {
	h      *libnbd.Libnbd
	slots  []*slot
	idle   []*slot
	state  uint64
	blocks uint64
	size   uint64
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func newQueue(socket string, depth int, size uint) *queue {
	h, err := libnbd.Create()
	check(err)
	check(h.ConnectUnix(socket))
	bytes, err := h.GetSize()
	check(err)
	q := &queue{h: h, state: 0x9e3779b97f4a7c15, size: uint64(size)}
	q.blocks = bytes / q.size
	for i := 0; i < depth; i++ {
		s := &slot{buf: libnbd.MakeAioBufferZero(size)}
		s.optargs.CompletionCallbackSet = true
		s.optargs.CompletionCallback = func(errno *int) int {
			if *errno != 0 {
				check(syscall.Errno(*errno))
			}
			q.idle = append(q.idle, s)
			return 1
		}
		q.idle = append(q.idle, s)
	}
	return q
}

// nextOffset yields the same sequence as in bench/common.c.
func (q *queue) nextOffset() uint64 {
	q.state ^= q.state << 13
	q.state ^= q.state >> 7
	q.state ^= q.state << 17
	return (q.state >> 32) * q.blocks >> 32 * q.size
}

func (q *queue) issue() {
	last := len(q.idle) - 1
	s := q.idle[last]
	q.idle = q.idle[:last]
	_, err := q.h.AioPread(s.buf, q.nextOffset(), &s.optargs)
	check(err)
}

// run keeps the queue full until that many requests were issued, or until the
// deadline, and then empties it.
func (q *queue) run(requests uint64, deadline time.Time) uint64 {
	depth := len(q.idle)
	issued := uint64(0)
	for more := true; ; {
		for more && len(q.idle) > 0 {
			more = issued < requests &&
				(issued%requestsPerClock != 0 || time.Now().Before(deadline))
			if more {
				q.issue()
				issued++
			}
		}
		if len(q.idle) == depth {
			return issued
		}
		// Take all replies that have arrived, and wait only if none has: each call
		// of C from Go is expensive, and Poll completes one request.
		check(q.h.AioNotifyRead())
		if len(q.idle) == 0 {
			_, err := q.h.Poll(-1)
			check(err)
		}
	}
}

func usage() (user, sys float64) {
	var used syscall.Rusage
	check(syscall.Getrusage(syscall.RUSAGE_SELF, &used))
	return float64(used.Utime.Nano()) / 1e9, float64(used.Stime.Nano()) / 1e9
}

func main() {
	socket := flag.String("socket", "", "the server's Unix socket")
	what := flag.String("case", "read", "what to measure")
	depth := flag.Int("depth", 64, "requests in flight")
	size := flag.Uint("size", 4096, "bytes per request")
	requests := flag.Uint64("requests", math.MaxUint64, "stop after so many")
	seconds := flag.Float64("seconds", 1e6, "or after so long")
	flag.Parse()
	if *what != "read" {
		check(fmt.Errorf("--case: only read: %s", *what))
	}

	// If it is pinned to one core, Go has one processor, which it would take
	// away from each call of C that waits; that costs more than the call.
	if runtime.GOMAXPROCS(0) < 2 {
		runtime.GOMAXPROCS(2)
	}
	q := newQueue(*socket, *depth, *size)
	user, sys := usage()
	start := time.Now()
	deadline := start.Add(time.Duration(*seconds * float64(time.Second)))
	n := q.run(*requests, deadline)
	wall := time.Since(start).Seconds()
	userNow, sysNow := usage()
	fmt.Printf("{\"case\": \"read\", \"requests\": %d, \"wall\": %.6f,"+
		" \"user\": %.6f, \"sys\": %.6f}\n", n, wall, userNow-user, sysNow-sys)
	check(q.h.Shutdown(nil))
	q.h.Close()
}
