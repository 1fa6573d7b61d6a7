// SPDX-License-Identifier: MIT

package libnbd_test

import (
	"fmt"
	"syscall"
	"testing"

	"libguestfs.org/libnbd"
)

func TestReadReturnsTheData(t *testing.T) {
	h := serve(t, "pattern", "1M")
	buf := make([]byte, 4096)
	good(t, h.Pread(buf, 8192, nil))
	pattern(t, buf, 8192)
	good(t, h.Pread(buf[:8], mib-8, &libnbd.PreadOptargs{FlagsSet: true}))
	pattern(t, buf[:8], mib-8)
}

func TestEmptySlicesAreNotNull(t *testing.T) {
	h := serve(t, "memory", "1M")
	good(t, h.SetStrictMode(libnbd.STRICT_MASK))
	fails(t, h.Pread(nil, 0, nil), syscall.EINVAL)
	fails(t, h.Pwrite([]byte{}, 0, nil), syscall.EINVAL)
}

func TestWriteIsReadBack(t *testing.T) {
	h := serve(t, "memory", "1M")
	data := []byte("All that is written comes back.")
	good(t, h.Pwrite(data, 1000, &libnbd.PwriteOptargs{
		FlagsSet: true, Flags: libnbd.CMD_FLAG_FUA}))
	good(t, h.Flush(nil))
	back := make([]byte, len(data))
	good(t, h.Pread(back, 1000, nil))
	same(t, "data", string(back), string(data))
	good(t, h.Zero(4, 1000, nil))
	good(t, h.Trim(512, 4096, nil))
	good(t, h.Cache(512, 0, nil))
	good(t, h.Pread(back, 1000, nil))
	same(t, "data", string(back), "\x00\x00\x00\x00"+string(data[4:]))
	sent, err := h.StatsBytesSent()
	good(t, err)
	if sent < uint64(len(data)) {
		t.Fatalf("%d bytes sent", sent)
	}
}

// sparse returns a handle on a 128 KiB export whose last 64 KiB are a hole.
func sparse(t *testing.T) *libnbd.Libnbd {
	t.Helper()
	requires(t, "nbdkit")
	h := newHandle(t)
	good(t, h.AddMetaContext(libnbd.CONTEXT_BASE_ALLOCATION))
	good(t, h.ConnectCommand(nbdkit("data", "size=128K", "data=@32768 1*32768")))
	return h
}

func TestStructuredReadShowsChunks(t *testing.T) {
	h := sparse(t)
	buf := make([]byte, 131072)
	var data, holes int
	good(t, h.PreadStructured(buf, 0,
		func(subbuf []byte, offset uint64, status uint, errno *int) int {
			switch status {
			case libnbd.READ_DATA:
				data += len(subbuf)
			case libnbd.READ_HOLE:
				holes += len(subbuf)
			}
			if &subbuf[0] != &buf[offset] {
				t.Error("the slice is not a part of the buffer")
			}
			return 0
		}, nil))
	same(t, "bytes", data+holes, len(buf))
	same(t, "byte in the data", buf[32768], byte(1))

	err := h.PreadStructured(buf, 0, func(_ []byte, _ uint64, _ uint, errno *int) int {
		*errno = int(syscall.EDOM)
		return -1
	}, nil)
	fails(t, err, syscall.EDOM)
}

func TestBlockStatus32Bit(t *testing.T) {
	h := sparse(t)
	var found []uint32
	good(t, h.BlockStatus(131072, 0,
		func(context string, offset uint64, entries []uint32, errno *int) int {
			same(t, "context", context, "base:allocation")
			same(t, "offset", offset, uint64(0))
			found = append(found, entries...)
			return 0
		}, nil))
	hole := uint32(libnbd.STATE_HOLE | libnbd.STATE_ZERO)
	same(t, "extents", fmt.Sprint(found), fmt.Sprint([]uint32{
		32768, hole, 32768, 0, 65536, hole}))
}

func TestBlockStatus64Bit(t *testing.T) {
	h := sparse(t)
	var found []libnbd.LibnbdExtent
	collect := func(context string, offset uint64, entries []libnbd.LibnbdExtent,
		errno *int) int {
		found = append(found, entries...)
		return 0
	}
	one := libnbd.BlockStatus64Optargs{FlagsSet: true, Flags: libnbd.CMD_FLAG_REQ_ONE}
	good(t, h.BlockStatus64(98304, 32768, collect, &one))
	same(t, "extents", fmt.Sprint(found), "[{32768 0}]")
}

func TestBlockStatusBeyond32Bits(t *testing.T) {
	const size = uint64(6) << 30
	requires(t, "nbdkit")
	h := newHandle(t)
	good(t, h.SetRequestExtendedHeaders(false))
	good(t, h.AddMetaContext(libnbd.CONTEXT_BASE_ALLOCATION))
	good(t, h.ConnectCommand(nbdkit("data", "data=@5368709120 1", "size=6G")))
	at, data := uint64(0), uint64(0)
	collect := func(context string, offset uint64, entries []libnbd.LibnbdExtent,
		errno *int) int {
		for _, extent := range entries {
			if extent.Flags == 0 {
				data += extent.Length
			}
			at += extent.Length
		}
		return 0
	}
	for at < size {
		good(t, h.BlockStatus64(size-at, at, collect, nil))
	}
	same(t, "size", at, size)
	same(t, "data", data, uint64(32768))
}

