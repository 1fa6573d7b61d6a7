// SPDX-License-Identifier: MIT

// Print the size of an export in bytes.
//
//	get-size nbd://localhost/disk
package main

import (
	"fmt"
	"log"
	"os"

	"libguestfs.org/libnbd"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("usage: get-size URI")
	}
	h, err := libnbd.Create()
	if err != nil {
		log.Fatal(err)
	}
	defer h.Close()

	if err := h.ConnectUri(os.Args[1]); err != nil {
		log.Fatal(err)
	}
	size, err := h.GetSize()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(size)
}
