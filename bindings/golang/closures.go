// SPDX-License-Identifier: MIT

package libnbd

// #include "glue.h"
import "C"

import (
	"fmt"
	"os"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"syscall"
	"unsafe"
)

// A closure is a function that the library may call.  C refers to it by a struct
// nbdgo_closure, which contains the number of its slot here.
type closure struct {
	function interface{}
	errno    int // the argument error of callbacks points to it
}

const slotsPerBlock = 256

// A closureTable gives out slots, in blocks that are never moved or freed.  Slots
// that C gives back are collected in a list in C, so that this needs no call of Go.
// When there are no free slots, that list is taken over.
type closureTable struct {
	lock   sync.Mutex
	blocks unsafe.Pointer // to a []*[slotsPerBlock]closure, which is never changed
	free   *C.struct_nbdgo_closure
}

var closures closureTable

// add registers the function for C, which must give the slot back once.
//
// The pointer is passed as a number, because cgo checks what a pointer refers to.
func (t *closureTable) add(function interface{}) C.uintptr_t {
	t.lock.Lock()
	if t.free == nil {
		t.free = takeReturned()
		if t.free == nil {
			t.grow()
		}
	}
	c := t.free
	t.free = c.next
	t.lock.Unlock()
	t.get(c.id).function = function
	return C.uintptr_t(uintptr(unsafe.Pointer(c)))
}

func (t *closureTable) grow() {
	old := t.list()
	blocks := make([]*[slotsPerBlock]closure, len(old)+1)
	copy(blocks, old)
	blocks[len(old)] = new([slotsPerBlock]closure)
	atomic.StorePointer(&t.blocks, unsafe.Pointer(&blocks))

	memory := (*C.struct_nbdgo_closure)(C.calloc(slotsPerBlock,
		C.sizeof_struct_nbdgo_closure))
	if memory == nil {
		panic("libnbd: out of memory")
	}
	slots := unsafe.Slice(memory, slotsPerBlock)
	for i := range slots {
		slots[i].id = C.uint64_t(len(old)*slotsPerBlock + i)
		slots[i].next = t.free
		t.free = &slots[i]
	}
}

func (t *closureTable) list() []*[slotsPerBlock]closure {
	if list := atomic.LoadPointer(&t.blocks); list != nil {
		return *(*[]*[slotsPerBlock]closure)(list)
	}
	return nil
}

func (t *closureTable) get(id C.uint64_t) *closure {
	return &t.list()[id/slotsPerBlock][id%slotsPerBlock]
}

// release forgets the function.  C gives the slot back afterwards.
func (t *closureTable) release(id C.uint64_t) {
	c := t.get(id)
	if c.function == nil {
		panic("libnbd: a closure was freed twice")
	}
	c.function = nil
}

// inUse returns how many slots are not free.
func (t *closureTable) inUse() int {
	t.lock.Lock()
	defer t.lock.Unlock()
	n := len(t.list()) * slotsPerBlock
	for c := t.free; c != nil; c = c.next {
		n--
	}
	last := &t.free
	for *last != nil {
		last = &(*last).next
	}
	for *last = takeReturned(); *last != nil; last = &(*last).next {
		n--
	}
	return n
}

func takeReturned() *C.struct_nbdgo_closure {
	list := (*unsafe.Pointer)(unsafe.Pointer(&C.nbdgo_returned))
	return (*C.struct_nbdgo_closure)(atomic.SwapPointer(list, nil))
}

//export nbdgoRelease
func nbdgoRelease(id C.uint64_t) {
	closures.release(id)
}

// CallbackPanic is the value of a panic that began in a callback.
//
// A panic cannot pass through the library, which holds locks at that time.  The
// panic is caught at the end of the callback, which then counts as having returned
// -1 with error set to EIO.  The panic continues, as a *CallbackPanic, from the
// method that made the library call the callback.  If several callbacks panic
// during one call, the first panic continues.
//
// The handle stays usable.  A command whose completion callback panicked is not
// retired; see [Libnbd.AioCommandCompleted].
//
// A callback must not call [runtime.Goexit], directly or by a function such as
// FailNow of a test, and must not panic with nil.  Both end the program.
type CallbackPanic struct {
	// The value that was passed to panic.
	Value interface{}

	// Where the panic began, as text.
	Stack []byte
}

func (p *CallbackPanic) Error() string {
	return fmt.Sprintf("panic in a callback of libnbd: %v\n\n%s", p.Value, p.Stack)
}

// Unwrap returns the value, if it is an error.
func (p *CallbackPanic) Unwrap() error {
	err, _ := p.Value.(error)
	return err
}

var panics struct {
	lock    sync.Mutex
	last    C.uint64_t
	waiting map[C.uint64_t]*CallbackPanic
}

// takePanic returns and forgets the panic that keepPanic has given this number.
func takePanic(id C.uint64_t) *CallbackPanic {
	panics.lock.Lock()
	defer panics.lock.Unlock()
	p := panics.waiting[id]
	delete(panics.waiting, id)
	return p
}

func keepPanic(p *CallbackPanic) C.uint64_t {
	panics.lock.Lock()
	defer panics.lock.Unlock()
	if panics.waiting == nil {
		panics.waiting = make(map[C.uint64_t]*CallbackPanic)
	}
	panics.last++
	panics.waiting[panics.last] = p
	return panics.last
}

// rescue ends a callback that may have panicked.  It must be deferred directly.
// errno is NULL if the callback has no argument error.
func rescue(returned *bool, ret *C.int, errno *C.int, panicked *C.uint64_t) {
	if *returned {
		return
	}
	value := recover()
	if value == nil {
		// To continue would leave the handle locked forever.
		fmt.Fprintf(os.Stderr, "libnbd: a callback called runtime.Goexit"+
			" or panic(nil), which cannot pass through C\n\n%s", debug.Stack())
		os.Exit(2)
	}
	*ret = -1
	if errno != nil && *errno == 0 {
		*errno = C.int(syscall.EIO)
	}
	if *panicked == 0 {
		*panicked = keepPanic(&CallbackPanic{value, debug.Stack()})
	}
}
