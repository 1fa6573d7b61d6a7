// SPDX-License-Identifier: MIT

package nbdio_test

import (
	"archive/zip"
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"
	"time"

	"libguestfs.org/libnbd/nbdio"
)

func TestFilesCopy(t *testing.T) {
	disk := serve(t, "pattern", "20000123")
	path := filepath.Join(t.TempDir(), "copy")
	out, err := os.Create(path)
	good(t, err)
	f := disk.NewFile(background(t))
	n, err := io.Copy(out, f)
	good(t, err)
	same(t, "bytes", n, disk.Size())
	good(t, out.Close())
	good(t, f.Close())
	data, err := os.ReadFile(path)
	good(t, err)
	pattern(t, data, 0)

	back := serve(t, "memory", "20000123")
	in, err := os.Open(path)
	good(t, err)
	defer in.Close()
	f = back.NewFile(background(t))
	_, err = io.Copy(f, in)
	good(t, err)
	good(t, f.Close())
	check(t, back, data)
}

func TestFilesDoAsReadersShould(t *testing.T) {
	disk := serve(t, "data", "data="+strings.Repeat("1 2 3 4 5 6 7 8 9 ", 1000))
	want := make([]byte, disk.Size())
	_, err := disk.ReadAt(want, 0)
	good(t, err)
	good(t, iotest.TestReader(disk.NewFile(background(t)), want))
}

// A read sees what was written before, wherever the position moves.
func TestFilesAreExact(t *testing.T) {
	const size = 2*mib + 8192
	for _, arguments := range [][]string{
		{"memory"},
		{"--filter=blocksize-policy", "memory", "blocksize-minimum=4096",
			"blocksize-error-policy=error"},
	} {
		disk := serve(t, append(arguments, "size=2105344")...)
		f := disk.NewFile(background(t))
		random := rand.New(rand.NewSource(3))
		want := make([]byte, size)
		pos := int64(0)
		for i := 0; i < 1000; i++ {
			length := random.Int63n(100000)
			if i%3 == 0 {
				length = random.Int63n(100)
			}
			if random.Intn(3) == 0 || length > size-pos {
				pos = random.Int63n(size - length)
				_, err := f.Seek(pos, io.SeekStart)
				good(t, err)
			}
			part := want[pos : pos+length]
			switch random.Intn(7) {
			case 0: // write with the disk, not with the file
				random.Read(part)
				good(t, f.Flush())
				_, err := disk.WriteAt(part, pos)
				good(t, err)
			case 1, 2, 3:
				random.Read(part)
				_, err := f.Write(part)
				good(t, err)
				pos += length
			default:
				got := make([]byte, length)
				_, err := io.ReadFull(f, got)
				good(t, err)
				if !bytes.Equal(got, part) {
					t.Fatalf("round %d: %d bytes at %d are not as written", i, length, pos)
				}
				pos += length
			}
		}
		good(t, f.Close())
		check(t, disk, want)
	}
}

// Use a file as bufio and archive/zip do.
func TestFilesSuitTheStandardLibrary(t *testing.T) {
	disk := serve(t, "memory", "1M")
	f := disk.NewFile(background(t))
	buffered := bufio.NewWriter(f)
	archive := zip.NewWriter(buffered)
	member, err := archive.Create("hello")
	good(t, err)
	io.WriteString(member, "Hello, world")
	good(t, archive.Close())
	good(t, buffered.Flush())
	size, err := f.Seek(0, io.SeekCurrent)
	good(t, err)
	good(t, f.Close())

	list, err := zip.NewReader(disk, size)
	good(t, err)
	hello, err := list.Open("hello")
	good(t, err)
	text, err := io.ReadAll(hello)
	good(t, err)
	same(t, "text", string(text), "Hello, world")
}

func TestFilesAreServedOverHTTP(t *testing.T) {
	disk := serve(t, "pattern", "3M")
	server := httptest.NewServer(http.HandlerFunc(
		func(w http.ResponseWriter, r *http.Request) {
			f := disk.NewFile(r.Context())
			defer f.Close()
			http.ServeContent(w, r, "disk.img", time.Time{}, f)
		}))
	defer server.Close()
	for _, asked := range []string{"", "bytes=1000001-2000000"} {
		request, err := http.NewRequest("GET", server.URL, nil)
		good(t, err)
		request.Header.Set("Range", asked)
		response, err := server.Client().Do(request)
		good(t, err)
		data, err := io.ReadAll(response.Body)
		good(t, err)
		good(t, response.Body.Close())
		if asked == "" {
			same(t, "bytes", len(data), 3*mib)
			pattern(t, data, 0)
		} else {
			same(t, "bytes", len(data), 1000000)
			pattern(t, data, 1000001)
		}
	}
}

