// SPDX-License-Identifier: MIT

package libnbd_test

import (
	"fmt"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"libguestfs.org/libnbd"
)

type event struct {
	number  uint
	message string
	value   int64
}

func TestEventsTellOfAnOutage(t *testing.T) {
	requires(t, "nbdkit")
	h := newHandle(t)
	var events []event
	good(t, h.SetEventCallback(func(number uint, message string, value int64) int {
		events = append(events, event{number, message, value})
		return 0
	}))
	good(t, h.SetReconnectTimeout(-1))
	good(t, h.ConnectCommand(nbdkit("data", "data=1 2 3 4", "size=512")))
	good(t, h.KillSubprocess(int(syscall.SIGKILL)))
	buf := make([]byte, 4)
	good(t, h.Pread(buf, 0, nil))
	same(t, "data", string(buf), "\x01\x02\x03\x04")
	reconnects, err := h.StatsReconnects()
	good(t, err)
	same(t, "reconnects", reconnects, uint64(1))
	if len(events) < 3 {
		t.Fatalf("too few events: %v", events)
	}
	same(t, "first", events[0].number, uint(libnbd.EVENT_CONNECTED))
	same(t, "second", events[1].number, uint(libnbd.EVENT_LOST))
	last := events[len(events)-1]
	same(t, "last", last.number, uint(libnbd.EVENT_BACK))
	if !strings.Contains(last.message, fmt.Sprintf("after %d ms", last.value)) {
		t.Error(last.message)
	}
}

func TestCommandsCanBeCancelled(t *testing.T) {
	h := serve(t, "--filter=delay", "null", "1M", "delay-read=60")
	buf := libnbd.MakeAioBuffer(512)
	defer buf.Free()
	errno := 0
	cookie, err := h.AioPread(buf, 0, &libnbd.AioPreadOptargs{
		CompletionCallbackSet: true,
		CompletionCallback: func(error *int) int {
			errno = *error
			return 1
		},
	})
	good(t, err)
	cancelled, err := h.AioCancel(cookie)
	good(t, err)
	same(t, "cancelled", cancelled, true)
	same(t, "errno", syscall.Errno(errno), syscall.ECANCELED)
	cancelled, err = h.AioCancel(cookie)
	good(t, err)
	same(t, "cancelled again", cancelled, false)

	result := make(chan error)
	go func() { result <- h.Pread(make([]byte, 512), 0, nil) }()
	for cancelled = false; !cancelled; runtime.Gosched() {
		cancelled, err = h.Cancel()
		good(t, err)
	}
	fails(t, <-result, syscall.ECANCELED)
}
