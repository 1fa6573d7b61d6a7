// SPDX-License-Identifier: MIT

package libnbd

// #include "glue.h"
import "C"

import (
	"fmt"
	"sync"
	"sync/atomic"
	"syscall"
	"unsafe"
)

// AioBuffer is memory for asynchronous reads and writes.
//
// The library uses it from the call that starts a command until the command is
// retired, so it is not memory of Go.  Make one with [MakeAioBuffer],
// [MakeAioBufferZero] or [FromBytes], and free it with [AioBuffer.Free] when it is
// no longer needed.
//
// Copies of an AioBuffer are the same memory, and freeing one of them frees all.
// Size can be made smaller, to use only the first bytes.  A program may also make
// an AioBuffer from P and Size.  Then the memory belongs to the program, and Free
// does not free it.
type AioBuffer struct {
	// The first byte, or nil after Free.
	P unsafe.Pointer

	// The length in bytes.
	Size uint

	// shared by copies; nil if the memory belongs to the program
	memory *memory
}

// A memory is what the functions below have allocated.
type memory struct {
	lock sync.Mutex
	c    *C.struct_nbdgo_memory // nil after Free
	end  uintptr
}

func makeBuffer(size uint, cleared bool) AioBuffer {
	c := C.nbdgo_make_memory(C.size_t(size), C.bool(cleared))
	if c == nil {
		panic(fmt.Sprintf("libnbd: no memory for a buffer of %d bytes", size))
	}
	m := &memory{c: c, end: uintptr(c.start) + uintptr(size)}
	return AioBuffer{c.start, size, m}
}

// MakeAioBuffer makes a buffer with undefined content.  Read into it before you use
// it.
func MakeAioBuffer(size uint) AioBuffer {
	return makeBuffer(size, false)
}

// MakeAioBufferZero makes a buffer of zeroes.
func MakeAioBufferZero(size uint) AioBuffer {
	return makeBuffer(size, true)
}

// FromBytes makes a buffer that is a copy of the slice.
func FromBytes(data []byte) AioBuffer {
	buf := MakeAioBuffer(uint(len(data)))
	copy(buf.Slice(), data)
	return buf
}

// Free frees the memory.  The buffer, its copies and slices of it must not be used
// afterwards.
//
// If commands use the memory, it is freed when the last of them is retired.
// Freeing a buffer again, or a copy of it, does nothing.
func (b *AioBuffer) Free() {
	m := b.memory
	*b = AioBuffer{}
	if m == nil {
		return
	}
	m.lock.Lock()
	c := m.c
	m.c = nil
	m.lock.Unlock()
	if c != nil {
		C.nbdgo_drop_memory(unsafe.Pointer(c))
	}
}

// fault returns why the memory cannot be used, or "".  The caller holds the lock.
func (b *AioBuffer) fault() string {
	switch {
	case b.P == nil || b.memory != nil && b.memory.c == nil:
		return "the buffer was freed, or never made"
	case b.memory != nil && (uintptr(b.P) > b.memory.end ||
		uintptr(b.Size) > b.memory.end-uintptr(b.P)):
		return fmt.Sprintf("the buffer has less memory than its size of %d bytes", b.Size)
	}
	return ""
}

// inspect returns what fault returns, with the lock held.
func (b *AioBuffer) inspect() string {
	if b.memory != nil {
		b.memory.lock.Lock()
		defer b.memory.lock.Unlock()
	}
	return b.fault()
}

// lend keeps the memory for a command until C drops it.  The result is nil if the
// memory belongs to the program.
func (b *AioBuffer) lend(op, name string) (*C.struct_nbdgo_memory, error) {
	var c *C.struct_nbdgo_memory
	if b.memory != nil {
		b.memory.lock.Lock()
		defer b.memory.lock.Unlock()
		c = b.memory.c
	}
	if why := b.fault(); why != "" {
		return nil, newError(op, syscall.EFAULT, "%s: %s", name, why)
	}
	if c != nil {
		atomic.AddUint64((*uint64)(&c.users), 1)
	}
	return c, nil
}

// Bytes returns a copy of the content, which stays valid after Free.  It panics if
// the buffer was freed.
func (b *AioBuffer) Bytes() []byte {
	return append([]byte{}, b.slice("Bytes")...)
}

// Slice returns the memory itself, not a copy.  It is valid until Free.  It panics if
// the buffer was freed.
func (b *AioBuffer) Slice() []byte {
	return b.slice("Slice")
}

func (b *AioBuffer) slice(method string) []byte {
	if why := b.inspect(); why != "" {
		panic("libnbd: AioBuffer." + method + ": " + why)
	}
	return unsafe.Slice((*byte)(b.P), b.Size)
}

// Get returns a pointer to a byte of the buffer.  It is valid until Free.  It panics
// if the buffer was freed, or has no such byte.
func (b *AioBuffer) Get(i uint) *byte {
	memory := b.slice("Get")
	if i >= b.Size {
		panic(fmt.Sprintf("libnbd: AioBuffer.Get: index %d is not below the size %d",
			i, b.Size))
	}
	return &memory[i]
}
