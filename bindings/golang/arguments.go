// SPDX-License-Identifier: MIT

package libnbd

// #include "glue.h"
import "C"

import (
	"encoding/binary"
	"fmt"
	"math"
	"net"
	"strings"
	"syscall"
	"unsafe"
)

// VsockAddr is the address of a server on a virtual machine socket, for
// [Libnbd.AioConnect].
type VsockAddr struct {
	CID  uint32
	Port uint32
}

// Network returns "vsock".
func (a *VsockAddr) Network() string {
	return "vsock"
}

func (a *VsockAddr) String() string {
	return fmt.Sprintf("%d:%d", a.CID, a.Port)
}

// Passed for a slice without bytes, which has no address.
var nothing [1]byte

// bytesPointer returns a pointer that is used during one call only: C must not keep
// pointers to memory of Go.
func bytesPointer(data []byte) *C.char {
	if len(data) == 0 {
		return (*C.char)(unsafe.Pointer(&nothing[0]))
	}
	return (*C.char)(unsafe.Pointer(&data[0]))
}

func makeInt(op, name string, n int) (C.int, error) {
	if n < math.MinInt32 || n > math.MaxInt32 {
		return 0, newError(op, syscall.ERANGE,
			"%s: %d does not fit into 32 bits", name, n)
	}
	return C.int(n), nil
}

// makeString returns the string with a NUL at the end, as C needs it.
func makeString(op, name, s string) ([]byte, error) {
	if at := strings.IndexByte(s, 0); at >= 0 {
		return nil, newError(op, syscall.EINVAL,
			"%s: has a NUL character at index %d", name, at)
	}
	return append([]byte(s), 0), nil
}

// makeStrings returns a list of strings in one piece of memory from C, which the
// caller must free: first the pointers, then the text.
func makeStrings(op, name string, list []string) (**C.char, error) {
	pointers := (len(list) + 1) * C.sizeof_uintptr_t
	size := pointers
	for i, s := range list {
		if _, err := makeString(op, fmt.Sprintf("%s[%d]", name, i), s); err != nil {
			return nil, err
		}
		size += len(s) + 1
	}
	memory := C.malloc(C.size_t(size))
	text := unsafe.Slice((*byte)(memory), size)[pointers:]
	array := unsafe.Slice((**C.char)(memory), len(list)+1)
	for i, s := range list {
		array[i] = (*C.char)(unsafe.Pointer(&text[0]))
		text[copy(text, s)] = 0
		text = text[len(s)+1:]
	}
	array[len(list)] = nil
	return &array[0], nil
}

var nativeEndian = func() binary.ByteOrder {
	one := uint16(1)
	if *(*byte)(unsafe.Pointer(&one)) == 1 {
		return binary.LittleEndian
	}
	return binary.BigEndian
}()

// makeAddress returns the address as struct sockaddr.
func makeAddress(op, name string, addr net.Addr) ([]byte, error) {
	switch a := addr.(type) {
	case *net.UnixAddr:
		if at := strings.IndexByte(a.Name, 0); at > 0 {
			return nil, newError(op, syscall.EINVAL,
				"%s: has a NUL character at index %d", name, at)
		}
		path := []byte(a.Name)
		abstract := strings.HasPrefix(a.Name, "@") || strings.HasPrefix(a.Name, "\x00")
		if abstract {
			path[0] = 0
		} else {
			path = append(path, 0)
		}
		if len(path) > len(syscall.RawSockaddrUnix{}.Path) {
			return nil, newError(op, syscall.ENAMETOOLONG,
				"%s: the path has %d bytes", name, len(a.Name))
		}
		return append(family(syscall.AF_UNIX), path...), nil

	case *net.TCPAddr:
		return makeInternet(op, name, a)

	case *VsockAddr:
		const afVsock = 40
		raw := append(family(afVsock), make([]byte, 14)...)
		nativeEndian.PutUint32(raw[4:], a.Port)
		nativeEndian.PutUint32(raw[8:], a.CID)
		return raw, nil
	}
	return nil, newError(op, syscall.EAFNOSUPPORT, "%s: is a %T, not a"+
		" *net.UnixAddr, *net.TCPAddr or *libnbd.VsockAddr", name, addr)
}

func family(number uint16) []byte {
	raw := make([]byte, 2, 128)
	nativeEndian.PutUint16(raw, number)
	return raw
}

func makeInternet(op, name string, a *net.TCPAddr) ([]byte, error) {
	port := []byte{byte(a.Port >> 8), byte(a.Port)}
	if ip := a.IP.To4(); ip != nil {
		raw := append(family(syscall.AF_INET), port...)
		raw = append(raw, ip...)
		return append(raw, make([]byte, 8)...), nil
	}
	ip := a.IP.To16()
	if ip == nil {
		return nil, newError(op, syscall.EINVAL, "%s: %v has no IP address", name, a)
	}
	scope := make([]byte, 4)
	if a.Zone != "" {
		device, err := net.InterfaceByName(a.Zone)
		if err != nil {
			return nil, newError(op, syscall.EINVAL, "%s: zone %s: %v", name, a.Zone, err)
		}
		nativeEndian.PutUint32(scope, uint32(device.Index))
	}
	raw := append(family(syscall.AF_INET6), port...)
	raw = append(raw, 0, 0, 0, 0)
	raw = append(raw, ip...)
	return append(raw, scope...), nil
}

func copyExtents32(entries *C.uint32_t, n C.size_t) []uint32 {
	return append([]uint32{}, unsafe.Slice((*uint32)(unsafe.Pointer(entries)), n)...)
}

func copyExtents64(entries *C.nbd_extent, n C.size_t) []LibnbdExtent {
	made := make([]LibnbdExtent, n)
	for i, extent := range unsafe.Slice(entries, n) {
		made[i] = LibnbdExtent{uint64(extent.length), uint64(extent.flags)}
	}
	return made
}
