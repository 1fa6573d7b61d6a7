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
// The package has the whole library: each function of the library is a method of
// [Libnbd], and libnbd(3) explains how to use them together.  The package
// libguestfs.org/libnbd/nbdio is for programs that read and write as with a file,
// with io.ReaderAt and context.Context.
//
// Methods fail with a [LibnbdError].  Optional arguments are in a struct, which is
// the last argument and may be nil.  A field of the struct is used only if the
// field before it, which has the same name with Set, is true.
//
// Methods that wait for the server block their goroutine, and a thread.  Methods
// whose names begin with Aio do not.  They use memory outside of Go's heap, an
// [AioBuffer], until the command is retired.  The program drives the connection
// with [Libnbd.Poll], or with [Libnbd.AioNotifyRead] and [Libnbd.AioNotifyWrite].
//
// The library calls functions that were passed to methods with the lock of the
// handle held.  In such a function, methods of the same handle that take the lock
// fail with EDEADLK.  A panic in such a function becomes a [CallbackPanic].
package libnbd
