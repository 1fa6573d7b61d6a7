// SPDX-License-Identifier: MIT

package nbdio_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand"
	"os"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"libguestfs.org/libnbd"
	"libguestfs.org/libnbd/nbdio"
)

func TestReadAtEndsAtTheEnd(t *testing.T) {
	disk := serve(t, "pattern", "10000")
	same(t, "size", disk.Size(), int64(10000))
	buf := make([]byte, 100)
	n, err := disk.ReadAt(buf, 5001)
	good(t, err)
	pattern(t, buf[:n], 5001)

	n, err = disk.ReadAt(buf, 9990)
	same(t, "bytes", n, 10)
	same(t, "error", err, io.EOF)
	pattern(t, buf[:n], 9990)
	for _, off := range []int64{10000, 20000, 1<<63 - 1} {
		n, err = disk.ReadAt(buf, off)
		same(t, "bytes", n, 0)
		same(t, "error", err, io.EOF)
	}
	n, err = disk.ReadAt(nil, 0)
	same(t, "bytes", n, 0)
	good(t, err)
	_, err = disk.ReadAt(buf, -1)
	is(t, err, syscall.EINVAL)
	_, err = io.ReadFull(io.NewSectionReader(disk, 9990, 20), buf)
	same(t, "error", err, io.ErrUnexpectedEOF)
}

func TestWriteAtRefusesWhatPassesTheEnd(t *testing.T) {
	disk := serve(t, "memory", "10000")
	n, err := disk.WriteAt(make([]byte, 11), 9990)
	same(t, "bytes", n, 0)
	is(t, err, syscall.ENOSPC)
	if !strings.Contains(err.Error(), "write of 11 bytes at 9990: the disk ends at 10000") {
		t.Error(err)
	}
	_, err = disk.WriteAt(nil, -1)
	is(t, err, syscall.EINVAL)
	is(t, disk.Zero(background(t), 0, 10001), syscall.ENOSPC)
	is(t, disk.Trim(background(t), 9999, 1<<63-1), syscall.ENOSPC)
	is(t, disk.Cache(background(t), 1, -1), syscall.EINVAL)
}

// check compares the disk with what it should be.
func check(t *testing.T, disk *nbdio.Disk, want []byte) {
	t.Helper()
	got := make([]byte, len(want))
	_, err := disk.ReadAt(got, 0)
	good(t, err)
	if !bytes.Equal(got, want) {
		t.Fatal("the disk is not as it was written")
	}
}

func TestAnyRangeCanBeUsed(t *testing.T) {
	const size = 3*mib + 4096
	for _, arguments := range [][]string{
		{"memory"},
		{"--filter=blocksize-policy", "memory", "blocksize-minimum=4096",
			"blocksize-preferred=4096", "blocksize-maximum=65536", "blocksize-error-policy=error"},
	} {
		disk := serve(t, append(arguments, "size=3149824")...)
		ctx := background(t)
		random := rand.New(rand.NewSource(1))
		want := make([]byte, size)
		for i := 0; i < 100; i++ {
			off := random.Int63n(size)
			length := random.Int63n(size-off) + 1
			if i%2 == 0 {
				length = length%10000 + 1
			}
			if off+length > size {
				length = size - off
			}
			part := want[off : off+length]
			switch i % 5 {
			case 0:
				for j := range part {
					part[j] = 0
				}
				good(t, disk.Zero(ctx, off, length, libnbd.CMD_FLAG_FUA, libnbd.CMD_FLAG_NO_HOLE))
			case 1:
				got := make([]byte, length)
				_, err := disk.ReadAtContext(ctx, got, off)
				good(t, err)
				if !bytes.Equal(got, part) {
					t.Fatalf("%d bytes at %d are not as written", length, off)
				}
			default:
				random.Read(part)
				n, err := disk.WriteAtContext(ctx, part, off)
				good(t, err)
				same(t, "bytes", n, len(part))
			}
		}
		check(t, disk, want)
		good(t, disk.Cache(ctx, 5, size-10))
		good(t, disk.Trim(ctx, 5, size-10))
		good(t, disk.Flush(ctx))
	}
}

// Each goroutine writes every hundredth byte, so nearly all of them share blocks.
func TestGoroutinesShareBlocks(t *testing.T) {
	disk := serve(t, "--filter=blocksize-policy", "memory", "16384",
		"blocksize-minimum=4096", "blocksize-error-policy=error")
	var group sync.WaitGroup
	for i := 0; i < 100; i++ {
		group.Add(1)
		go func(i int) {
			defer group.Done()
			for at := int64(i); at < 10000; at += 1000 {
				if _, err := disk.WriteAt([]byte{byte(i + 1)}, at); err != nil {
					t.Error(err)
				}
			}
		}(i)
	}
	group.Wait()
	want := make([]byte, 16384)
	for at := 0; at < 10000; at++ {
		if at%1000 < 100 {
			want[at] = byte(at%1000 + 1)
		}
	}
	check(t, disk, want)
}

