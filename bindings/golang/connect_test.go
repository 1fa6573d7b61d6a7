// SPDX-License-Identifier: MIT

package libnbd_test

import (
	"net"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"libguestfs.org/libnbd"
)

func TestConnectsToACommand(t *testing.T) {
	h := serve(t, "null", "1M")
	ready, err := h.AioIsReady()
	good(t, err)
	same(t, "ready", ready, true)
	pid, err := h.GetSubprocessPid()
	good(t, err)
	if pid == 0 {
		t.Fatal("the process has no id")
	}
	good(t, h.Shutdown(nil))
	over, err := h.AioIsClosed()
	good(t, err)
	same(t, "closed", over, true)
}

func TestConnectsBySocketActivation(t *testing.T) {
	requires(t, "qemu-nbd")
	h := newHandle(t)
	path := image(t, make([]byte, mib))
	good(t, h.ConnectSystemdSocketActivation([]string{"qemu-nbd", "-r", "-f", "raw", path}))
	size, err := h.GetSize()
	good(t, err)
	same(t, "size", size, uint64(mib))
	readOnly, err := h.IsReadOnly()
	good(t, err)
	same(t, "read only", readOnly, true)
}

func TestConnectsToAUri(t *testing.T) {
	h := newHandle(t)
	if yes, err := h.SupportsUri(); err != nil || !yes {
		t.Skip("the library has no support for URIs")
	}
	yes, err := h.IsUri("nbd://localhost")
	good(t, err)
	same(t, "is a URI", yes, true)
	path := filepath.Join(t.TempDir(), "none")
	fails(t, h.ConnectUri("nbd+unix:///?socket="+path), syscall.ENOENT)
}

// listen returns a listener and a channel that gets true once it was connected to.
func listen(t *testing.T, network, address string) (net.Addr, chan bool) {
	t.Helper()
	listener, err := net.Listen(network, address)
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { listener.Close() })
	met := make(chan bool, 1)
	go func() {
		connection, err := listener.Accept()
		if err == nil {
			connection.Close()
		}
		met <- err == nil
	}()
	return listener.Addr(), met
}

func TestConnectsToAddressesOfGo(t *testing.T) {
	for network, address := range map[string]string{
		"unix": filepath.Join(t.TempDir(), "socket"),
		"tcp4": "127.0.0.1:0",
		"tcp6": "[::1]:0",
	} {
		t.Run(network, func(t *testing.T) {
			addr, met := listen(t, network, address)
			h := newHandle(t)
			good(t, h.AioConnect(addr))
			same(t, "connected", <-met, true)
		})
	}
	h := newHandle(t)
	fails(t, h.AioConnect(&net.UDPAddr{}), syscall.EAFNOSUPPORT)
	long := net.UnixAddr{Name: strings.Repeat("x", 200)}
	fails(t, h.AioConnect(&long), syscall.ENAMETOOLONG)
	// Without such sockets, the call also fails, with an error of the kernel.
	if err := h.AioConnect(&libnbd.VsockAddr{CID: 1, Port: 1}); err != nil {
		t.Log(err)
	}
}

func TestArgumentsThatCHasNot(t *testing.T) {
	h := newHandle(t)
	found := fails(t, h.SetExportName("a\x00b"), syscall.EINVAL)
	if !strings.Contains(found.Errmsg, "NUL character at index 1") {
		t.Fatal(found)
	}
	found = fails(t, h.ConnectCommand([]string{"true", "\x00"}), syscall.EINVAL)
	if !strings.Contains(found.Errmsg, "argv[1]") {
		t.Fatal(found)
	}
	fails(t, h.ConnectCommand(nil), syscall.EINVAL)
	_, err := h.Poll(1 << 40)
	fails(t, err, syscall.ERANGE)
}

func TestOptionModeListsExports(t *testing.T) {
	h := haggle(t, "eval", "list_exports=echo INTERLEAVED; echo first;"+
		" echo 'the first one'; echo second; echo 'the other'",
		"get_size=echo 65536", "pread=exit 1")
	var seen []string
	n, err := h.OptList(func(name, description string) int {
		seen = append(seen, name+"="+description)
		return 0
	})
	good(t, err)
	same(t, "exports", n, uint(2))
	same(t, "list", strings.Join(seen, ";"), "first=the first one;second=the other")
}

