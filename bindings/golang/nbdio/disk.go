// SPDX-License-Identifier: MIT

package nbdio

import (
	"context"
	"io"
	"sync/atomic"
	"syscall"

	"libguestfs.org/libnbd"
)

// A Disk is a connected export of an NBD server.  Make one with [Open] or [New],
// and close it with [Disk.Close] or [Disk.Shutdown].
//
// Any number of goroutines may use a Disk at once.  All their requests are in
// flight together, on one connection unless [Connections] says otherwise.  No call
// takes a thread.
type Disk struct {
	// These are used with sync/atomic, so they must come first.
	size    int64 // as it was last asked for
	changes int64 // how many calls have changed something

	d     *driver
	align int64 // the server's minimum block size
	piece int64 // of a read or write, at most
	locks blockLocks
}

var (
	_ io.ReaderAt = (*Disk)(nil)
	_ io.WriterAt = (*Disk)(nil)
	_ io.Closer   = (*Disk)(nil)
)

// Open connects to the export that the URI names, such as nbd://localhost/disk or
// nbd+unix:///?socket=/run/nbd.sock.
//
// The context only limits the time to connect.  Afterwards the disk does not depend
// on it.
func Open(ctx context.Context, uri string, options ...Option) (*Disk, error) {
	h, err := libnbd.Create()
	if err != nil {
		return nil, &Error{Op: "open", Err: err}
	}
	if err := prepare(h, options); err != nil {
		h.Close()
		return nil, &Error{Op: "open", Err: err}
	}

	// Looking up a host name cannot be interrupted.
	var disk *Disk
	result := make(chan error, 1)
	go func() {
		err := connect(ctx, h, uri)
		if err == nil {
			disk, err = newDisk(h)
		}
		if err != nil {
			h.Close()
		}
		result <- err
	}()
	select {
	case err = <-result:
	case <-ctx.Done():
		err = ctx.Err()
		go func() {
			if <-result == nil {
				disk.Close()
			}
		}()
	}
	if err != nil {
		return nil, &Error{Op: "open", Err: err}
	}
	return disk, nil
}

func prepare(h *libnbd.Libnbd, options []Option) error {
	if err := h.AddMetaContext(libnbd.CONTEXT_BASE_ALLOCATION); err != nil {
		return err
	}
	for _, option := range options {
		if err := option(h); err != nil {
			return err
		}
	}
	return nil
}

// New makes a disk from a handle that the program has connected, for example with
// [libnbd.Libnbd.ConnectCommand].
//
// From then on, the handle belongs to the disk.  The program may ask it for
// settings and for information about the export, but must not issue commands on it,
// wait with it, or close it.  If New fails, the handle still belongs to the
// program.
func New(h *libnbd.Libnbd) (*Disk, error) {
	disk, err := newDisk(h)
	if err != nil {
		return nil, &Error{Op: "open", Err: err}
	}
	return disk, nil
}

func newDisk(h *libnbd.Libnbd) (*Disk, error) {
	size, err := h.GetSize()
	if err != nil {
		return nil, err
	}
	align, err := blockSize(h, libnbd.SIZE_MINIMUM, 1)
	if err != nil {
		return nil, err
	}
	piece := int64(pieceSize)
	for _, which := range []libnbd.Size{libnbd.SIZE_MAXIMUM, libnbd.SIZE_PAYLOAD} {
		limit, err := blockSize(h, which, piece)
		if err != nil {
			return nil, err
		}
		if limit < piece {
			piece = limit
		}
	}
	// Nobody sees the buffer of a read that failed.
	if err := h.SetPreadInitialize(false); err != nil {
		return nil, err
	}
	driver, err := newDriver(h)
	if err != nil {
		return nil, err
	}
	return &Disk{d: driver, size: int64(size), align: align, piece: piece - piece%align}, nil
}

// blockSize returns a block size, or `unknown` if the server has not told it.
func blockSize(h *libnbd.Libnbd, which libnbd.Size, unknown int64) (int64, error) {
	size, err := h.GetBlockSize(which)
	if size == 0 {
		return unknown, err
	}
	return int64(size), err
}

// Handle returns the handle of the disk, for calls that the disk has no method for,
// such as [libnbd.Libnbd.IsReadOnly] and [libnbd.Libnbd.StatsReconnects].  Do not
// issue commands on it, wait with it, or close it.
func (d *Disk) Handle() *libnbd.Libnbd {
	return d.d.h
}

// Size returns the size in bytes.  It changes only if the export has grown by the
// time a lost connection is established again.
func (d *Disk) Size() int64 {
	d.reaches(atomic.LoadInt64(&d.size) + 1)
	return atomic.LoadInt64(&d.size)
}

// reaches returns whether the disk has at least this size.
func (d *Disk) reaches(end int64) bool {
	if end <= atomic.LoadInt64(&d.size) {
		return true
	}
	if size, err := d.d.h.GetSize(); err == nil {
		atomic.StoreInt64(&d.size, int64(size))
	}
	return end <= atomic.LoadInt64(&d.size)
}

// Flush returns when everything that was written before is on stable storage.
func (d *Disk) Flush(ctx context.Context) error {
	err := d.do(ctx, func() (uint64, error) { return d.d.h.AioFlush(nil) })
	if err != nil {
		return &Error{Op: "flush", Err: err}
	}
	return nil
}

// do issues one command and waits for it.
func (d *Disk) do(ctx context.Context, issue func() (uint64, error)) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	c := newCommand()
	if err := d.d.start(c, issue); err != nil {
		return err
	}
	return d.d.wait(ctx, c)
}

// Close ends the connection at once.  Calls that are in progress fail with an error
// that is [os.ErrClosed].  Data that was written but not flushed may be lost when
// the server stops, so call [Disk.Flush] before.
//
// A callback of the handle may call Close, too.  Then the disk is closed soon after
// the callback has returned.
func (d *Disk) Close() error {
	if d.d.inCallback() {
		go d.d.close()
		return nil
	}
	return d.d.close()
}

// Shutdown waits until all calls that are in progress have ended, then ends the
// connection.  Calls that begin meanwhile fail with [os.ErrClosed].
//
// If the context ends first, the disk is closed as by [Disk.Close], and the error
// says so.
func (d *Disk) Shutdown(ctx context.Context) error {
	if d.d.inCallback() {
		return wrong("shutdown", 0, 0, syscall.EDEADLK, "a callback of the handle cannot wait")
	}
	err := d.d.drain(ctx)
	if closing := d.d.close(); err == nil {
		err = closing
	}
	if err != nil {
		return &Error{Op: "shutdown", Err: err}
	}
	return nil
}

func newCommand() *command {
	return &command{done: make(chan struct{}, 1)}
}
