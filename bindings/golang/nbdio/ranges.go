// SPDX-License-Identifier: MIT

package nbdio

import (
	"context"
	"sync/atomic"

	"libguestfs.org/libnbd"
)

// The longest range of a command without data.  Without extended headers, a range
// must be shorter than 4 GiB.
const rangeSize = 1 << 30

// An issuer issues a command for a range.
type issuer func(n, at uint64) (uint64, error)

// ranged issues commands for a range of whole blocks.
func (d *Disk) ranged(ctx context.Context, start, end int64, issue issuer) error {
	t := transfer{
		disk:  d,
		next:  start,
		end:   end,
		piece: rangeSize,
		issue: func(c *command, at int64, n int) error {
			return d.d.start(c, func() (uint64, error) {
				return issue(uint64(n), uint64(at))
			})
		},
	}
	_, err := t.run(ctx)
	return err
}

// Zero makes a range read as zeroes, which most servers do without writing.
//
// The flags are [libnbd.CMD_FLAG_NO_HOLE], [libnbd.CMD_FLAG_FAST_ZERO] and
// [libnbd.CMD_FLAG_FUA].  Partial blocks are handled as by [Disk.WriteAtContext].
func (d *Disk) Zero(ctx context.Context, off, length int64, flags ...libnbd.CmdFlag) error {
	if err := d.checkRange("zero", off, length); err != nil {
		return err
	}
	defer atomic.AddInt64(&d.changes, 1)
	if err := d.zero(ctx, off, off+length, union(flags)); err != nil {
		return &Error{"zero", off, length, err}
	}
	return nil
}

func (d *Disk) zero(ctx context.Context, off, end int64, flags libnbd.CmdFlag) error {
	start, stop := d.up(off), d.down(end)
	if end == d.Size() {
		stop = end
	}
	if start > stop { // within one block
		return d.writeZeroes(ctx, off, end, flags)
	}
	if err := d.writeZeroes(ctx, off, start, flags); err != nil {
		return err
	}
	if err := d.writeZeroes(ctx, stop, end, flags); err != nil {
		return err
	}
	if d.align > 1 {
		lock, err := d.locks.hold(ctx, start, stop, false)
		if err != nil {
			return err
		}
		defer d.locks.release(lock)
	}
	optargs := libnbd.AioZeroOptargs{FlagsSet: true, Flags: flags}
	return d.ranged(ctx, start, stop, func(n, at uint64) (uint64, error) {
		return d.d.h.AioZero(n, at, &optargs)
	})
}

// writeZeroes writes zeroes to a part of a block.
func (d *Disk) writeZeroes(ctx context.Context, off, end int64, flags libnbd.CmdFlag) error {
	if off == end {
		return nil
	}
	_, err := d.write(ctx, make([]byte, end-off), off, flags&libnbd.CMD_FLAG_FUA)
	return err
}

// Trim tells the server that the content of a range is no longer needed.  The
// content is undefined afterwards.  Blocks of the server that are only partly in
// the range are not changed.
func (d *Disk) Trim(ctx context.Context, off, length int64) error {
	if err := d.checkRange("trim", off, length); err != nil {
		return err
	}
	defer atomic.AddInt64(&d.changes, 1)
	start, stop := d.up(off), d.down(off+length)
	if off+length == d.Size() {
		stop = off + length
	}
	err := d.ranged(ctx, start, stop, func(n, at uint64) (uint64, error) {
		return d.d.h.AioTrim(n, at, nil)
	})
	if err != nil {
		return &Error{"trim", off, length, err}
	}
	return nil
}

// Cache tells the server that a range will soon be read.
func (d *Disk) Cache(ctx context.Context, off, length int64) error {
	if err := d.checkRange("cache", off, length); err != nil {
		return err
	}
	err := d.ranged(ctx, d.down(off), d.up(off+length), func(n, at uint64) (uint64, error) {
		return d.d.h.AioCache(n, at, nil)
	})
	if err != nil {
		return &Error{"cache", off, length, err}
	}
	return nil
}

func union(flags []libnbd.CmdFlag) libnbd.CmdFlag {
	var all libnbd.CmdFlag
	for _, flag := range flags {
		all |= flag
	}
	return all
}
