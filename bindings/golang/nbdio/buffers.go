// SPDX-License-Identifier: MIT

package nbdio

import (
	"math/bits"
	"sync"

	"libguestfs.org/libnbd"
)

const (
	smallestBuffer = 4096
	pieceSize      = 1 << 20 // of a read or write, at most
	keptBytes      = 16 << 20
)

// A pool keeps memory for the data of commands.
//
// The library uses the memory of a command while the command is in flight, which
// may be longer than the call that issued it.  So it must not be memory of Go.
type pool struct {
	lock   sync.Mutex
	kept   [9][]libnbd.AioBuffer // of 4 KiB, 8 KiB ... pieceSize
	bytes  int
	closed bool
}

func class(size int) int {
	if size <= smallestBuffer {
		return 0
	}
	return bits.Len(uint(size-1)) - bits.Len(smallestBuffer-1)
}

// get returns a buffer of this size, with undefined content.
func (p *pool) get(size int) libnbd.AioBuffer {
	class := class(size)
	p.lock.Lock()
	kept := p.kept[class]
	if len(kept) == 0 {
		p.lock.Unlock()
		buf := libnbd.MakeAioBuffer(smallestBuffer << class)
		buf.Size = uint(size)
		return buf
	}
	buf := kept[len(kept)-1]
	p.kept[class] = kept[:len(kept)-1]
	p.bytes -= smallestBuffer << class
	p.lock.Unlock()
	buf.Size = uint(size)
	return buf
}

// put takes back a buffer that no command uses.
func (p *pool) put(buf libnbd.AioBuffer) {
	class := class(int(buf.Size))
	p.lock.Lock()
	defer p.lock.Unlock()
	if p.closed || p.bytes >= keptBytes {
		buf.Free()
		return
	}
	p.kept[class] = append(p.kept[class], buf)
	p.bytes += smallestBuffer << class
}

func (p *pool) close() {
	p.lock.Lock()
	defer p.lock.Unlock()
	p.closed = true
	for i, kept := range p.kept {
		for _, buf := range kept {
			buf.Free()
		}
		p.kept[i] = nil
	}
	p.bytes = 0
}
