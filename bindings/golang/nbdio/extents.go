// SPDX-License-Identifier: MIT

package nbdio

import (
	"context"
	"fmt"
	"sort"
	"strings"
	"syscall"

	"libguestfs.org/libnbd"
)

// Extents iterates over the extents of a range of a disk:
//
//	extents := disk.Extents(ctx, 0, disk.Size())
//	for extents.Next() {
//		if e := extents.Extent(); e.Data() {
//			copyRange(e.Offset, e.Length)
//		}
//	}
//	if err := extents.Err(); err != nil {
//		return err
//	}
//
// Make it with [Disk.Extents].  Only one goroutine may use it.
type Extents struct {
	ctx   context.Context
	disk  *Disk
	names []string // of contexts
	end   int64    // of the range

	asked   *answer // the request in flight
	lists   []extentList
	at      int64 // the part up to here is in last
	stop    int64 // more is known up to here
	flags   []uint64
	last    Extent // may still grow, if the next piece has the same flags
	lastOf  []uint64
	current Extent
	err     error

	maps map[string]map[string]uint64 // so that equal flags have one map
}

// An answer collects what the server replies about one range.
type answer struct {
	*command
	offset  int64
	entries map[string][]libnbd.LibnbdExtent
}

// An extentList goes through the extents of one context in one answer.
type extentList struct {
	entries []libnbd.LibnbdExtent // the remaining ones
	end     int64                 // of the current one
	flags   uint64                // of the current one
}

// Extents returns an iterator over the extents of a range.
//
// The contexts are names of metadata contexts such as base:allocation.  Without
// names, all contexts are used that [Contexts] asked for and that the server has.
// With several contexts, an extent ends where the flags of any of them change.
//
// The extents are adjacent and together cover the whole range.  Adjacent extents
// always differ.  While the program uses them, the server is asked for the next
// ones.  Memory is needed for two replies, however large the disk is.
//
// [Extents.Err] returns errors.
func (d *Disk) Extents(ctx context.Context, off, length int64, contexts ...string) *Extents {
	e := &Extents{ctx: ctx, disk: d, at: off, stop: off, end: off + length}
	var known []string
	known, e.err = d.negotiated()
	if e.err == nil {
		e.names, e.err = choose(known, contexts)
	}
	if e.err == nil && (off < 0 || length < 0 || off+length < off || !d.reaches(off+length)) {
		e.err = fmt.Errorf("the range is not inside the disk, which ends at %d: %w",
			d.Size(), syscall.EINVAL)
	}
	if e.err != nil {
		e.err = &Error{"extents", off, length, e.err}
	}
	e.flags = make([]uint64, len(e.names))
	e.lastOf = make([]uint64, len(e.names))
	e.lists = make([]extentList, len(e.names))
	e.maps = make(map[string]map[string]uint64)
	return e
}

// negotiated returns the contexts that were asked for and that the server has.
func (d *Disk) negotiated() ([]string, error) {
	if err := d.d.isOpen(); err != nil {
		return nil, err
	}
	h := d.d.h
	n, err := h.GetNrMetaContexts()
	if err != nil {
		return nil, err
	}
	var known []string
	for i := uint(0); i < n; i++ {
		name, err := h.GetMetaContext(i)
		if err != nil {
			return nil, err
		}
		if can, err := h.CanMetaContext(*name); err == nil && can {
			known = append(known, *name)
		}
	}
	return known, nil
}

func choose(known, asked []string) ([]string, error) {
	if len(known) == 0 {
		return nil, fmt.Errorf("no metadata context was negotiated: ask for one with"+
			" nbdio.Contexts in Open, of a server that has it: %w", syscall.ENOTSUP)
	}
	if len(asked) == 0 {
		return known, nil
	}
	var names []string
	for _, name := range asked {
		switch {
		case has(names, name):
		case has(known, name):
			names = append(names, name)
		default:
			return nil, fmt.Errorf("the context %s was not negotiated, only %s: ask for"+
				" it with nbdio.Contexts in Open, of a server that has it: %w",
				name, strings.Join(known, ", "), syscall.EINVAL)
		}
	}
	return names, nil
}

func has(list []string, name string) bool {
	for _, one := range list {
		if one == name {
			return true
		}
	}
	return false
}

// Next moves to the next extent.  It returns false at the end of the range and
// after an error.
func (e *Extents) Next() bool {
	for e.err == nil {
		if e.at < e.stop {
			if e.cut() {
				return true
			}
			continue
		}
		if e.at >= e.end {
			e.current, e.last = e.last, Extent{}
			return e.current.Length > 0
		}
		if err := e.take(); err != nil {
			e.err = &Error{"extents", e.at, e.end - e.at, err}
		}
	}
	e.Close()
	return false
}

// cut takes a piece in which no context changes.  It returns true if the extent
// before it is complete.
func (e *Extents) cut() bool {
	to := e.stop
	for i := range e.lists {
		list := &e.lists[i]
		for list.end <= e.at {
			list.end += int64(list.entries[0].Length)
			list.flags = list.entries[0].Flags
			list.entries = list.entries[1:]
		}
		if list.end < to {
			to = list.end
		}
		e.flags[i] = list.flags
	}
	start, length := e.at, to-e.at
	e.at = to
	if e.last.Length > 0 && equal(e.flags, e.lastOf) {
		e.last.Length += length
		return false
	}
	e.current = e.last
	copy(e.lastOf, e.flags)
	e.last = Extent{start, length, e.flags[0], e.byName(e.flags)}
	return e.current.Length > 0
}

