// SPDX-License-Identifier: MIT

package nbdio

import (
	"context"
	"io"
	"sync/atomic"
	"syscall"

	"libguestfs.org/libnbd"
)

// The number of requests of one long call that are in flight at once.
const window = 16

// A transfer is a range that is read or written in pieces.
type transfer struct {
	disk  *Disk
	next  int64 // where the next piece starts
	end   int64
	piece int64

	// issue starts a request for a piece, and done handles its completion.
	issue func(c *command, at int64, n int) error
	done  func(c *command, at int64, n int)
}

type piece struct {
	*command
	at int64
	n  int
}

// run returns the end of the first part of the range that was transferred without a
// gap.
func (t *transfer) run(ctx context.Context) (int64, error) {
	var room [window]piece
	flying := room[:0]
	defer func() {
		for _, p := range flying {
			t.disk.d.drop(p.command)
		}
	}()
	at := t.next
	for at < t.end {
		for t.next < t.end && len(flying) < window {
			p := piece{newCommand(), t.next, int(t.piece)}
			if t.end-t.next < t.piece {
				p.n = int(t.end - t.next)
			}
			if err := t.issue(p.command, p.at, p.n); err != nil {
				t.disk.d.release(p.command)
				return at, err
			}
			t.next += int64(p.n)
			flying = append(flying, p)
		}
		p := flying[0]
		err := t.disk.d.wait(ctx, p.command)
		if err == nil && t.done != nil {
			t.done(p.command, p.at, p.n)
		}
		flying = flying[:copy(flying, flying[1:])]
		t.disk.d.release(p.command)
		if err != nil {
			return at, err
		}
		at += int64(p.n)
	}
	return at, nil
}

// down and up round to whole blocks of the server.  The end of the disk counts as
// the end of a block.
func (d *Disk) down(at int64) int64 {
	return at - at%d.align
}

func (d *Disk) up(at int64) int64 {
	if rest := at % d.align; rest != 0 {
		at += d.align - rest
	}
	if size := atomic.LoadInt64(&d.size); at > size {
		return size
	}
	return at
}

func (d *Disk) startRead(c *command, at int64, n int) error {
	c.buf = d.d.pool.get(n)
	return d.d.start(c, func() (uint64, error) {
		return d.d.h.AioPread(c.buf, uint64(at), nil)
	})
}

func (d *Disk) startWrite(c *command, at int64, flags libnbd.CmdFlag) error {
	return d.d.start(c, func() (uint64, error) {
		return d.d.h.AioPwrite(c.buf, uint64(at),
			&libnbd.AioPwriteOptargs{FlagsSet: true, Flags: flags})
	})
}

// ReadAt is [Disk.ReadAtContext] with a context that never ends.
func (d *Disk) ReadAt(p []byte, off int64) (n int, err error) {
	return d.ReadAtContext(context.Background(), p, off)
}

// ReadAtContext fills p with data of the disk, from off on.  At the end of the disk
// it returns fewer bytes, with [io.EOF].
//
// The range may have any length and offset.  A long read is split into pieces,
// several of which are in flight.  If the server has a minimum block size, whole
// blocks are read.
//
// When the context ends, so does the call.  If the call returns an error, only the
// first n bytes of p were changed, and none is changed later.
func (d *Disk) ReadAtContext(ctx context.Context, p []byte, off int64) (n int, err error) {
	length := int64(len(p))
	if off < 0 {
		return 0, wrong("read", off, length, syscall.EINVAL, "the offset is negative")
	}
	if err := ctx.Err(); err != nil {
		return 0, &Error{"read", off, length, err}
	}
	end := off + length
	var atEnd error
	if end < off || !d.reaches(end) {
		end, atEnd = d.Size(), io.EOF
	}
	if end <= off {
		return 0, atEnd
	}
	t := transfer{
		disk:  d,
		next:  d.down(off),
		end:   d.up(end),
		piece: d.piece,
		issue: d.startRead,
		done: func(c *command, at int64, _ int) {
			data := c.buf.Slice()
			if at < off {
				data = data[off-at:]
				at = off
			}
			copy(p[at-off:end-off], data)
		},
	}
	reached, err := t.run(ctx)
	if err != nil {
		if reached < off {
			reached = off
		}
		return int(reached - off), &Error{"read", off, length, err}
	}
	return int(end - off), atEnd
}

