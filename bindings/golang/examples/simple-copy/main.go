// SPDX-License-Identifier: MIT

// Write the content of an export to standard output, one block after another.
//
//	simple-copy nbd://localhost/disk >disk.img
package main

import (
	"fmt"
	"io"
	"log"
	"os"

	"libguestfs.org/libnbd"
)

const blockSize = 256 * 1024

func export(uri string, to io.Writer) error {
	h, err := libnbd.Create()
	if err != nil {
		return err
	}
	defer h.Close()
	if err := h.ConnectUri(uri); err != nil {
		return err
	}
	size, err := h.GetSize()
	if err != nil {
		return err
	}

	block := make([]byte, blockSize)
	for offset := uint64(0); offset < size; offset += blockSize {
		if size-offset < blockSize {
			block = block[:size-offset]
		}
		if err := h.Pread(block, offset, nil); err != nil {
			return fmt.Errorf("at offset %d: %w", offset, err)
		}
		if _, err := to.Write(block); err != nil {
			return err
		}
	}
	return h.Shutdown(nil)
}

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("usage: simple-copy URI >FILE")
	}
	if err := export(os.Args[1], os.Stdout); err != nil {
		log.Fatal(err)
	}
}
