// SPDX-License-Identifier: MIT

package nbdio

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"syscall"

	"libguestfs.org/libnbd"
)

// A command is a request that was issued, until its result is known.
type command struct {
	cookie uint64
	buf    libnbd.AioBuffer // from the pool, or none
	done   chan struct{}    // gets one element
	err    error            // valid after done

	lent      bool // the library may still use buf
	abandoned bool // nobody waits any more
}

// A driver issues commands and waits for their completion.
//
// Every call on the handle is made with the driver's lock held.  So goroutines wait
// for each other here, and not in the library, where each would take a thread.  Two
// goroutines wait for the socket with the runtime's poller: one until the socket is
// readable, and one, while the library asks for it, until the socket is writable.
type driver struct {
	h    *libnbd.Libnbd
	pool pool

	lock    sync.Mutex
	pending map[uint64]*command
	closed  bool
	why     error         // set when the connection has ended
	ending  bool          // no new commands may begin
	idle    chan struct{} // closed once nothing is pending, if anybody waits for it

	stays bool          // the descriptor never changes, see libnbd-reconnect(3)
	file  *os.File      // a duplicate of the descriptor
	kick  chan struct{} // the direction may include writing
	gone  chan struct{} // closed when the connection has ended
	loops sync.WaitGroup
}

func newDriver(h *libnbd.Libnbd) (*driver, error) {
	file, err := duplicate(h)
	if err != nil {
		return nil, err
	}
	raw, err := file.SyscallConn()
	if err != nil {
		file.Close()
		return nil, err
	}
	d := &driver{
		h:       h,
		pending: make(map[uint64]*command),
		stays:   stays(h),
		file:    file,
		kick:    make(chan struct{}, 1),
		gone:    make(chan struct{}),
	}
	d.loops.Add(2)
	go d.read(raw)
	go d.write(raw)
	return d, nil
}

// stays returns whether the handle's descriptor never changes.
func stays(h *libnbd.Libnbd) bool {
	for _, get := range []func() (int, error){
		h.GetReconnectTimeout, h.GetConnectTimeout, h.GetCommandTimeout, h.GetStallTimeout,
	} {
		if timeout, err := get(); err == nil && timeout != 0 {
			return true
		}
	}
	connections, err := h.GetConnections()
	return err == nil && connections > 1
}

// read serves the connection until it ends.
func (d *driver) read(raw syscall.RawConn) {
	defer d.loops.Done()
	raw.Read(func(uintptr) bool { return d.receive() })
	close(d.gone)
	d.file.Close()
}

// receive reads everything that has arrived, since the poller reports it only once.
// It returns true at the end of the connection.
func (d *driver) receive() bool {
	for {
		drained, direction := d.receiveSome()
		switch {
		case direction == 0:
			return true
		case drained:
			return false
		}
	}
}

func (d *driver) receiveSome() (drained bool, direction uint) {
	d.lock.Lock()
	defer d.lock.Unlock()
	if d.closed {
		return true, 0
	}
	if err := d.h.AioNotifyRead(); err != nil {
		d.why = err
	}
	d.collect()
	drained, _ = d.h.AioIsDrained()
	return drained, d.wake()
}

// write sends what the library could not send at once.
func (d *driver) write(raw syscall.RawConn) {
	defer d.loops.Done()
	for {
		select {
		case <-d.kick:
		case <-d.gone:
			return
		}
		if raw.Write(func(uintptr) bool { return d.send() }) != nil {
			return
		}
	}
}

// send returns false if the socket must become writable first.
func (d *driver) send() bool {
	d.lock.Lock()
	defer d.lock.Unlock()
	if d.closed {
		return true
	}
	if d.stays {
		d.h.AioNotifyWrite()
		d.collect()
		return true
	}
	for first := true; d.direction()&libnbd.AIO_DIRECTION_WRITE != 0; first = false {
		if first {
			d.h.AioNotifyWrite()
		} else if n, err := d.h.Poll(0); n == 0 && err == nil {
			return false
		}
		d.collect()
	}
	return true
}

func (d *driver) direction() uint {
	direction, _ := d.h.AioGetDirection()
	return direction
}

// wake makes the writing goroutine send, if there is something to send.
func (d *driver) wake() (direction uint) {
	direction = d.direction()
	if direction&libnbd.AIO_DIRECTION_WRITE != 0 {
		d.wakeWriter()
	}
	return direction
}

