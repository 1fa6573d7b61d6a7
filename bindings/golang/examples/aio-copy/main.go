// SPDX-License-Identifier: MIT

// Copy an export into a file with many reads in flight.
//
//	aio-copy nbd://localhost/disk disk.img
package main

import (
	"log"
	"os"
	"syscall"

	"libguestfs.org/libnbd"
)

const (
	inFlight  = 16
	blockSize = 256 * 1024
)

type block struct {
	buf    libnbd.AioBuffer
	offset uint64
}

type copier struct {
	h     *libnbd.Libnbd
	file  *os.File
	full  []block // completed blocks, added by callbacks
	wrong error
}

func (c *copier) read(b block) error {
	_, err := c.h.AioPread(b.buf, b.offset, &libnbd.AioPreadOptargs{
		CompletionCallbackSet: true,
		// The lock of the handle is held, so only note the result here.
		CompletionCallback: func(errno *int) int {
			if *errno != 0 {
				c.wrong = syscall.Errno(*errno)
			}
			c.full = append(c.full, b)
			return 1
		},
	})
	return err
}

func (c *copier) write() error {
	for _, b := range c.full {
		if c.wrong == nil {
			_, c.wrong = c.file.WriteAt(b.buf.Slice(), int64(b.offset))
		}
		b.buf.Free()
	}
	c.full = c.full[:0]
	return c.wrong
}

func (c *copier) run() {
	size, err := c.h.GetSize()
	check(err)
	reading := 0
	for next := uint64(0); next < size || reading > 0; {
		for ; next < size && reading < inFlight; next += blockSize {
			b := block{libnbd.MakeAioBuffer(blockSize), next}
			if size-next < blockSize {
				b.buf.Size = uint(size - next)
			}
			check(c.read(b))
			reading++
		}
		_, err := c.h.Poll(-1)
		check(err)
		reading -= len(c.full)
		check(c.write())
	}
	check(c.h.Shutdown(nil))
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func main() {
	log.SetFlags(0)
	if len(os.Args) != 3 {
		log.Fatal("usage: aio-copy URI FILE")
	}
	h, err := libnbd.Create()
	check(err)
	check(h.ConnectUri(os.Args[1]))
	file, err := os.Create(os.Args[2])
	check(err)
	(&copier{h: h, file: file}).run()
	check(file.Close())
}
