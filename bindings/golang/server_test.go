// SPDX-License-Identifier: MIT

package libnbd_test

import (
	"encoding/binary"
	"io"
	"os"
	"syscall"
	"testing"
)

// extendedServer starts a server with extended headers that answers only filtered
// block status.  No server in Debian 12 does that.  It returns the client's socket.
func extendedServer(t *testing.T) int {
	t.Helper()
	ends, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	good(t, err)
	stream := os.NewFile(uintptr(ends[1]), "server")
	go func() {
		defer stream.Close()
		if negotiate(stream) {
			transmit(stream)
		}
	}()
	return ends[0]
}

// send writes integers in network byte order, and bytes unchanged.
func send(stream io.Writer, values ...interface{}) {
	for _, value := range values {
		binary.Write(stream, binary.BigEndian, value)
	}
}

func receive(stream io.Reader, values ...interface{}) bool {
	for _, value := range values {
		if binary.Read(stream, binary.BigEndian, value) != nil {
			return false
		}
	}
	return true
}

// negotiate answers options until the client sends GO.
func negotiate(stream io.ReadWriter) bool {
	const (
		goOption, setMetaContext, extendedHeaders = 7, 10, 11
		ack, info, metaContext, unsupported       = 1, 3, 4, 1<<31 + 1
	)
	var flags, option, length uint32
	var magic uint64
	reply := func(kind uint32, data []byte) {
		send(stream, uint64(0x3e889045565a9), option, kind, uint32(len(data)), data)
	}
	send(stream, []byte("NBDMAGICIHAVEOPT"), uint16(3))
	receive(stream, &flags)
	for receive(stream, &magic, &option, &length) {
		data := make([]byte, length)
		if !receive(stream, data) {
			return false
		}
		switch option {
		case extendedHeaders:
			reply(ack, nil)
		case setMetaContext:
			reply(metaContext, []byte("\x00\x00\x00\x01x:first"))
			reply(metaContext, []byte("\x00\x00\x00\x02x:second"))
			reply(ack, nil)
		case goOption:
			// NBD_INFO_EXPORT: 1 TiB, and flags that allow filters.
			reply(info, []byte{0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0x10, 0x01})
			reply(ack, nil)
			return true
		default:
			reply(unsupported, nil)
		}
	}
	return false
}

// transmit answers each filtered request with one extent per context.
func transmit(stream io.ReadWriter) {
	const blockStatus, disconnect = 7, 2
	var magic uint32
	var flags, kind uint16
	var cookie, offset, length, effect uint64
	for receive(stream, &magic, &flags, &kind, &cookie, &offset, &length) {
		if kind == disconnect {
			return
		}
		ids := make([]uint32, length/4-2)
		if kind != blockStatus || !receive(stream, &effect, ids) {
			return
		}
		for i, id := range ids {
			done := uint16(0)
			if i == len(ids)-1 {
				done = 1
			}
			send(stream, uint32(0x6e8a278c), done, uint16(6), cookie, offset, uint64(24),
				id, uint32(1), effect, uint64(1)<<32+uint64(id))
		}
	}
}