func (d *driver) wakeWriter() {
	select {
	case d.kick <- struct{}{}:
	default:
	}
}

// collect wakes those who wait for commands that have completed.
func (d *driver) collect() {
	for len(d.pending) > 0 {
		cookie, err := d.h.AioPeekCommandCompleted()
		if err != nil || cookie == 0 {
			break
		}
		_, err = d.h.AioCommandCompleted(cookie)
		if c := d.pending[cookie]; c != nil {
			delete(d.pending, cookie)
			c.lent = false
			d.finish(c, err)
		}
	}
	if d.idle != nil && len(d.pending) == 0 {
		close(d.idle)
		d.idle = nil
	}
}

func (d *driver) finish(c *command, err error) {
	if !c.abandoned {
		c.err = err
		c.done <- struct{}{}
	}
}

// start issues a command, with a buffer unless size is 0.
func (d *driver) start(c *command, issue func() (uint64, error)) error {
	d.lock.Lock()
	defer d.lock.Unlock()
	if d.closed || d.ending {
		return errClosed
	}
	cookie, err := issue()
	if err != nil {
		return d.explain(err)
	}
	c.cookie = cookie
	c.lent = true
	d.pending[cookie] = c
	if d.stays {
		d.wakeWriter()
	} else {
		d.wake()
	}
	return nil
}

// isOpen returns the error of a disk that was closed.
func (d *driver) isOpen() error {
	d.lock.Lock()
	defer d.lock.Unlock()
	if d.closed {
		return errClosed
	}
	return nil
}

// inCallback returns whether a callback of the handle is the caller.  The call around
// it holds the lock.
func (d *driver) inCallback() bool {
	_, err := d.h.GetSize()
	return errors.Is(err, syscall.EDEADLK)
}

// explain returns why the connection has ended, if it has.
func (d *driver) explain(err error) error {
	switch {
	case d.direction() != 0:
		return err
	case d.why == nil:
		return fmt.Errorf("the server has ended the connection: %w", syscall.ENOTCONN)
	}
	return fmt.Errorf("the connection has ended: %v: %w", d.why, syscall.ENOTCONN)
}

// wait returns the command's result.  If the context ends first, it cancels the
// command.
func (d *driver) wait(ctx context.Context, c *command) error {
	select {
	case <-c.done:
		return c.err
	case <-ctx.Done():
	}
	if d.cancel(c) {
		<-c.done
		if !errors.Is(c.err, syscall.ECANCELED) {
			return c.err // it completed before it could be cancelled
		}
	}
	return ctx.Err()
}

// cancel returns false if the command could not be cancelled, and was abandoned.
func (d *driver) cancel(c *command) bool {
	d.lock.Lock()
	defer d.lock.Unlock()
	if d.pending[c.cookie] != c {
		return true
	}
	d.h.AioCancel(c.cookie)
	d.collect()
	d.wake()
	if d.pending[c.cookie] != c {
		return true
	}
	c.abandoned = true
	c.buf.Free() // the library frees the memory later
	return false
}

// drop ends a command whose result nobody wants.
func (d *driver) drop(c *command) {
	if d.cancel(c) {
		<-c.done
		d.release(c)
	}
}

// release gives back the buffer of a command.
func (d *driver) release(c *command) {
	switch {
	case c.buf.P == nil:
	case c.lent:
		c.buf.Free() // the library frees the memory later
	default:
		d.pool.put(c.buf)
	}
	c.buf = libnbd.AioBuffer{}
}

// drain refuses new commands, and waits for those in flight.
func (d *driver) drain(ctx context.Context) error {
	d.lock.Lock()
	if d.closed || d.ending {
		d.lock.Unlock()
		return errClosed
	}
	idle := make(chan struct{})
	d.ending, d.idle = true, idle
	d.collect()
	d.lock.Unlock()
	select {
	case <-idle:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// close ends the connection and all commands.
func (d *driver) close() error {
	d.lock.Lock()
	if d.closed {
		d.lock.Unlock()
		return errClosed
	}
	d.closed = true
	for _, c := range d.pending {
		d.finish(c, errClosed)
	}
	d.pending = nil
	d.h.AioDisconnect(nil)
	d.lock.Unlock()

	// A server that is a child process ends when no descriptor is left, and the handle
	// waits for that.
	d.file.Close()
	d.loops.Wait()
	d.h.Close()
	d.pool.close()
	return nil
}