// WriteAt is [Disk.WriteAtContext] with a context that never ends.
func (d *Disk) WriteAt(p []byte, off int64) (n int, err error) {
	return d.WriteAtContext(context.Background(), p, off)
}

// WriteAtContext writes p to the disk.  A range beyond the end fails with
// [syscall.ENOSPC], and nothing is written.
//
// It returns when the server has the data.  The data is on stable storage only
// after [Disk.Flush].
//
// A long write is split into pieces, several of which are in flight.  If the server
// has a minimum block size, a block of which p has only a part is read, changed and
// written back.  Calls of the same Disk, from any goroutine, wait for each other
// meanwhile, so that nothing is lost.  Changes that another client makes to the
// same block meanwhile may be lost.
//
// When the context ends, so does the call.  The server may then have written any
// part of p, and may still do so, but not after a later write to the same place.
// In any case, the caller may use p again.
func (d *Disk) WriteAtContext(ctx context.Context, p []byte, off int64) (n int, err error) {
	length := int64(len(p))
	if err := d.checkRange("write", off, length); err != nil {
		return 0, err
	}
	if err := ctx.Err(); err != nil {
		return 0, &Error{"write", off, length, err}
	}
	if length == 0 {
		return 0, nil
	}
	defer atomic.AddInt64(&d.changes, 1)
	reached, err := d.write(ctx, p, off, 0)
	switch {
	case err == nil:
		return len(p), nil
	case reached < off:
		reached = off
	case reached > off+length:
		reached = off + length
	}
	return int(reached - off), &Error{"write", off, length, err}
}

// checkRange refuses a range that passes the end.
func (d *Disk) checkRange(op string, off, length int64) error {
	switch {
	case off < 0:
		return wrong(op, off, length, syscall.EINVAL, "the offset is negative")
	case length < 0:
		return wrong(op, off, length, syscall.EINVAL, "the length is negative")
	case off+length < off || !d.reaches(off+length):
		return wrong(op, off, length, syscall.ENOSPC, "the disk ends at %d", d.Size())
	}
	return nil
}

func (d *Disk) write(ctx context.Context, p []byte, off int64, flags libnbd.CmdFlag) (reached int64, err error) {
	end := off + int64(len(p))
	data := blocks{start: d.down(off), end: d.up(end), p: p, off: off}
	if d.align > 1 {
		partly := data.start < off || data.end > end
		lock, err := d.locks.hold(ctx, data.start, data.end, partly)
		if err != nil {
			return off, err
		}
		defer d.locks.release(lock)
		if err := data.surround(ctx, d); err != nil {
			return off, err
		}
	}
	t := transfer{
		disk:  d,
		next:  data.start,
		end:   data.end,
		piece: d.piece,
		issue: func(c *command, at int64, n int) error {
			c.buf = d.d.pool.get(n)
			data.copyTo(c.buf.Slice(), at)
			return d.startWrite(c, at, flags)
		},
	}
	return t.run(ctx)
}

// blocks is data, extended to whole blocks.
type blocks struct {
	start, end int64
	p          []byte
	off        int64 // where p is on the disk
	head, tail []byte
}

// surround reads the rest of the first and the last block.
func (b *blocks) surround(ctx context.Context, d *Disk) error {
	end := b.off + int64(len(b.p))
	b.head = make([]byte, b.off-b.start)
	b.tail = make([]byte, b.end-end)
	if _, err := d.ReadAtContext(ctx, b.head, b.start); err != nil {
		return err
	}
	_, err := d.ReadAtContext(ctx, b.tail, end)
	return err
}

// copyTo fills a buffer with the bytes for this place.
func (b *blocks) copyTo(buf []byte, at int64) {
	offset := b.start
	for _, part := range [][]byte{b.head, b.p, b.tail} {
		if from := at - offset; len(buf) > 0 && from < int64(len(part)) {
			n := copy(buf, part[from:])
			buf = buf[n:]
			at += int64(n)
		}
		offset += int64(len(part))
	}
}
