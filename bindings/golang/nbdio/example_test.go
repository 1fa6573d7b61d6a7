// SPDX-License-Identifier: MIT

package nbdio_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"time"

	"libguestfs.org/libnbd"
	"libguestfs.org/libnbd/nbdio"
)

func Example() {
	ctx := context.Background()
	disk, err := nbdio.Open(ctx, uri)
	if err != nil {
		log.Fatal(err)
	}
	defer disk.Close()

	p := make([]byte, 5)
	if _, err := disk.ReadAt(p, 0); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%d bytes, beginning with %q\n", disk.Size(), p)
	// Output: 1048576 bytes, beginning with "Hello"
}

// The disk outlives its server for two minutes, has up to four connections, and
// gets a setting that no option sets.
func ExampleOpen() {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	disk, err := nbdio.Open(ctx, uri,
		nbdio.ReconnectTimeout(2*time.Minute),
		nbdio.Connections(4),
		nbdio.Setup(func(h *libnbd.Libnbd) error {
			return h.SetTlsVerifyPeer(true)
		}))
	if err != nil {
		log.Fatal(err)
	}
	defer disk.Close()
	fmt.Println(disk.Size())
	// Output: 1048576
}

func ExampleDisk_ReadAtContext() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	p := make([]byte, 512)
	n, err := disk.ReadAtContext(ctx, p, disk.Size()-100)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		fmt.Println("the server takes too long")
	case errors.Is(err, io.EOF):
		fmt.Println(n, "bytes, and then the disk ends")
	case err != nil:
		log.Fatal(err)
	}
	// Output: 100 bytes, and then the disk ends
}

func ExampleDisk_NewFile() {
	out, err := os.CreateTemp("", "disk")
	if err != nil {
		log.Fatal(err)
	}
	defer os.Remove(out.Name())
	defer out.Close()

	f := disk.NewFile(context.Background())
	defer f.Close()
	n, err := io.Copy(out, f)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(n, "bytes")
	// Output: 1048576 bytes
}

func ExampleDisk_Extents() {
	extents := disk.Extents(context.Background(), 0, disk.Size())
	for extents.Next() {
		if e := extents.Extent(); e.Data() {
			fmt.Println("data:", e.Length, "bytes at", e.Offset)
		}
	}
	if err := extents.Err(); err != nil {
		log.Fatal(err)
	}
	// Output:
	// data: 32768 bytes at 0
	// data: 32768 bytes at 524288
}
