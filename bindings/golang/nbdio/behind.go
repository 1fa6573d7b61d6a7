// SPDX-License-Identifier: MIT

package nbdio

import (
	"context"
	"sync"
)

const mostBehind = 32 // chunks

// writeBehind gathers what is written, and writes it in chunks while more is
// gathered.
type writeBehind struct {
	disk   *Disk
	stage  []byte // what was written last, not yet sent
	at     int64  // where it starts
	dirty  bool   // something was written after the last flush
	flying []*flight

	lock sync.Mutex
	err  error // the first error that was not returned yet
}

type flight struct {
	start, end int64
	done       chan struct{}
}

// write gathers data.  The caller has checked that the range is on the disk.
func (b *writeBehind) write(ctx context.Context, p []byte, at int64) (int, error) {
	if err := b.take(); err != nil {
		return 0, err
	}
	if len(b.stage) > 0 && at != b.at+int64(len(b.stage)) {
		b.launch(ctx)
	}
	written := len(p)
	for len(p) > 0 {
		if len(b.stage) == 0 {
			b.at = at
		}
		// Let a chunk end where a block ends.
		room := b.disk.down(b.at+b.disk.chunk()) - at
		if room > int64(len(p)) {
			room = int64(len(p))
		}
		b.stage = append(b.stage, p[:room]...)
		b.dirty = true
		p = p[room:]
		at += room
		if at == b.disk.down(b.at+b.disk.chunk()) {
			b.launch(ctx)
		}
	}
	return written, nil
}

// launch sends what was gathered.  It first waits for writes to the same blocks,
// and for other writes if there are too many.
func (b *writeBehind) launch(ctx context.Context) {
	if len(b.stage) == 0 {
		return
	}
	data := b.stage
	b.stage = nil
	f := &flight{b.disk.down(b.at), b.disk.up(b.at + int64(len(data))), make(chan struct{})}
	kept := b.flying[:0]
	for i, other := range b.flying {
		overlap := f.start < other.end && other.start < f.end
		if overlap || i == 0 && len(b.flying) >= mostBehind {
			<-other.done
		} else {
			kept = append(kept, other)
		}
	}
	b.flying = append(kept, f)
	go func(at int64) {
		defer close(f.done)
		if _, err := b.disk.WriteAtContext(ctx, data, at); err != nil {
			b.lock.Lock()
			defer b.lock.Unlock()
			if b.err == nil {
				b.err = err
			}
		}
	}(b.at)
}

// take returns an error that was not returned before.
func (b *writeBehind) take() error {
	b.lock.Lock()
	defer b.lock.Unlock()
	err := b.err
	b.err = nil
	return err
}

// settle waits until everything is written.  take returns its error.
func (b *writeBehind) settle(ctx context.Context) {
	b.launch(ctx)
	for _, f := range b.flying {
		<-f.done
	}
	b.flying = nil
}

// flush waits until everything is on stable storage.
func (b *writeBehind) flush(ctx context.Context) error {
	b.settle(ctx)
	if err := b.take(); err != nil {
		return err
	}
	if !b.dirty {
		return nil
	}
	if err := b.disk.d.isOpen(); err != nil {
		return &Error{Op: "flush", Err: err}
	}
	can, err := b.disk.d.h.CanFlush()
	if err == nil && can {
		err = b.disk.Flush(ctx)
	}
	b.dirty = err != nil
	return err
}