func equal(a, b []uint64) bool {
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// byName returns the flags of an extent by the names of the contexts.
func (e *Extents) byName(flags []uint64) map[string]uint64 {
	const kept = 64
	var room [64]byte
	key := room[:0]
	for _, word := range flags {
		key = append(key, byte(word), byte(word>>8), byte(word>>16), byte(word>>24),
			byte(word>>32), byte(word>>40), byte(word>>48), byte(word>>56))
	}
	made := e.maps[string(key)]
	if made == nil {
		if len(e.maps) >= kept {
			e.maps = make(map[string]map[string]uint64)
		}
		made = make(map[string]uint64, len(flags))
		for i, name := range e.names {
			made[name] = flags[i]
		}
		e.maps[string(key)] = made
	}
	return made
}

// take waits for an answer, and requests what comes after it.
func (e *Extents) take() error {
	if e.asked == nil {
		if err := e.ask(e.at); err != nil {
			return err
		}
	}
	a := e.asked
	e.asked = nil
	if err := e.disk.d.wait(e.ctx, a.command); err != nil {
		return err
	}
	stop := e.end
	for i, name := range e.names {
		entries, told := a.entries[name]
		if !told {
			return fmt.Errorf("the server's answer at %d leaves out the context %s: %w",
				a.offset, name, syscall.EPROTO)
		}
		if end := a.endOf(name); end < stop {
			stop = end
		}
		e.lists[i] = extentList{entries: entries, end: a.offset}
	}
	if stop <= e.at {
		return fmt.Errorf("the server's answer at %d tells nothing about %d: %w",
			a.offset, e.at, syscall.EPROTO)
	}
	e.stop = stop
	if stop < e.end {
		e.ask(stop) // if it fails, it is tried again when needed
	}
	return nil
}

// ask requests extents from this place on.  Without extended headers, the library
// shortens the request to what fits.
func (e *Extents) ask(at int64) error {
	if err := e.ctx.Err(); err != nil {
		return err
	}
	d := e.disk
	a := &answer{newCommand(), d.down(at), make(map[string][]libnbd.LibnbdExtent)}
	length := d.up(e.end) - a.offset
	err := d.d.start(a.command, func() (uint64, error) {
		return d.d.h.AioBlockStatus64(uint64(length), uint64(a.offset), a.add, nil)
	})
	if err == nil {
		e.asked = a
	}
	return err
}

// add is called by the library.  After a reconnect the library may report
// everything again, from the beginning.
func (a *answer) add(name string, offset uint64, entries []libnbd.LibnbdExtent, _ *int) int {
	switch int64(offset) {
	case a.offset:
		a.entries[name] = entries
	case a.endOf(name):
		a.entries[name] = append(a.entries[name], entries...)
	}
	return 0
}

func (a *answer) endOf(name string) int64 {
	end := a.offset
	for _, entry := range a.entries[name] {
		end += int64(entry.Length)
	}
	return end
}

// Extent returns the current extent, to which [Extents.Next] has moved.
func (e *Extents) Extent() Extent {
	return e.current
}

// Err returns why Next has returned false, or nil at the end of the range.
func (e *Extents) Err() error {
	return e.err
}

// Close cancels the request in flight.  It is not needed after Next has returned
// false.
func (e *Extents) Close() {
	if e.asked != nil {
		e.disk.d.drop(e.asked.command)
		e.asked = nil
	}
	if e.err == nil {
		e.at, e.stop, e.last = e.end, e.end, Extent{}
	}
}

// An Extent is a part of a disk whose flags are the same everywhere.
type Extent struct {
	// The range in bytes.
	Offset, Length int64

	// The flags of the first metadata context.
	Flags uint64

	// The flags of each metadata context by its name.  Extents share this map: do not
	// change it.
	Contexts map[string]uint64
}

// Hole returns whether nothing is allocated for the extent.  Like Zero and Data, it
// panics if the extents do not include the context base:allocation.
func (e Extent) Hole() bool {
	return e.of(libnbd.CONTEXT_BASE_ALLOCATION)&libnbd.STATE_HOLE != 0
}

// Zero returns whether the extent is known to read as zeroes.
func (e Extent) Zero() bool {
	return e.of(libnbd.CONTEXT_BASE_ALLOCATION)&libnbd.STATE_ZERO != 0
}

// Data returns whether the extent may hold data: it is the opposite of Zero.
func (e Extent) Data() bool {
	return !e.Zero()
}

// Dirty returns whether one of QEMU's dirty bitmaps says that the extent was
// changed.  It panics if the extents do not include a bitmap.
func (e Extent) Dirty() bool {
	found := false
	for name, flags := range e.Contexts {
		if strings.HasPrefix(name, libnbd.CONTEXT_QEMU_DIRTY_BITMAP) {
			if flags&libnbd.STATE_DIRTY != 0 {
				return true
			}
			found = true
		}
	}
	if !found {
		e.of(libnbd.CONTEXT_QEMU_DIRTY_BITMAP + "...")
	}
	return false
}

func (e Extent) of(name string) uint64 {
	flags, has := e.Contexts[name]
	if !has {
		var known []string
		for name := range e.Contexts {
			known = append(known, name)
		}
		sort.Strings(known)
		panic(fmt.Sprintf("nbdio: an extent of %s knows nothing of %s: ask for that, too",
			strings.Join(known, ", "), name))
	}
	return flags
}
