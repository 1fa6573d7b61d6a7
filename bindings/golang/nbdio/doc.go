// SPDX-License-Identifier: MIT

// Package nbdio reads and writes the disk of an NBD server in the ways that Go
// programs use: a [Disk] is an [io.ReaderAt] and an [io.WriterAt], calls that wait
// take a [context.Context], and errors work with [errors.Is].
//
//	disk, err := nbdio.Open(ctx, "nbd://localhost/disk")
//	if err != nil {
//		return err
//	}
//	defer disk.Close()
//	_, err = disk.ReadAt(p, 4096)
//
// Any number of goroutines may use a disk at once.  They share one connection (or
// several, see [Connections]), and all their requests are in flight together.  They
// wait as for a net.Conn: no call takes a thread.
//
// A [File] has a position, reads ahead and writes behind, for [io.Copy] and similar
// functions.  [Extents] returns which parts of a disk hold data, and which have
// changed.
//
// The package libguestfs.org/libnbd has the whole library.  [Setup], [New] and
// [Disk.Handle] give access to it.
package nbdio
