// SPDX-License-Identifier: MIT

// Package libnbd talks to Network Block Device (NBD) servers.
//
//	h, err := libnbd.Create()
//	if err != nil {
//		return err
//	}
//	defer h.Close()
//	if err := h.ConnectUri("nbd://localhost/disk"); err != nil {
//		return err
//	}
//	p := make([]byte, 512)
//	err = h.Pread(p, 0, nil)
//
// It has the whole library: each of its functions is a method of [Libnbd], and
// libnbd(3) explains how they belong together.  Programs that read and write as with
// a file, with io.ReaderAt and context.Context, use the package
// libguestfs.org/libnbd/nbdio.
//
// Methods fail with a [LibnbdError].  Arguments that may be left out are in a struct that
// comes last and may be nil; each of its fields counts if the field before it, of the same
// name with Set, is true.
//
// Methods that wait for the server block their goroutine, and a thread.  Those whose names
// begin with Aio do not: they use memory outside of Go's heap, an [AioBuffer], until the
// command is retired, and the program drives the connection with [Libnbd.Poll], or with
// [Libnbd.AioNotifyRead] and [Libnbd.AioNotifyWrite].
//
// Functions passed to methods run with the lock of the handle held: methods of the
// same handle that take it fail with EDEADLK.  A panic in one of them is a
// [CallbackPanic].
package libnbd
