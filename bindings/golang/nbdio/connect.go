// SPDX-License-Identifier: MIT

package nbdio

import (
	"context"
	"os"
	"syscall"
	"time"

	"libguestfs.org/libnbd"
)

// duplicate returns a duplicate of the handle's descriptor, for the runtime's
// poller.  The poller forgets a descriptor only when it is closed.
func duplicate(h *libnbd.Libnbd) (*os.File, error) {
	fd, err := h.AioGetFd()
	if err != nil {
		return nil, err
	}
	made, _, errno := syscall.Syscall(syscall.SYS_FCNTL, uintptr(fd), syscall.F_DUPFD_CLOEXEC, 0)
	if errno != 0 {
		return nil, errno
	}
	if err := syscall.SetNonblock(int(made), true); err != nil {
		syscall.Close(int(made))
		return nil, err
	}
	return os.NewFile(made, "nbd"), nil
}

// connect connects the handle.  Nobody else may use the handle until it returns.
func connect(ctx context.Context, h *libnbd.Libnbd, uri string) error {
	if err := h.AioConnectUri(uri); err != nil {
		return err
	}
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		if up, err := isUp(h); up || err != nil {
			return err
		}
		if err := step(ctx, h); err != nil {
			return err
		}
	}
}

// isUp returns whether commands can be issued.
func isUp(h *libnbd.Libnbd) (bool, error) {
	for _, is := range []func() (bool, error){h.AioIsReady, h.AioIsProcessing} {
		if yes, err := is(); yes || err != nil {
			return yes, err
		}
	}
	negotiating, err := h.GetOptMode()
	if err != nil || !negotiating {
		return false, err
	}
	negotiating, err = h.AioIsNegotiating()
	if err == nil && negotiating {
		err = wrong("open", 0, 0, syscall.EINVAL,
			"the handle is in option mode: connect it yourself and give it to New")
	}
	return false, err
}

// step waits until the handle has done something.  While the handle connects, the
// library may try one socket after another, so each step asks for the descriptor.
func step(ctx context.Context, h *libnbd.Libnbd) error {
	direction, err := h.AioGetDirection()
	if err != nil {
		return err
	}
	file, err := duplicate(h)
	if err != nil {
		return err
	}
	defer file.Close()
	raw, err := file.SyscallConn()
	if err != nil {
		return err
	}
	over := make(chan struct{})
	defer close(over)
	go func() {
		select {
		case <-ctx.Done():
			file.SetDeadline(time.Unix(1, 0))
		case <-over:
		}
	}()

	wait := raw.Read
	if direction&libnbd.AIO_DIRECTION_WRITE != 0 {
		wait = raw.Write
	}
	var failure error
	err = wait(func(uintptr) bool {
		n, err := h.Poll(0)
		failure = err
		return n > 0 || err != nil
	})
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case failure != nil:
		return failure
	}
	return err
}
