// SPDX-License-Identifier: MIT

package libnbd_test

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"libguestfs.org/libnbd"
)

func TestModuleLoads(t *testing.T) {
	h := newHandle(t)
	name, err := h.GetPackageName()
	good(t, err)
	same(t, "package name", *name, "libnbd")
	version, err := h.GetVersion()
	good(t, err)
	if !strings.HasPrefix(*version, "1.") {
		t.Fatalf("version %s", *version)
	}
}

func TestHandleLivesAndCloses(t *testing.T) {
	h, err := libnbd.Create()
	good(t, err)
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	if err := h.Close(); err == nil || err.Errno != syscall.EBADF {
		t.Fatalf("closed twice: %v", err)
	}
	_, err = h.GetSize()
	found := fails(t, err, syscall.EBADF)
	same(t, "Op", found.Op, "get_size")
	same(t, "Errmsg", found.Errmsg,
		"nbd_get_size: the handle is closed, or was not made by Create: bad file descriptor")
}

func TestHandleThatIsForgottenIsClosed(t *testing.T) {
	ends, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	good(t, err)
	func() {
		h, err := libnbd.Create()
		good(t, err)
		good(t, h.AioConnectSocket(ends[0]))
	}()
	stop := make(chan bool)
	go func() {
		for {
			select {
			case <-stop:
				return
			default:
				runtime.GC()
			}
		}
	}()
	// The other end of the socket sees the end of the stream once the handle is freed.
	n, err := syscall.Read(ends[1], make([]byte, 1))
	close(stop)
	good(t, err)
	same(t, "bytes", n, 0)
	good(t, syscall.Close(ends[1]))
}

func TestCloseWaitsForMethodsAtWork(t *testing.T) {
	h := serve(t, "memory", "1M")
	ran := false
	optargs := libnbd.AioPreadOptargs{
		CompletionCallbackSet: true,
		CompletionCallback: func(*int) int {
			// Poll is running, so the handle exists until it returns.
			if err := h.Close(); err != nil {
				t.Error(err)
			}
			ran = true
			return 1
		},
	}
	buf := libnbd.MakeAioBuffer(512)
	defer buf.Free()
	_, err := h.AioPread(buf, 0, &optargs)
	good(t, err)
	for !ran {
		_, err = h.Poll(-1)
		good(t, err)
	}
	_, err = h.Poll(-1)
	fails(t, err, syscall.EBADF)
	same(t, "closures in use", libnbd.ClosuresInUse(), 0)
}

func TestCopiesAreTheSameHandle(t *testing.T) {
	h := serve(t, "memory", "1M")
	copied := *h
	good(t, copied.Pread(make([]byte, 512), 0, nil))
	if err := copied.Close(); err != nil {
		t.Fatal(err)
	}
	fails(t, h.Pread(make([]byte, 512), 0, nil), syscall.EBADF)
	if err := h.Close(); err == nil || err.Errno != syscall.EBADF {
		t.Fatal(err)
	}
}

func TestHandleThatWasNotMadeIsNoHandle(t *testing.T) {
	var h libnbd.Libnbd
	_, err := h.GetSize()
	fails(t, err, syscall.EBADF)
	_, err = h.AioIsReady()
	fails(t, err, syscall.EBADF)
	if err := h.Close(); err == nil || err.Errno != syscall.EBADF {
		t.Fatal(err)
	}
}

