// SPDX-License-Identifier: MIT

package nbdio_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"libguestfs.org/libnbd"
	"libguestfs.org/libnbd/nbdio"
)

const mib = 1 << 20

// Used by the examples: a disk of 1 MiB and its URI.
var (
	uri  string
	disk *nbdio.Disk
)

func TestMain(m *testing.M) {
	os.Exit(withExampleServer(m.Run))
}

func withExampleServer(run func() int) int {
	directory, err := os.MkdirTemp("", "nbdio")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(directory)
	socket := filepath.Join(directory, "socket")
	server := exec.Command("nbdkit", "-f", "--exit-with-parent", "-U", socket, "data",
		"size=1M", `data="Hello" @524288 "world"`)
	if server.Start() != nil {
		return run() // each test will say what is missing
	}
	defer server.Wait()
	defer server.Process.Kill()
	uri = "nbd+unix:///?socket=" + socket
	disk, err = nbdio.Open(context.Background(), uri, nbdio.ConnectTimeout(time.Minute))
	if err != nil {
		panic(err)
	}
	defer disk.Close()
	return run()
}

// background returns a context that ends if the test hangs, so that the test says
// where.
func background(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// good fails the test unless the call succeeded.
func good(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// is checks the reason of an error.
func is(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("expected %v, got %v", want, err)
	}
}

func same(t *testing.T, what string, got, want interface{}) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, expected %v", what, got, want)
	}
}

// serve returns a disk with an nbdkit of its own, which ends with the disk.
func serve(t *testing.T, arguments ...string) *nbdio.Disk {
	t.Helper()
	return serveWith(t, func(*libnbd.Libnbd) error { return nil }, arguments...)
}

func serveWith(t *testing.T, setup func(*libnbd.Libnbd) error, arguments ...string) *nbdio.Disk {
	t.Helper()
	if _, err := exec.LookPath("nbdkit"); err != nil {
		t.Skip("nbdkit is not installed")
	}
	h, err := libnbd.Create()
	good(t, err)
	good(t, h.AddMetaContext(libnbd.CONTEXT_BASE_ALLOCATION))
	good(t, setup(h))
	nbdkit := []string{"nbdkit", "-s", "--exit-with-parent"}
	good(t, h.ConnectCommand(append(nbdkit, arguments...)))
	disk, err := nbdio.New(h)
	good(t, err)
	t.Cleanup(func() { disk.Close() })
	return disk
}

// listen starts an nbdkit that listens on a socket, and returns the URI.
func listen(t *testing.T, arguments ...string) (uri string, server *exec.Cmd) {
	t.Helper()
	socket := filepath.Join(t.TempDir(), "socket")
	uri = "nbd+unix:///?socket=" + socket
	return uri, listenAt(t, socket, arguments...)
}

func listenAt(t *testing.T, socket string, arguments ...string) *exec.Cmd {
	t.Helper()
	options := []string{"-f", "--exit-with-parent", "-U", socket}
	server := exec.Command("nbdkit", append(options, arguments...)...)
	if err := server.Start(); err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() {
		server.Process.Kill()
		server.Wait()
	})
	return server
}

// pattern checks data of nbdkit's pattern plugin: each group of eight bytes
// contains its own offset.
func pattern(t *testing.T, data []byte, offset int64) {
	t.Helper()
	for i := range data {
		at := offset + int64(i)
		want := byte(at &^ 7 >> (8 * (7 - at&7)))
		if data[i] != want {
			t.Fatalf("byte at %d is %#x, not %#x", at, data[i], want)
		}
	}
}
