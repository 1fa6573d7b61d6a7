// SPDX-License-Identifier: MIT

package nbdio

import (
	"context"
	"sync"
)

// blockLocks makes writes wait for each other if they share a block of the server
// and at least one of them changes only a part of it.
type blockLocks struct {
	lock sync.Mutex
	held map[*blockLock]bool
}

type blockLock struct {
	start, end int64
	partly     bool
	released   chan struct{}
}

// hold waits until the range can be written, and locks it.
func (l *blockLocks) hold(ctx context.Context, start, end int64, partly bool) (*blockLock, error) {
	mine := &blockLock{start, end, partly, make(chan struct{})}
	for {
		other := l.try(mine)
		if other == nil {
			return mine, nil
		}
		select {
		case <-other.released:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// try locks the range, or returns a lock that must be released first.
func (l *blockLocks) try(mine *blockLock) *blockLock {
	l.lock.Lock()
	defer l.lock.Unlock()
	for other := range l.held {
		if mine.start < other.end && other.start < mine.end && (mine.partly || other.partly) {
			return other
		}
	}
	if l.held == nil {
		l.held = make(map[*blockLock]bool)
	}
	l.held[mine] = true
	return nil
}

func (l *blockLocks) release(mine *blockLock) {
	l.lock.Lock()
	defer l.lock.Unlock()
	delete(l.held, mine)
	close(mine.released)
}