func TestDefaultsAreThoseDocumented(t *testing.T) {
	h := newHandle(t)
	check := func(name string, want interface{}, got interface{}, err error) {
		t.Helper()
		good(t, err)
		if s, ok := got.(*string); ok {
			got = *s
		}
		same(t, name, got, want)
	}
	report := func(name string, want interface{}) func(interface{}, error) {
		return func(got interface{}, err error) { check(name, want, got, err) }
	}
	os.Unsetenv("LIBNBD_DEBUG")
	debug, err := h.GetDebug()
	report("debug", false)(debug, err)
	name, err := h.GetExportName()
	report("export name", "")(name, err)
	full, err := h.GetFullInfo()
	report("full info", false)(full, err)
	tls, err := h.GetTls()
	report("TLS", libnbd.TLS_DISABLE)(tls, err)
	verify, err := h.GetTlsVerifyPeer()
	report("verify peer", true)(verify, err)
	extended, err := h.GetRequestExtendedHeaders()
	report("extended headers", true)(extended, err)
	structured, err := h.GetRequestStructuredReplies()
	report("structured replies", true)(structured, err)
	meta, err := h.GetRequestMetaContext()
	report("meta context", true)(meta, err)
	size, err := h.GetRequestBlockSize()
	report("block size", true)(size, err)
	initialize, err := h.GetPreadInitialize()
	report("pread initialize", true)(initialize, err)
	flags, err := h.GetHandshakeFlags()
	report("handshake flags", libnbd.HANDSHAKE_FLAG_MASK)(flags, err)
	strict, err := h.GetStrictMode()
	report("strict mode", libnbd.STRICT_MASK)(strict, err)
	opt, err := h.GetOptMode()
	report("option mode", false)(opt, err)
	contexts, err := h.GetNrMetaContexts()
	report("meta contexts", uint(0))(contexts, err)
	data, err := h.GetPrivateData()
	report("private data", uint(0))(data, err)
	socket, err := h.GetSocketActivationName()
	report("socket activation name", "")(socket, err)
}

// settings returns the settings that accept any value of their type.
func settings(h *libnbd.Libnbd) (
	bools map[string]func(bool) (error, func() (bool, error)),
	strings map[string]func(string) (error, func() (*string, error)),
) {
	type setBool = func(bool) (error, func() (bool, error))
	type setString = func(string) (error, func() (*string, error))
	b := func(set func(bool) error, get func() (bool, error)) setBool {
		return func(v bool) (error, func() (bool, error)) { return set(v), get }
	}
	s := func(set func(string) error, get func() (*string, error)) setString {
		return func(v string) (error, func() (*string, error)) { return set(v), get }
	}
	return map[string]setBool{
			"debug":      b(h.SetDebug, h.GetDebug),
			"full info":  b(h.SetFullInfo, h.GetFullInfo),
			"verify":     b(h.SetTlsVerifyPeer, h.GetTlsVerifyPeer),
			"extended":   b(h.SetRequestExtendedHeaders, h.GetRequestExtendedHeaders),
			"structured": b(h.SetRequestStructuredReplies, h.GetRequestStructuredReplies),
			"meta":       b(h.SetRequestMetaContext, h.GetRequestMetaContext),
			"block size": b(h.SetRequestBlockSize, h.GetRequestBlockSize),
			"initialize": b(h.SetPreadInitialize, h.GetPreadInitialize),
			"opt mode":   b(h.SetOptMode, h.GetOptMode),
		}, map[string]setString{
			"handle name":  s(h.SetHandleName, h.GetHandleName),
			"export name":  s(h.SetExportName, h.GetExportName),
			"TLS username": s(h.SetTlsUsername, h.GetTlsUsername),
			"TLS hostname": s(h.SetTlsHostname, h.GetTlsHostname),
			"TLS priority": s(h.SetTlsPriority, h.GetTlsPriority),
			"socket name":  s(h.SetSocketActivationName, h.GetSocketActivationName),
		}
}

