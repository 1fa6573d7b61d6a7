// SPDX-License-Identifier: MIT

package libnbd_test

import (
	"bytes"
	"fmt"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"libguestfs.org/libnbd"
)

func TestBuffersAreWhatTheySay(t *testing.T) {
	zero := libnbd.MakeAioBufferZero(100)
	same(t, "zero", bytes.Count(zero.Bytes(), []byte{0}), 100)
	zero.Slice()[7] = 1
	same(t, "Get", *zero.Get(7), byte(1))
	kept := zero.Bytes()
	panicsWith(t, "index 100 is not below the size 100", func() { zero.Get(100) })
	zero.Free()
	zero.Free()
	same(t, "size", zero.Size, uint(0))
	same(t, "kept", kept[7], byte(1))
	empty := libnbd.FromBytes(nil)
	defer empty.Free()
	same(t, "empty", len(empty.Slice()), 0)
}

// panicsWith checks that the function panics with a text that has these words.
func panicsWith(t *testing.T, words string, f func()) {
	t.Helper()
	defer func() {
		t.Helper()
		if text := fmt.Sprint(recover()); !strings.Contains(text, words) {
			t.Errorf("expected a panic with %q, got %s", words, text)
		}
	}()
	f()
}

func TestFreedBufferPanics(t *testing.T) {
	freed := libnbd.MakeAioBuffer(512)
	copied := freed
	freed.Free()
	for _, buf := range []libnbd.AioBuffer{freed, copied, {}} {
		panicsWith(t, "AioBuffer.Slice: the buffer was freed", func() { buf.Slice() })
		panicsWith(t, "AioBuffer.Bytes: the buffer was freed", func() { buf.Bytes() })
		panicsWith(t, "AioBuffer.Get: the buffer was freed", func() { buf.Get(0) })
	}
}

func TestFreedBufferIsRefusedByCommands(t *testing.T) {
	h := serve(t, "memory", "1M")
	freed := libnbd.MakeAioBuffer(512)
	copied := freed
	freed.Free()
	for _, buf := range []libnbd.AioBuffer{freed, copied, {}} {
		_, err := h.AioPread(buf, 0, nil)
		fails(t, err, syscall.EFAULT)
		_, err = h.AioPwrite(buf, 0, nil)
		fails(t, err, syscall.EFAULT)
	}
	same(t, "closures in use", libnbd.ClosuresInUse(), 0)
	good(t, h.Pwrite([]byte("still usable"), 0, nil))
}

func TestSizeCanOnlyBecomeSmaller(t *testing.T) {
	h := serve(t, "pattern", "1M")
	buf := libnbd.MakeAioBuffer(512)
	defer buf.Free()
	buf.Size = 8
	same(t, "slice", len(buf.Slice()), 8)
	_, err := h.AioPread(buf, 512, nil)
	good(t, err)
	drive(t, h)
	pattern(t, buf.Bytes(), 512)
	buf.Size = 513
	panicsWith(t, "less memory than its size of 513", func() { buf.Slice() })
	_, err = h.AioPread(buf, 0, nil)
	fails(t, err, syscall.EFAULT)
	buf.Size = ^uint(0)
	panicsWith(t, "less memory", func() { buf.Slice() })
}

func TestMemoryOfTheProgramIsNotFreed(t *testing.T) {
	h := serve(t, "pattern", "1M")
	whole := libnbd.MakeAioBufferZero(1024)
	part := libnbd.AioBuffer{P: unsafe.Add(whole.P, 512), Size: 512}
	_, err := h.AioPread(part, 512, nil)
	good(t, err)
	drive(t, h)
	pattern(t, part.Slice(), 512)
	part.Free()
	pattern(t, whole.Slice()[512:], 512)
	whole.Free()
}

func TestFreedBufferLivesAsLongAsItsCommand(t *testing.T) {
	// On this thread, the heap gives out again what was freed last.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	const size = 1000
	h := serve(t, "pattern", "1M")
	for _, completion := range []bool{true, false} {
		buf := libnbd.MakeAioBuffer(size)
		memory, slice := buf.P, buf.Slice()
		cookie, err := h.AioPread(buf, 512, &libnbd.AioPreadOptargs{
			CompletionCallbackSet: completion,
			CompletionCallback:    func(*int) int { return 0 },
		})
		good(t, err)
		buf.Free()
		other := libnbd.MakeAioBufferZero(size)
		same(t, "shared", other.P == memory, false)
		drive(t, h)
		pattern(t, slice, 512)
		same(t, "zeroes", bytes.Count(other.Slice(), []byte{0}), size)
		other.Free()
		_, err = h.AioCommandCompleted(cookie)
		good(t, err)
	}
}

func TestBuffersFreedInFlightAreNoLeak(t *testing.T) {
	h := serve(t, "memory", "1M")
	before := resident(t)
	for i := 0; i < 200; i++ {
		buf := libnbd.MakeAioBufferZero(mib)
		cookie, err := h.AioPread(buf, 0, nil)
		good(t, err)
		buf.Free()
		buf = libnbd.MakeAioBufferZero(mib)
		_, err = h.AioPwrite(buf, 0, &libnbd.AioPwriteOptargs{
			CompletionCallbackSet: true,
			CompletionCallback:    func(*int) int { return 1 },
		})
		good(t, err)
		buf.Free()
		buf = libnbd.MakeAioBufferZero(mib)
		_, err = h.AioPread(buf, mib, nil)
		fails(t, err, syscall.EINVAL)
		buf.Free()
		drive(t, h)
		_, err = h.AioCommandCompleted(cookie)
		good(t, err)
	}
	if grown := resident(t) - before; grown > 100*mib {
		t.Errorf("%d bytes more", grown)
	}
}

func TestCopiesOfABufferAreFreedOnce(t *testing.T) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	one := libnbd.MakeAioBuffer(512)
	two, three := one, one
	one.Free()
	other := libnbd.FromBytes(bytes.Repeat([]byte{7}, 512))
	two.Free()
	third := libnbd.MakeAioBufferZero(512)
	three.Free()
	same(t, "shared", other.P == third.P, false)
	same(t, "content", other.Bytes()[0], byte(7))
	other.Free()
	third.Free()
}

// A command.  Its struct is copied whenever it is passed on.
type block struct {
	buf    libnbd.AioBuffer
	offset uint64
}

func TestCopyWithStructsByValueFreesOnce(t *testing.T) {
	const size, step = 32 * mib, 65536
	from, to := serve(t, "pattern", "32M"), serve(t, "memory", "32M")
	var full, done []block
	next, busy := uint64(0), 0
	for next < size || busy > 0 {
		for ; next < size && busy < 16; next += step {
			b := block{libnbd.MakeAioBuffer(step), next}
			busy++
			_, err := from.AioPread(b.buf, b.offset, &libnbd.AioPreadOptargs{
				CompletionCallbackSet: true,
				CompletionCallback: func(*int) int {
					full = append(full, b)
					return 1
				}})
			good(t, err)
		}
		for _, b := range full {
			b := b
			_, err := to.AioPwrite(b.buf, b.offset, &libnbd.AioPwriteOptargs{
				CompletionCallbackSet: true,
				CompletionCallback: func(*int) int {
					busy--
					again := b
					again.buf.Free()
					done = append(done, b)
					return 1
				}})
			good(t, err)
		}
		for _, b := range done {
			b.buf.Free()
		}
		full, done = nil, nil
		takeTurns(t, from, to)
	}
	whole := make([]byte, size)
	good(t, to.Pread(whole, 0, nil))
	pattern(t, whole, 0)
}
