// SPDX-License-Identifier: MIT

package nbdio_test

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"libguestfs.org/libnbd"
	"libguestfs.org/libnbd/nbdio"
)

// list returns the extents of an iterator as text.
func list(t *testing.T, extents *nbdio.Extents) string {
	t.Helper()
	var found []string
	for extents.Next() {
		e := extents.Extent()
		found = append(found, fmt.Sprint(e.Offset, "+", e.Length, ":", e.Flags))
	}
	good(t, extents.Err())
	return strings.Join(found, " ")
}

func TestExtentsAreTheWholeRange(t *testing.T) {
	disk := serve(t, "data", "size=1M", "data=1 @65536 2")
	ctx := background(t)
	same(t, "extents", list(t, disk.Extents(ctx, 0, disk.Size())),
		"0+32768:0 32768+32768:3 65536+32768:0 98304+950272:3")
	same(t, "extents", list(t, disk.Extents(ctx, 40000, 30000, "base:allocation")),
		"40000+25536:3 65536+4464:0")
	same(t, "extents", list(t, disk.Extents(ctx, 5, 0)), "")

	extents := disk.Extents(ctx, 0, mib)
	same(t, "next", extents.Next(), true)
	e := extents.Extent()
	same(t, "data", e.Data(), true)
	same(t, "zero", e.Zero(), false)
	same(t, "hole", e.Hole(), false)
	same(t, "context", e.Contexts["base:allocation"], uint64(0))
	defer func() {
		same(t, "panic", recover(), "nbdio: an extent of base:allocation knows nothing"+
			" of qemu:dirty-bitmap:...: ask for that, too")
	}()
	e.Dirty()
}

// Without extended headers, one request is shorter than 4 GiB.
func TestExtentsAreAskedForAhead(t *testing.T) {
	disk := serveWith(t, func(h *libnbd.Libnbd) error {
		return h.SetRequestExtendedHeaders(false)
	}, "data", "size=6G", "data=1 @5368709120 1")
	ctx := background(t)
	same(t, "extents", list(t, disk.Extents(ctx, 0, disk.Size())),
		"0+32768:0 32768+5368676352:3 5368709120+32768:0 5368741888+1073709056:3")

	before, err := disk.Handle().StatsChunksSent()
	good(t, err)
	extents := disk.Extents(ctx, 0, disk.Size())
	same(t, "next", extents.Next(), true)
	now, err := disk.Handle().StatsChunksSent()
	good(t, err)
	same(t, "requests", now-before, uint64(2))
	extents.Close()
	same(t, "in flight", inFlight(disk), uint(0))
	same(t, "next", extents.Next(), false)
	good(t, extents.Err())
}

func TestExtentsSayWhatIsWrong(t *testing.T) {
	disk := serve(t, "memory", "1M")
	ctx, cancel := context.WithCancel(background(t))
	for _, wrong := range []struct {
		extents *nbdio.Extents
		errno   syscall.Errno
		text    string
	}{
		{disk.Extents(ctx, 0, mib+1), syscall.EINVAL, "which ends at 1048576"},
		{disk.Extents(ctx, -1, 1), syscall.EINVAL, "not inside the disk"},
		{disk.Extents(ctx, 0, 1, "x:y"), syscall.EINVAL,
			"x:y was not negotiated, only base:allocation"},
		{serve(t, "--no-sr", "memory", "1M").Extents(ctx, 0, mib), syscall.ENOTSUP,
			"nbdio.Contexts"},
		{serve(t, "--filter=error", "memory", "1M", "error-extents=EIO",
			"error-extents-rate=100%").Extents(ctx, 0, mib), syscall.EIO, "1048576 bytes"},
	} {
		same(t, "next", wrong.extents.Next(), false)
		is(t, wrong.extents.Err(), wrong.errno)
		if text := wrong.extents.Err().Error(); !strings.Contains(text, wrong.text) {
			t.Error(text)
		}
	}
	extents := disk.Extents(ctx, 0, mib)
	cancel()
	same(t, "next", extents.Next(), false)
	is(t, extents.Err(), context.Canceled)
}

func TestExtentsCombineContexts(t *testing.T) {
	const bitmap = "qemu:dirty-bitmap:b"
	image := filepath.Join(t.TempDir(), "disk.qcow2")
	for _, command := range [][]string{
		{"qemu-img", "create", "-q", "-f", "qcow2", image, "1M"},
		{"qemu-io", "-c", "write 0 128k", image},
		{"qemu-img", "bitmap", "--add", "-g", "65536", image, "b"},
		{"qemu-io", "-c", "write 64k 128k", image},
	} {
		if out, err := exec.Command(command[0], command[1:]...).CombinedOutput(); err != nil {
			t.Skip(string(out), err)
		}
	}
	h, err := libnbd.Create()
	good(t, err)
	for _, name := range []string{libnbd.CONTEXT_BASE_ALLOCATION, bitmap} {
		good(t, h.AddMetaContext(name))
	}
	good(t, h.ConnectSystemdSocketActivation([]string{
		"qemu-nbd", "-f", "qcow2", "-B", "b", image}))
	disk, err := nbdio.New(h)
	good(t, err)
	defer disk.Close()

	var found []string
	extents := disk.Extents(background(t), 0, mib, bitmap, "base:allocation")
	for extents.Next() {
		e := extents.Extent()
		found = append(found, fmt.Sprint(e.Offset>>10, "+", e.Length>>10, " ",
			e.Data(), " ", e.Dirty(), e.Flags == e.Contexts[bitmap]))
	}
	good(t, extents.Err())
	same(t, "extents", strings.Join(found, ", "), "0+64 true false true,"+
		" 64+128 true true true, 192+832 false false true")
}
