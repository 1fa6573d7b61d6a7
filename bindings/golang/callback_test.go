// SPDX-License-Identifier: MIT

package libnbd_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"libguestfs.org/libnbd"
)

func TestDebugCallbackSeesMessages(t *testing.T) {
	h := newHandle(t)
	var seen []string
	good(t, h.SetDebug(true))
	good(t, h.SetDebugCallback(func(context, message string) int {
		seen = append(seen, context+": "+message)
		return 0
	}))
	good(t, h.SetExportName("the export"))
	good(t, h.ClearDebugCallback())
	if all := strings.Join(seen, "\n"); !strings.Contains(all, "nbd_set_export_name: ") ||
		!strings.Contains(all, "the export") {
		t.Fatal(all)
	}
	same(t, "closures in use", libnbd.ClosuresInUse(), 0)
}

func TestEventCallbackIsFreed(t *testing.T) {
	h := newHandle(t)
	event := func(event uint, message string, value int64) int { return 0 }
	good(t, h.SetEventCallback(event))
	good(t, h.SetEventCallback(event))
	same(t, "closures in use", libnbd.ClosuresInUse(), 1)
	good(t, h.ClearEventCallback())
	same(t, "closures in use", libnbd.ClosuresInUse(), 0)
}

func TestErrorsHaveTextAndErrno(t *testing.T) {
	h := serve(t, "memory", "1M")
	err := h.Pread(make([]byte, 512), mib, nil)
	found := fails(t, err, syscall.EINVAL)
	same(t, "Op", found.Op, "pread")
	if !strings.HasPrefix(found.Errmsg, "nbd_pread: ") || found.Errmsg != err.Error() ||
		!strings.HasSuffix(found.Errmsg, "Invalid argument") {
		t.Fatal(found.Errmsg)
	}
	if !errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.EIO) {
		t.Fatal("errors.Is does not compare the errno")
	}
	h = serve(t, "eval", "get_size=echo 65536", "pread=echo EPERM no >&2; exit 1")
	fails(t, h.Pread(make([]byte, 512), 0, nil), syscall.EPERM)
}

// panics returns what the function panics with.
func panics(t *testing.T, f func()) (caught *libnbd.CallbackPanic) {
	t.Helper()
	defer func() {
		caught, _ = recover().(*libnbd.CallbackPanic)
	}()
	f()
	t.Fatal("no panic")
	return nil
}

func TestPanicInACallbackGoesOnFromTheCall(t *testing.T) {
	h := serve(t, "memory", "1M")
	buf := libnbd.MakeAioBuffer(512)
	defer buf.Free()
	cookie, err := h.AioPread(buf, 0, &libnbd.AioPreadOptargs{
		CompletionCallbackSet: true,
		CompletionCallback:    func(*int) int { panic("in the callback") },
	})
	good(t, err)
	p := panics(t, func() { drive(t, h) })
	same(t, "value", p.Value, interface{}("in the callback"))
	if !strings.Contains(p.Error(), "callback_test.go") {
		t.Fatalf("where it was is not in: %v", p)
	}
	_, err = h.AioCommandCompleted(cookie)
	fails(t, err, syscall.EIO)

	// The blocking read does not return an error, but panics.
	broken := errors.New("broken")
	p = panics(t, func() {
		h.PreadStructured(make([]byte, 512), 0,
			func([]byte, uint64, uint, *int) int { panic(broken) }, nil)
	})
	if !errors.Is(p, broken) {
		t.Fatal(p)
	}
	good(t, h.Pread(make([]byte, 512), 0, nil))
}

func TestPanicAtCloseLeavesTheHandleClosed(t *testing.T) {
	h := serve(t, "--filter=delay", "memory", "1M", "delay-read=1000")
	buf := libnbd.MakeAioBuffer(512)
	defer buf.Free()
	_, err := h.AioPread(buf, 0, &libnbd.AioPreadOptargs{
		CompletionCallbackSet: true,
		CompletionCallback: func(errno *int) int {
			panic(syscall.Errno(*errno))
		},
	})
	good(t, err)
	p := panics(t, func() { h.Close() })
	if !errors.Is(p, syscall.ENOTCONN) {
		t.Fatal(p)
	}
	if err := h.Close(); err == nil {
		t.Fatal("the handle is still open")
	}
	same(t, "closures in use", libnbd.ClosuresInUse(), 0)
}