func TestOptionModeInfoAndGo(t *testing.T) {
	h := haggle(t, "memory", "64K")
	good(t, h.OptInfo())
	size, err := h.GetSize()
	good(t, err)
	same(t, "size", size, uint64(65536))
	negotiating, err := h.AioIsNegotiating()
	good(t, err)
	same(t, "still negotiating", negotiating, true)
	done := 0
	good(t, h.AioOptGo(&libnbd.AioOptGoOptargs{
		CompletionCallbackSet: true,
		CompletionCallback: func(errno *int) int {
			same(t, "errno", *errno, 0)
			done++
			return 1
		},
	}))
	for {
		connecting, err := h.AioIsConnecting()
		good(t, err)
		if !connecting {
			break
		}
		_, err = h.Poll(-1)
		good(t, err)
	}
	same(t, "completions", done, 1)
	ready, err := h.AioIsReady()
	good(t, err)
	same(t, "ready", ready, true)
}

func TestOptionModeAbort(t *testing.T) {
	h := haggle(t, "null")
	good(t, h.OptAbort())
	over, err := h.AioIsClosed()
	good(t, err)
	same(t, "closed", over, true)
}

func TestOptionModeMetaContexts(t *testing.T) {
	h := haggle(t, "memory", "64K")
	var seen []string
	collect := func(name string) int {
		seen = append(seen, name)
		return 0
	}
	n, err := h.OptListMetaContextQueries([]string{"base:"}, collect)
	good(t, err)
	same(t, "listed", n, uint(1))
	n, err = h.OptSetMetaContextQueries([]string{"base:allocation", "x:y"}, collect)
	good(t, err)
	same(t, "granted", n, uint(1))
	same(t, "names", strings.Join(seen, " "), "base:allocation base:allocation")
	good(t, h.SetRequestMetaContext(false))
	good(t, h.OptGo())
	yes, err := h.CanMetaContext(libnbd.CONTEXT_BASE_ALLOCATION)
	good(t, err)
	same(t, "can", yes, true)
}

func TestSizeIsReported(t *testing.T) {
	h := serve(t, "null", "4611686018427387904")
	size, err := h.GetSize()
	good(t, err)
	same(t, "size", size, uint64(1)<<62)
	payload, err := h.GetBlockSize(libnbd.SIZE_PAYLOAD)
	good(t, err)
	if payload < mib {
		t.Fatalf("payload size %d", payload)
	}
}

func TestCapabilitiesAreReported(t *testing.T) {
	queries := func(h *libnbd.Libnbd) map[string]func() (bool, error) {
		return map[string]func() (bool, error){
			"is_rotational": h.IsRotational, "is_read_only": h.IsReadOnly,
			"can_flush": h.CanFlush, "can_fua": h.CanFua, "can_trim": h.CanTrim,
			"can_zero": h.CanZero, "can_fast_zero": h.CanFastZero,
			"can_multi_conn": h.CanMultiConn, "can_cache": h.CanCache,
		}
	}
	for _, want := range []bool{true, false} {
		arguments := []string{"eval", "get_size=echo 65536", "pread=exit 1"}
		for name := range queries(newHandle(t)) {
			answer := "exit 3"
			if want {
				answer = "exit 0"
			}
			if name == "can_fua" || name == "can_cache" {
				answer = map[bool]string{true: "echo native", false: "echo none"}[want]
			}
			if name == "is_read_only" {
				name = "can_write"
			}
			arguments = append(arguments, name+"="+answer)
		}
		h := serve(t, arguments...)
		for name, query := range queries(h) {
			got, err := query()
			good(t, err)
			same(t, name, got, want == (name != "is_read_only"))
		}
		for _, query := range []func() (bool, error){h.CanDf,
			h.GetStructuredRepliesNegotiated} {
			yes, err := query()
			good(t, err)
			same(t, "structured", yes, true)
		}
		payload, err := h.CanBlockStatusPayload()
		good(t, err)
		same(t, "payload", payload, false)
		encrypted, err := h.GetTlsNegotiated()
		good(t, err)
		same(t, "TLS", encrypted, false)
		protocol, err := h.GetProtocol()
		good(t, err)
		same(t, "protocol", *protocol, "newstyle-fixed")
	}
	_, err := newHandle(t).CanFlush()
	fails(t, err, syscall.ENOTCONN)
}
