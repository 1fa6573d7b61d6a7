// SPDX-License-Identifier: MIT

package nbdio

import (
	"context"
	"sync/atomic"
)

const (
	chunkSize = 256 << 10 // of requests that read ahead and write behind
	mostAhead = 8 << 20
)

// readAhead holds adjacent pieces of the disk that were requested before the
// program read them.
type readAhead struct {
	disk    *Disk
	pieces  []piece // the first one is in use, see arrived
	arrived bool
	next    int64 // where the next piece would start
	depth   int64 // how much to ask for in advance
	end     int64 // where the last read ended
	changes int64 // of the disk, when the first piece was requested
}

// drop drops all pieces.
func (a *readAhead) drop() {
	for i := range a.pieces {
		a.shift(i > 0 || !a.arrived)
	}
	a.depth = 0
}

// shift drops the first piece.
func (a *readAhead) shift(flying bool) {
	c := a.pieces[0].command
	a.pieces = a.pieces[1:]
	a.arrived = false
	if flying {
		a.disk.d.drop(c)
	} else {
		a.disk.d.release(c)
	}
}

// get returns data from this place, up to length bytes.  The data is valid until
// the next call.  The caller has checked that the disk has this range.
func (a *readAhead) get(ctx context.Context, pos, length int64) ([]byte, error) {
	if a.changes != atomic.LoadInt64(&a.disk.changes) || pos != a.end {
		a.seek(pos)
	}
	for len(a.pieces) > 0 && pos >= a.pieces[0].at+int64(a.pieces[0].n) {
		a.shift(!a.arrived)
	}
	if err := a.ask(pos, length); err != nil {
		return nil, err
	}
	head := a.pieces[0]
	if !a.arrived {
		err := a.disk.d.wait(ctx, head.command)
		a.arrived = true
		if err != nil {
			a.drop()
			return nil, err
		}
	}
	data := head.buf.Slice()[pos-head.at:]
	if int64(len(data)) > length {
		data = data[:length]
	}
	a.end = pos + int64(len(data))
	return data, nil
}

// seek keeps the pieces if the place is in them.
func (a *readAhead) seek(pos int64) {
	changes := atomic.LoadInt64(&a.disk.changes)
	kept := a.changes == changes && len(a.pieces) > 0 &&
		a.pieces[0].at <= pos && pos < a.next
	if !kept {
		sequential := pos == a.end
		depth := a.depth
		a.drop()
		if sequential {
			a.depth = depth
		}
	}
	a.changes = changes
}

// ask requests what is to be read now, and more in advance: the longer the
// sequential reading lasts, the more.  Of a very long read only the first part is
// requested, because each request takes memory.
func (a *readAhead) ask(pos, length int64) error {
	d := a.disk
	if length > mostAhead {
		length = mostAhead
	}
	if pos == a.end && pos > 0 || len(a.pieces) > 0 {
		a.depth = 2 * (a.depth + length)
		if a.depth > mostAhead {
			a.depth = mostAhead
		}
	}
	if len(a.pieces) == 0 {
		a.next = d.down(pos)
	}
	target := d.up(pos + length + a.depth)
	for a.next < target {
		n := target - a.next
		if longest := d.chunk(); n > longest {
			n = longest
		} else if n < longest && len(a.pieces) > 0 && target < atomic.LoadInt64(&d.size) {
			break // the piece will soon be a whole chunk
		}
		p := piece{newCommand(), a.next, int(n)}
		if err := d.startRead(p.command, p.at, p.n); err != nil {
			d.d.release(p.command)
			if len(a.pieces) > 0 {
				break
			}
			return err
		}
		a.pieces = append(a.pieces, p)
		a.next += n
	}
	return nil
}

// chunk returns the length of one request.
func (d *Disk) chunk() int64 {
	if d.piece < chunkSize {
		return d.piece
	}
	return chunkSize - chunkSize%d.align
}
