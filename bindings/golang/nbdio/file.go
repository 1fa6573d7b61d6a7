// SPDX-License-Identifier: MIT

package nbdio

import (
	"context"
	"io"
	"os"
	"sync"
	"syscall"
)

// A File reads and writes a [Disk] sequentially, as a file does.  It is an
// [io.ReadWriteSeeker] and an [io.ReadSeekCloser], for [io.Copy], bufio,
// archive/zip, net/http and others.  Make it with [Disk.NewFile].
//
// While reading is sequential, more and more is read ahead, up to 8 MiB, so that a
// slow network or short reads cost little.  What is written is gathered into longer
// requests, several of which are in flight after Write has returned.  So an error
// of a write may be returned by a later call of Write, Read, Flush or Close, once;
// it names the range.
//
// Both are exact: a read sees everything that was written before through the same
// File, through [Disk.WriteAt], or through another File that was flushed.
//
// A File has a lock, so goroutines may share it, but then they share the position,
// too.  Files are cheap: give each goroutine its own.
type File struct {
	ctx  context.Context
	disk *Disk

	lock   sync.Mutex
	pos    int64
	closed bool
	ahead  readAhead
	behind writeBehind
}

var (
	_ io.ReadWriteSeeker = (*File)(nil)
	_ io.ReadSeekCloser  = (*File)(nil)
	_ io.WriterTo        = (*File)(nil)
)

// NewFile returns a file at the start of the disk.  When the context ends, the
// file's methods fail with the reason.
//
// Close the file when it is no longer needed.  That does not close the disk.
func (d *Disk) NewFile(ctx context.Context) *File {
	return &File{
		ctx:    ctx,
		disk:   d,
		ahead:  readAhead{disk: d},
		behind: writeBehind{disk: d},
	}
}

// Read reads from the position on, and returns [io.EOF] at the end of the disk.
func (f *File) Read(p []byte) (int, error) {
	f.lock.Lock()
	defer f.lock.Unlock()
	if err := f.beforeRead(); err != nil || len(p) == 0 {
		return 0, err
	}
	length, err := f.available(int64(len(p)))
	if err != nil {
		return 0, err
	}
	data, err := f.ahead.get(f.ctx, f.pos, length)
	n := copy(p, data)
	if err != nil && f.ctx.Err() == nil {
		// Reading ahead may have failed for a reason that no longer exists.
		n, err = f.disk.ReadAtContext(f.ctx, p[:length], f.pos)
	}
	err = f.explain("read", f.pos, length, err)
	f.pos += int64(n)
	return n, err
}

// beforeRead makes sure that the server has what was written.
func (f *File) beforeRead() error {
	if f.closed {
		return os.ErrClosed
	}
	f.behind.settle(f.ctx)
	return f.behind.take()
}

// available returns how many bytes of the length can be read.
func (f *File) available(length int64) (int64, error) {
	if f.pos+length < f.pos || !f.disk.reaches(f.pos+length) {
		length = f.disk.Size() - f.pos
	}
	if length <= 0 {
		return 0, io.EOF
	}
	return length, nil
}

// explain wraps an error in an [Error], unless it is one already.
func (f *File) explain(op string, at, length int64, err error) error {
	if _, has := err.(*Error); has || err == nil || err == io.EOF {
		return err
	}
	return &Error{op, at, length, err}
}

// WriteTo writes everything from the position on to w.  [io.Copy] calls it.
func (f *File) WriteTo(w io.Writer) (total int64, err error) {
	f.lock.Lock()
	defer f.lock.Unlock()
	if err := f.beforeRead(); err != nil {
		return 0, err
	}
	for {
		length, err := f.available(chunkSize)
		if err != nil {
			return total, nil // the end of the disk
		}
		data, err := f.ahead.get(f.ctx, f.pos, length)
		if err != nil && f.ctx.Err() == nil {
			data = make([]byte, length)
			_, err = f.disk.ReadAtContext(f.ctx, data, f.pos)
		}
		if err != nil {
			return total, f.explain("read", f.pos, length, err)
		}
		n, err := w.Write(data)
		if err == nil && n < len(data) {
			err = io.ErrShortWrite
		}
		f.pos += int64(n)
		total += int64(n)
		if err != nil {
			return total, err
		}
	}
}

// Write writes at the position.  A range beyond the end of the disk fails with
// [syscall.ENOSPC], and nothing is written.
func (f *File) Write(p []byte) (int, error) {
	f.lock.Lock()
	defer f.lock.Unlock()
	if f.closed {
		return 0, os.ErrClosed
	}
	if err := f.ctx.Err(); err != nil {
		return 0, f.explain("write", f.pos, int64(len(p)), err)
	}
	if err := f.disk.checkRange("write", f.pos, int64(len(p))); err != nil {
		return 0, err
	}
	n, err := f.behind.write(f.ctx, p, f.pos)
	f.pos += int64(n)
	return n, err
}

// Seek sets the position.  It may be beyond the end, where there is nothing to
// read.
func (f *File) Seek(offset int64, whence int) (int64, error) {
	f.lock.Lock()
	defer f.lock.Unlock()
	if f.closed {
		return 0, os.ErrClosed
	}
	base := int64(0)
	switch whence {
	case io.SeekStart:
	case io.SeekCurrent:
		base = f.pos
	case io.SeekEnd:
		base = f.disk.Size()
	default:
		return 0, wrong("seek", 0, 0, syscall.EINVAL, "unknown whence %d", whence)
	}
	pos := base + offset
	if pos < 0 {
		return 0, wrong("seek", 0, 0, syscall.EINVAL, "the position would be %d", pos)
	}
	f.pos = pos
	return pos, nil
}

// Flush returns when everything that was written is on stable storage, if the
// server supports that.
func (f *File) Flush() error {
	f.lock.Lock()
	defer f.lock.Unlock()
	if f.closed {
		return os.ErrClosed
	}
	return f.behind.flush(f.ctx)
}

// Close flushes the file if anything was written.  The disk stays open.
func (f *File) Close() error {
	f.lock.Lock()
	defer f.lock.Unlock()
	if f.closed {
		return os.ErrClosed
	}
	f.closed = true
	f.ahead.drop()
	return f.behind.flush(f.ctx)
}