func TestEverySettingCanBeSetAndRead(t *testing.T) {
	h := newHandle(t)
	bools, strings := settings(h)
	for name, set := range bools {
		for _, value := range []bool{true, false} {
			err, get := set(value)
			good(t, err)
			got, err := get()
			good(t, err)
			same(t, name, got, value)
		}
	}
	for name, set := range strings {
		err, get := set("value")
		good(t, err)
		got, err := get()
		good(t, err)
		same(t, name, *got, "value")
	}
	for _, value := range []libnbd.Strict{0, libnbd.STRICT_ALIGN, libnbd.STRICT_MASK} {
		good(t, h.SetStrictMode(value))
		got, err := h.GetStrictMode()
		good(t, err)
		same(t, "strict mode", got, value)
	}
	good(t, h.SetHandshakeFlags(libnbd.HANDSHAKE_FLAG_NO_ZEROES))
	flags, err := h.GetHandshakeFlags()
	good(t, err)
	same(t, "handshake flags", flags, libnbd.HANDSHAKE_FLAG_NO_ZEROES)
	good(t, h.SetUriAllowTransports(libnbd.ALLOW_TRANSPORT_TCP))
	good(t, h.SetUriAllowTls(libnbd.TLS_REQUIRE))
	good(t, h.SetUriAllowTlsPriority(true))
	good(t, h.SetUriAllowLocalFile(true))
	good(t, h.SetTlsCertificates("/nowhere"))
	good(t, h.SetTlsPskFile("/nowhere"))
	old, err := h.SetPrivateData(^uint(0))
	good(t, err)
	same(t, "old private data", old, uint(0))
	data, err := h.GetPrivateData()
	good(t, err)
	same(t, "private data", data, ^uint(0))
	if yes, err := h.SupportsTls(); err == nil && yes {
		good(t, h.SetTls(libnbd.TLS_ALLOW))
		tls, err := h.GetTls()
		good(t, err)
		same(t, "TLS", tls, libnbd.TLS_ALLOW)
	}
	good(t, h.AddMetaContext(libnbd.CONTEXT_BASE_ALLOCATION))
	context, err := h.GetMetaContext(0)
	good(t, err)
	same(t, "meta context", *context, "base:allocation")
}

func TestTimesAndSizesComeBackAsTheyWere(t *testing.T) {
	h := newHandle(t)
	for name, f := range map[string]struct {
		set func(int) error
		get func() (int, error)
	}{
		"reconnect":  {h.SetReconnectTimeout, h.GetReconnectTimeout},
		"connect":    {h.SetConnectTimeout, h.GetConnectTimeout},
		"command":    {h.SetCommandTimeout, h.GetCommandTimeout},
		"stall":      {h.SetStallTimeout, h.GetStallTimeout},
		"keepalive":  {h.SetKeepalive, h.GetKeepalive},
		"quarantine": {h.SetQuarantine, h.GetQuarantine},
	} {
		for _, value := range []int{-1, 0, 250} {
			good(t, f.set(value))
			got, err := f.get()
			good(t, err)
			same(t, name, got, value)
		}
	}
	good(t, h.SetUnflushedPolicy(libnbd.UNFLUSHED_TRUST))
	policy, err := h.GetUnflushedPolicy()
	good(t, err)
	same(t, "policy", policy, libnbd.UNFLUSHED_TRUST)
	good(t, h.SetJournalSize(1<<40))
	size, err := h.GetJournalSize()
	good(t, err)
	same(t, "journal", size, uint64(1<<40))
	good(t, h.SetConnections(16))
	connections, err := h.GetConnections()
	good(t, err)
	same(t, "connections", connections, uint(16))
	outage, err := h.GetOutage()
	good(t, err)
	same(t, "outage", outage, int64(0))
}

// resident returns the memory of this process in bytes.
func resident(t *testing.T) int {
	t.Helper()
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Skip("there is no /proc/self/statm")
	}
	var size, pages int
	_, err = fmt.Sscan(string(text), &size, &pages)
	good(t, err)
	return pages * os.Getpagesize()
}

func TestThousandHandlesWithoutALeak(t *testing.T) {
	name := strings.Repeat("x", 4000)
	round := func() (grown int) {
		before := resident(t)
		for i := 0; i < 1000; i++ {
			h, err := libnbd.Create()
			good(t, err)
			good(t, h.SetExportName(name))
			good(t, h.SetDebugCallback(func(string, string) int { return 0 }))
			if err := h.Close(); err != nil {
				t.Fatal(err)
			}
		}
		runtime.GC()
		return resident(t) - before
	}
	// The heaps of C and of Go stop growing after some rounds, but a leak does not.
	// The names alone would be 4 MB in each round.
	grown := round()
	for i := 0; i < 10 && grown > mib; i++ {
		grown = round()
	}
	if grown > mib {
		t.Errorf("%d bytes more in each round", grown)
	}
	same(t, "closures in use", libnbd.ClosuresInUse(), 0)
}