func TestGoexitInACallbackEndsTheProgram(t *testing.T) {
	if os.Getenv("LIBNBD_GOEXIT") != "" {
		h := newHandle(t)
		good(t, h.SetDebugCallback(func(string, string) int {
			runtime.Goexit()
			return 0
		}))
		good(t, h.SetDebug(true))
		good(t, h.SetExportName("x"))
		return
	}
	command := exec.Command(os.Args[0], "-test.run=TestGoexitInACallbackEndsTheProgram")
	command.Env = append(os.Environ(), "LIBNBD_GOEXIT=1")
	out, err := command.CombinedOutput()
	var status *exec.ExitError
	if !errors.As(err, &status) || !strings.Contains(string(out), "runtime.Goexit") {
		t.Fatalf("%v: %s", err, out)
	}
}

func TestCallFromACallbackIsRefused(t *testing.T) {
	h, other := serve(t, "memory", "1M"), newHandle(t)
	good(t, h.PreadStructured(make([]byte, 512), 0,
		func([]byte, uint64, uint, *int) int {
			_, err := h.GetSize()
			found := fails(t, err, syscall.EDEADLK)
			if !strings.Contains(found.Errmsg, "nbd_get_size: called from a callback") {
				t.Error(found)
			}
			// Functions that take no lock, and other handles, can be used.
			_, err = h.AioIsReady()
			good(t, err)
			good(t, other.SetDebugCallback(func(string, string) int { return 0 }))
			fails(t, h.SetDebugCallback(func(string, string) int { return 0 }),
				syscall.EDEADLK)
			return 0
		}, nil))
	same(t, "closures in use", libnbd.ClosuresInUse(), 1)
}

func TestClosuresAreFreedExactlyOnce(t *testing.T) {
	// Freeing a closure twice panics.  The closures that are left are counted.
	same(t, "at the start", libnbd.ClosuresInUse(), 0)
	h := serve(t, "memory", "1M")
	buf := libnbd.MakeAioBuffer(512)
	defer buf.Free()
	for _, result := range []int{0, 1, -1} {
		optargs := libnbd.AioPreadStructuredOptargs{
			CompletionCallbackSet: true,
			CompletionCallback:    func(*int) int { return result },
		}
		chunk := func([]byte, uint64, uint, *int) int { return 0 }
		cookie, err := h.AioPreadStructured(buf, 0, chunk, &optargs)
		good(t, err)
		same(t, "in flight", libnbd.ClosuresInUse(), 2)
		drive(t, h)
		if result != 1 {
			same(t, "not retired", libnbd.ClosuresInUse(), 2)
			_, err = h.AioCommandCompleted(cookie)
			good(t, err)
		}
		same(t, "retired", libnbd.ClosuresInUse(), 0)
		_, err = h.AioPreadStructured(buf, mib, chunk, &optargs)
		fails(t, err, syscall.EINVAL)
		same(t, "refused", libnbd.ClosuresInUse(), 0)
	}
	fails(t, h.PreadStructured(make([]byte, 512), 0, nil, nil), syscall.EFAULT)
	good(t, h.SetDebugCallback(func(string, string) int { return 0 }))
	good(t, h.SetDebugCallback(func(string, string) int { return 0 }))
	same(t, "replaced", libnbd.ClosuresInUse(), 1)
	h.Close()
	same(t, "closed", libnbd.ClosuresInUse(), 0)
}

func TestManyGoroutinesShareAHandle(t *testing.T) {
	h := serve(t, "pattern", "1M")
	results := make(chan error)
	const goroutines = 16
	for i := 0; i < goroutines; i++ {
		go func(offset uint64) {
			buf := make([]byte, 4096)
			var err error
			for n := 0; n < 50 && err == nil; n++ {
				seen := 0
				err = h.PreadStructured(buf, offset,
					func(subbuf []byte, _ uint64, _ uint, _ *int) int {
						seen += len(subbuf)
						return 0
					}, nil)
				if err == nil && (seen != len(buf) || buf[6] != byte(offset>>8)) {
					err = fmt.Errorf("%d bytes, %x", seen, buf[:8])
				}
			}
			results <- err
		}(uint64(i) * 4096)
	}
	for i := 0; i < goroutines; i++ {
		good(t, <-results)
	}
	same(t, "closures in use", libnbd.ClosuresInUse(), 0)
}
