// SPDX-License-Identifier: MIT

package libnbd

// #include <stdlib.h>
// #include <string.h>
import "C"

import (
	"fmt"
	"unsafe"
)

// AioBuffer is memory for asynchronous reads and writes.
//
// The library uses it from the call that starts a command until that has
// finished, so it is not memory of Go's.  Make one with [MakeAioBuffer],
// [MakeAioBufferZero] or [FromBytes], and free it with [AioBuffer.Free] once it is not
// needed any more, but never while a command uses it.  Copies of an AioBuffer are
// the same memory.
type AioBuffer struct {
	// The first byte, or nil after Free.
	P unsafe.Pointer

	// The length in bytes.
	Size uint
}

// allocate never returns nil: C.malloc ends the program instead.
func allocate(size uint) unsafe.Pointer {
	if size == 0 {
		return C.malloc(1)
	}
	return C.malloc(C.size_t(size))
}

// MakeAioBuffer makes a buffer of whatever was in memory before.  Read into it
// before you use it.
func MakeAioBuffer(size uint) AioBuffer {
	return AioBuffer{allocate(size), size}
}

// MakeAioBufferZero makes a buffer of zeroes.
func MakeAioBufferZero(size uint) AioBuffer {
	buf := MakeAioBuffer(size)
	C.memset(buf.P, 0, C.size_t(size))
	return buf
}

// FromBytes makes a buffer that is a copy of the slice.
func FromBytes(data []byte) AioBuffer {
	buf := MakeAioBuffer(uint(len(data)))
	copy(buf.Slice(), data)
	return buf
}

// Free gives the memory back.  Slices of the buffer must not be used any more.
// Freeing the same variable again does nothing.
func (b *AioBuffer) Free() {
	C.free(b.P)
	*b = AioBuffer{}
}

// Bytes returns a copy of the content, which stays valid after Free.
func (b *AioBuffer) Bytes() []byte {
	return append([]byte{}, b.Slice()...)
}

// Slice returns the memory itself, not a copy.  It is valid until Free.
func (b *AioBuffer) Slice() []byte {
	return unsafe.Slice((*byte)(b.P), b.Size)
}

// Get returns a pointer to a byte of the buffer.  It is valid until Free.
func (b *AioBuffer) Get(i uint) *byte {
	if i >= b.Size {
		panic(fmt.Sprintf("libnbd: AioBuffer.Get: index %d is not below the size %d",
			i, b.Size))
	}
	return (*byte)(unsafe.Add(b.P, i))
}