// A long read does not request everything at once, because each request has memory
// of its own.
func TestLongReadsNeedLittleMemory(t *testing.T) {
	disk := serve(t, "pattern", "256M")
	f := disk.NewFile(background(t))
	_, err := f.Read(make([]byte, 256*mib))
	good(t, err)
	flying, err := disk.Handle().AioInFlight()
	good(t, err)
	answered, err := disk.Handle().StatsChunksReceived()
	good(t, err)
	if issued := uint64(flying) + answered; issued > 256 {
		t.Errorf("%d requests for the first part of a read", issued)
	}
	good(t, f.Close())
}

func TestEndsOfFiles(t *testing.T) {
	disk := serve(t, "memory", "1000")
	f := disk.NewFile(background(t))
	pos, err := f.Seek(-10, io.SeekEnd)
	good(t, err)
	same(t, "position", pos, int64(990))
	_, err = f.Write(make([]byte, 11))
	is(t, err, syscall.ENOSPC)
	buf := make([]byte, 20)
	_, err = io.ReadFull(f, buf)
	same(t, "error", err, io.ErrUnexpectedEOF)
	n, err := f.Read(buf)
	same(t, "bytes", n, 0)
	same(t, "error", err, io.EOF)
	_, err = f.Seek(-1, io.SeekStart)
	is(t, err, syscall.EINVAL)
	_, err = f.Seek(0, 7)
	is(t, err, syscall.EINVAL)
	_, err = f.Seek(5000, io.SeekStart)
	good(t, err)
	_, err = f.Read(buf)
	same(t, "error", err, io.EOF)
	good(t, f.Close())
	_, err = f.Read(buf)
	is(t, err, os.ErrClosed)
	_, err = f.Write(buf)
	is(t, err, os.ErrClosed)
	is(t, f.Close(), os.ErrClosed)
}

func TestErrorsOfWritingBehindAreToldOnce(t *testing.T) {
	disk := serve(t, "--filter=error", "memory", "10M", "error-pwrite=EIO",
		"error-pwrite-rate=100%")
	f := disk.NewFile(background(t))
	_, err := f.Write(make([]byte, 1000))
	good(t, err)
	err = f.Flush()
	is(t, err, syscall.EIO)
	var found *nbdio.Error
	if !errors.As(err, &found) || found.Op != "write" || found.Length != 1000 {
		t.Error(err)
	}
	good(t, f.Close())
}

// The first read of the second half fails when it is read ahead, before the program
// has asked for it.
func TestReadingAheadFailsLater(t *testing.T) {
	trigger := filepath.Join(t.TempDir(), "trigger")
	disk := serve(t, "--filter=error", "pattern", "4M", "error-pread-rate=100%",
		"error-pread-file="+trigger)
	f := disk.NewFile(background(t))
	buf := make([]byte, 65536)
	_, err := io.ReadFull(f, buf)
	good(t, err)
	good(t, os.WriteFile(trigger, nil, 0o600))
	chunks, err := disk.Handle().StatsChunksReceived()
	good(t, err)
	_, err = f.Read(buf)
	is(t, err, syscall.EIO)
	waitFor(t, func() bool {
		now, err := disk.Handle().StatsChunksReceived()
		return err == nil && now > chunks && inFlight(disk) == 0
	})
	good(t, os.Remove(trigger))
	rest, err := io.ReadAll(f)
	good(t, err)
	pattern(t, rest, 65536)
}

func TestContextsEndFiles(t *testing.T) {
	disk := serve(t, "--filter=delay", "memory", "64M", "delay-read=60")
	ctx, cancel := context.WithCancel(background(t))
	f := disk.NewFile(ctx)
	result := make(chan error)
	go func() {
		_, err := io.ReadAll(f)
		result <- err
	}()
	waitFor(t, func() bool { return inFlight(disk) > 0 })
	cancel()
	is(t, <-result, context.Canceled)
	same(t, "in flight", inFlight(disk), uint(0))
	_, err := f.Write([]byte{1})
	is(t, err, context.Canceled)
	good(t, f.Close())
}