func TestBlockStatusFiltered(t *testing.T) {
	h := newHandle(t)
	good(t, h.AddMetaContext("x:first"))
	good(t, h.AddMetaContext("x:second"))
	good(t, h.ConnectSocket(extendedServer(t)))
	yes, err := h.CanBlockStatusPayload()
	good(t, err)
	same(t, "can", yes, true)
	var found []string
	good(t, h.BlockStatusFilter(1<<40, 0, []string{"x:second"},
		func(context string, _ uint64, entries []libnbd.LibnbdExtent, _ *int) int {
			found = append(found, fmt.Sprint(context, entries))
			return 0
		}, nil))
	same(t, "extents", fmt.Sprint(found), "[x:second[{1099511627776 4294967298}]]")
	err = h.BlockStatusFilter(1<<40, 0, []string{"x:third"},
		func(string, uint64, []libnbd.LibnbdExtent, *int) int { return 0 }, nil)
	fails(t, err, syscall.EINVAL)
}

func TestAsynchronousRead(t *testing.T) {
	h := serve(t, "pattern", "1M")
	buf := libnbd.MakeAioBufferZero(4096)
	defer buf.Free()
	done := 0
	cookie, err := h.AioPread(buf, 512, &libnbd.AioPreadOptargs{
		CompletionCallbackSet: true,
		CompletionCallback: func(errno *int) int {
			same(t, "errno", *errno, 0)
			done++
			return 0
		}})
	good(t, err)
	drive(t, h)
	same(t, "completions", done, 1)
	next, err := h.AioPeekCommandCompleted()
	good(t, err)
	same(t, "cookie", next, cookie)
	yes, err := h.AioCommandCompleted(cookie)
	good(t, err)
	same(t, "completed", yes, true)
	pattern(t, buf.Slice(), 512)
	same(t, "Get", *buf.Get(6), byte(2))
}

func TestAsynchronousWrite(t *testing.T) {
	h := serve(t, "memory", "1M")
	buf := libnbd.FromBytes([]byte("asynchronous"))
	defer buf.Free()
	cookie, err := h.AioPwrite(buf, 4096, nil)
	good(t, err)
	for {
		done, err := h.AioCommandCompleted(cookie)
		good(t, err)
		if done {
			break
		}
		_, err = h.Poll(-1)
		good(t, err)
	}
	back := make([]byte, 12)
	good(t, h.Pread(back, 4096, nil))
	same(t, "data", string(back), "asynchronous")
}

func TestAsynchronousCopy(t *testing.T) {
	const size, step = mib, 32768
	from, to := serve(t, "pattern", "1M"), serve(t, "memory", "1M")
	reading, writing := 0, 0
	var next uint64
	var full []func()
	read := func() {
		buf, offset := libnbd.MakeAioBuffer(step), next
		next += step
		reading++
		_, err := from.AioPread(buf, offset, &libnbd.AioPreadOptargs{
			CompletionCallbackSet: true,
			CompletionCallback: func(errno *int) int {
				same(t, "errno", *errno, 0)
				reading--
				full = append(full, func() {
					writing++
					_, err := to.AioPwrite(buf, offset, &libnbd.AioPwriteOptargs{
						CompletionCallbackSet: true,
						CompletionCallback: func(errno *int) int {
							same(t, "errno", *errno, 0)
							writing--
							buf.Free()
							return 1
						}})
					good(t, err)
				})
				return 1
			}})
		good(t, err)
	}
	for next < size || reading+writing+len(full) > 0 {
		for next < size && reading+writing < 4 {
			read()
		}
		for _, write := range full {
			write()
		}
		full = nil
		takeTurns(t, from, to)
	}
	whole := make([]byte, size)
	good(t, to.Pread(whole, 0, nil))
	pattern(t, whole, 0)
}

func TestPollLoopWithTheDescriptor(t *testing.T) {
	h := serve(t, "pattern", "8M")
	buf := libnbd.MakeAioBuffer(8 * mib)
	defer buf.Free()
	cookie, err := h.AioPread(buf, 0, nil)
	good(t, err)
	fd, err := h.AioGetFd()
	good(t, err)
	for {
		done, err := h.AioCommandCompleted(cookie)
		good(t, err)
		if done {
			break
		}
		direction, err := h.AioGetDirection()
		good(t, err)
		canRead, canWrite := wait(t, fd, direction)
		if canRead {
			good(t, h.AioNotifyRead())
		} else if canWrite {
			good(t, h.AioNotifyWrite())
		}
	}
	pattern(t, buf.Slice(), 0)
}

// wait waits with select until the descriptor is ready for what the library waits
// for.
func wait(t *testing.T, fd int, direction uint) (canRead, canWrite bool) {
	t.Helper()
	var reads, writes syscall.FdSet
	word, bit := fd/64, int64(1)<<(fd%64)
	if direction&libnbd.AIO_DIRECTION_READ != 0 {
		reads.Bits[word] |= bit
	}
	if direction&libnbd.AIO_DIRECTION_WRITE != 0 {
		writes.Bits[word] |= bit
	}
	for {
		_, err := syscall.Select(fd+1, &reads, &writes, nil, nil)
		if err == nil {
			return reads.Bits[word]&bit != 0, writes.Bits[word]&bit != 0
		}
		if err != syscall.EINTR {
			t.Fatal(err)
		}
	}
}