func TestAThousandGoroutinesTakeFewThreads(t *testing.T) {
	disk := serve(t, "--filter=delay", "pattern", "64M", "delay-read=20ms")
	before := threads(t)
	var group sync.WaitGroup
	for i := int64(0); i < 1000; i++ {
		group.Add(1)
		go func(off int64) {
			defer group.Done()
			buf := make([]byte, 4096)
			if _, err := disk.ReadAt(buf, off); err != nil {
				t.Error(err)
			}
			if buf[7] != byte(off) || buf[6] != byte(off>>8) {
				t.Error("wrong data at", off)
			}
		}(i * 65496)
	}
	group.Wait()
	if more := threads(t) - before; more > 20 {
		t.Errorf("%d more threads", more)
	}
}

func threads(t *testing.T) int {
	list, err := os.ReadDir("/proc/self/task")
	if err != nil {
		t.Skip(err)
	}
	return len(list)
}

func TestCancelledReadsEndAndTouchNothing(t *testing.T) {
	disk := serve(t, "--filter=delay", "pattern", "65M", "delay-read=300ms")
	ctx, cancel := context.WithCancel(background(t))
	const n = 64
	results := make(chan error, n)
	var bufs [n][4096]byte
	for i := range bufs {
		go func(i int) {
			_, err := disk.ReadAtContext(ctx, bufs[i][:], int64(i+1)*mib)
			results <- err
		}(i)
	}
	waitFor(t, func() bool { return inFlight(disk) == n })
	start := time.Now()
	cancel()
	for range bufs {
		is(t, <-results, context.Canceled)
	}
	if took := time.Since(start); took > 250*time.Millisecond {
		t.Errorf("cancelling took %v", took)
	}
	// The data that the server sends for them is discarded, and the disk still works.
	buf := make([]byte, 4096)
	_, err := disk.ReadAt(buf, 8)
	good(t, err)
	pattern(t, buf, 8)
	for i := range bufs {
		if bufs[i] != [4096]byte{} {
			t.Fatal("a buffer was changed after its read was cancelled")
		}
	}
	_, err = disk.ReadAtContext(ctx, buf, 0)
	is(t, err, context.Canceled)
}

func inFlight(disk *nbdio.Disk) uint {
	n, _ := disk.Handle().AioInFlight()
	return n
}

func waitFor(t *testing.T, condition func() bool) {
	t.Helper()
	for ctx := background(t); !condition(); runtime.Gosched() {
		good(t, ctx.Err())
	}
}

func TestDeadlinesOfContexts(t *testing.T) {
	disk := serve(t, "--filter=delay", "null", "1M", "delay-read=60")
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	_, err := disk.ReadAtContext(ctx, make([]byte, 2*mib), 0)
	is(t, err, context.DeadlineExceeded)
	var found *nbdio.Error
	if !errors.As(err, &found) || !found.Timeout() {
		t.Error(err)
	}
}

func TestCloseEndsWhatIsUnderWay(t *testing.T) {
	disk := serve(t, "--filter=delay", "null", "1M", "delay-read=60")
	results := make(chan error)
	for i := 0; i < 2; i++ {
		go func() {
			_, err := disk.ReadAt(make([]byte, 512), 0)
			results <- err
		}()
	}
	waitFor(t, func() bool { return inFlight(disk) == 2 })
	go func() { results <- disk.Close() }()
	failed := 0
	for i := 0; i < 3; i++ {
		if err := <-results; err != nil {
			is(t, err, os.ErrClosed)
			failed++
		}
	}
	same(t, "failures", failed, 2)
	_, err := disk.ReadAt(make([]byte, 512), 0)
	is(t, err, os.ErrClosed)
	is(t, disk.Close(), os.ErrClosed)
	is(t, disk.Shutdown(background(t)), os.ErrClosed)
}

func TestCallbacksCanCloseTheDisk(t *testing.T) {
	disk := serve(t, "memory", "1M")
	var once sync.Once
	shutdown := make(chan error, 1)
	end := func() {
		shutdown <- disk.Shutdown(background(t))
		disk.Close()
	}
	good(t, disk.Handle().SetDebug(true))
	good(t, disk.Handle().SetDebugCallback(func(context, _ string) int {
		if context == "nbd_aio_pread" {
			once.Do(end)
		}
		return 0
	}))
	var err error
	for err == nil {
		_, err = disk.ReadAtContext(background(t), make([]byte, 512), 0)
	}
	is(t, err, os.ErrClosed)
	is(t, <-shutdown, syscall.EDEADLK)
}

func TestWhatUsesAClosedDiskSaysSo(t *testing.T) {
	disk := serve(t, "memory", "1M")
	f := disk.NewFile(background(t))
	_, err := f.Write(make([]byte, 512))
	good(t, err)
	_, err = f.Read(make([]byte, 1)) // after the write
	good(t, err)
	good(t, disk.Close())
	is(t, f.Flush(), os.ErrClosed)
	extents := disk.Extents(background(t), 0, 512)
	same(t, "extents", extents.Next(), false)
	is(t, extents.Err(), os.ErrClosed)
}

func TestShutdownWaits(t *testing.T) {
	disk := serve(t, "--filter=delay", "memory", "1M", "delay-write=100ms")
	result := make(chan error)
	go func() {
		_, err := disk.WriteAt(make([]byte, 512), 0)
		result <- err
	}()
	waitFor(t, func() bool { return inFlight(disk) == 1 })
	done := make(chan error)
	go func() { done <- disk.Shutdown(background(t)) }()
	good(t, <-result)
	good(t, <-done)
	_, err := disk.WriteAt(make([]byte, 512), 0)
	is(t, err, os.ErrClosed)

	disk = serve(t, "--filter=delay", "memory", "1M", "delay-read=60")
	go disk.ReadAt(make([]byte, 512), 0)
	waitFor(t, func() bool { return inFlight(disk) == 1 })
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	is(t, disk.Shutdown(ctx), context.Canceled)
	is(t, disk.Close(), os.ErrClosed)
}

func TestReadOnlyDisks(t *testing.T) {
	disk := serve(t, "-r", "memory", "1M")
	readOnly, err := disk.Handle().IsReadOnly()
	good(t, err)
	same(t, "read-only", readOnly, true)
	_, err = disk.WriteAt(make([]byte, 512), 0)
	is(t, err, syscall.EPERM)
	_, err = disk.ReadAt(make([]byte, 512), 0)
	good(t, err)
}

func TestErrorsOfTheServer(t *testing.T) {
	disk := serve(t, "--filter=error", "memory", "1M", "error-pread=EIO",
		"error-pread-rate=100%")
	n, err := disk.ReadAt(make([]byte, 512), 1024)
	same(t, "bytes", n, 0)
	is(t, err, syscall.EIO)
	if !strings.HasPrefix(err.Error(), "nbdio: read of 512 bytes at 1024: ") {
		t.Error(err)
	}
}

func TestOpenConnects(t *testing.T) {
	uri, server := listen(t, "pattern", "1M")
	ctx := background(t)
	disk, err := nbdio.Open(ctx, uri, nbdio.ConnectTimeout(-1), nbdio.Connections(2))
	good(t, err)
	buf := make([]byte, 512)
	_, err = disk.ReadAt(buf, 0)
	good(t, err)
	pattern(t, buf, 0)

	// A server that dies ends the disk.
	good(t, server.Process.Kill())
	for err == nil {
		_, err = disk.ReadAt(buf, 0)
	}
	is(t, err, syscall.ENOTCONN)
	good(t, disk.Close())

	_, err = nbdio.Open(ctx, "nbd+unix:///?socket=/nonexistent")
	is(t, err, syscall.ENOENT)
	_, err = nbdio.Open(ctx, "http://localhost/")
	is(t, err, syscall.EINVAL)
	_, err = nbdio.Open(ctx, uri, nbdio.Setup(func(h *libnbd.Libnbd) error {
		return syscall.EXDEV
	}))
	is(t, err, syscall.EXDEV)
	_, err = nbdio.Open(ctx, uri, nbdio.Connections(17))
	is(t, err, syscall.EINVAL)
	ctx, cancel := context.WithTimeout(ctx, 20*time.Millisecond)
	defer cancel()
	_, err = nbdio.Open(ctx, uri, nbdio.ConnectTimeout(time.Hour))
	is(t, err, context.DeadlineExceeded)
}

func TestServersThatDieEndAllReads(t *testing.T) {
	uri, server := listen(t, "--filter=delay", "null", "1M", "delay-read=60")
	disk, err := nbdio.Open(background(t), uri, nbdio.ConnectTimeout(time.Minute))
	good(t, err)
	defer disk.Close()
	const n = 64
	results := make(chan error, n)
	for i := 0; i < n; i++ {
		go func() {
			_, err := disk.ReadAt(make([]byte, 4096), 0)
			results <- err
		}()
	}
	waitFor(t, func() bool { return inFlight(disk) == n })
	good(t, server.Process.Kill())
	for i := 0; i < n; i++ {
		is(t, <-results, syscall.ENOTCONN)
	}
	_, err = disk.ReadAt(make([]byte, 4096), 0)
	is(t, err, syscall.ENOTCONN)
}

func TestDisksOutliveTheirServers(t *testing.T) {
	socket := t.TempDir() + "/socket"
	image := t.TempDir() + "/image"
	good(t, os.WriteFile(image, make([]byte, mib), 0o600))
	server := listenAt(t, socket, "file", image)
	ctx := background(t)
	disk, err := nbdio.Open(ctx, "nbd+unix:///?socket="+socket,
		nbdio.ConnectTimeout(time.Minute), nbdio.ReconnectTimeout(time.Minute))
	good(t, err)
	defer disk.Close()
	want := make([]byte, mib)
	rand.New(rand.NewSource(2)).Read(want)
	for at := int64(0); at < mib; at += 65536 {
		if at == mib/2 {
			server.Process.Kill()
			server.Wait()
			good(t, os.Remove(socket))
			listenAt(t, socket, "file", image)
		}
		_, err := disk.WriteAtContext(ctx, want[at:at+65536], at)
		good(t, err)
	}
	check(t, disk, want)
	reconnects, err := disk.Handle().StatsReconnects()
	good(t, err)
	same(t, "reconnects", reconnects, uint64(1))
	good(t, disk.Shutdown(ctx))
}
