# SPDX-License-Identifier: MIT
"""How nbdsh ends: it disconnects from servers, and dies of the signal that came.

The programs in C do the same; see common/signals.c and common/goodbye.c.
"""

from __future__ import annotations

import atexit
import os
import select
import signal
import sys
import types
from contextlib import contextmanager
from time import monotonic
from typing import Any, Callable, Iterable, Iterator

import nbd
from nbdsh_handle import Plain, deferred, in_story, open_handles

ENDING = signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT

# Two signals in quick succession, as from timeout(1), count as one.  A later
# second signal means that the user is impatient.
SAME_SIGNAL_SECONDS = 0.5

# How long to wait for replies, and then for servers to close.
REPLIES_SECONDS = CLOSING_SECONDS = 1.0


class Ended(SystemExit):
    """Raised when a signal ends the shell."""

    def __init__(self, number: int) -> None:
        super().__init__(128 + number)
        self.number = number


class Signals:
    """The first signal that ended the shell, or none."""

    def __init__(self) -> None:
        self.first, self.came = 0, 0.0

    def take(self, number: int) -> bool:
        """Return whether this is the first signal.  A later one ends everything
        at once."""
        if not self.first:
            self.first, self.came = number, monotonic()
            return True
        if monotonic() - self.came >= SAME_SIGNAL_SECONDS:
            die(number)
        return False

    def catch(self, number: int, frame: types.FrameType | None) -> None:
        if not self.take(number):
            return
        if not in_story(frame):
            raise Ended(number)
        deferred.append(Ended(number))

    def note(self, number: int, _: types.FrameType | None) -> None:
        self.take(number)


signals = Signals()


def die(number: int) -> None:
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)


def handle(action: Any, *numbers: int) -> None:
    """Set an action for signals, except for those that were ignored when the
    shell was started."""
    for number in numbers:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, action)


def interrupted() -> Ended:
    """Return the end for an exception of Ctrl-C that nobody has caught."""
    signals.take(signal.SIGINT)
    return Ended(signal.SIGINT)


def nobody_reads(error: BaseException) -> bool:
    """Return whether the error is that the other end of standard output was
    closed."""
    if not isinstance(error, BrokenPipeError):
        return False
    poller = select.poll()
    poller.register(1, select.POLLOUT)
    return any(events & ~select.POLLOUT for _, events in poller.poll(0))


def is_connected(h: nbd.NBD) -> bool:
    """Return whether the handle is connected, and not in an outage."""
    return (h.aio_is_ready() or h.aio_is_processing()) and h.get_outage() == 0


def owes_replies(h: nbd.NBD) -> bool:
    return is_connected(h) and h.aio_in_flight() > 0


def is_open(h: nbd.NBD) -> bool:
    return not h.aio_is_closed() and not h.aio_is_dead()


def say_goodbye(h: nbd.NBD) -> bool:
    """Disconnect if all replies have come; return whether the server is expected
    to close."""
    try:
        if h.aio_is_negotiating():
            h.aio_opt_abort()
            return True
        if not is_connected(h):
            return False
        h.aio_disconnect()
        return not owes_replies(h)
    except (nbd.Error, nbd.ClosedHandle):
        return False


def events(h: nbd.NBD) -> int:
    direction = h.aio_get_direction()
    return (select.POLLIN if direction & nbd.AIO_DIRECTION_READ else 0) | (
        select.POLLOUT if direction & nbd.AIO_DIRECTION_WRITE else 0
    )


def drive(
    handles: Iterable[nbd.NBD], seconds: float, waits: Callable[[nbd.NBD], bool]
) -> None:
    """Drive the handles while one of them waits, up to a time limit."""
    deadline = monotonic() + seconds
    while (left := deadline - monotonic()) > 0:
        some = more = False
        poller = select.poll()
        for h in handles:
            try:
                if waits(h):
                    more |= Plain.poll(h, 0) != 0
                    poller.register(h.aio_get_fd(), events(h))
                    some = True
            except (nbd.Error, nbd.ClosedHandle):
                pass
        if not some:
            return
        poller.poll(0 if more else left * 1000)


def part(handles: list[nbd.NBD]) -> None:
    """Disconnect from the servers, because some servers end when they cannot send
    a reply."""
    drive(handles, REPLIES_SECONDS, owes_replies)
    closing = [h for h in handles if say_goodbye(h)]
    drive(closing, CLOSING_SECONDS, is_open)


def flush_output() -> int:
    """Write buffered output, and return the signal to die of if nobody reads it."""
    if sys.stdout is None:
        return 0
    try:
        sys.stdout.flush()
    except OSError as error:
        broken = nobody_reads(error)
        # Python would try to write it again, and complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        if broken:
            return signal.SIGPIPE
        sys.exit(f"nbdsh: cannot write to standard output: {error.strerror}")
    return 0


@contextmanager
def ending(names: dict[str, Any]) -> Iterator[None]:
    """Clean up in order, however the block ends."""
    handle(signals.catch, *ENDING[1:])
    number, shell = 0, os.getpid()
    try:
        yield
    except Ended as ended:
        number = ended.number
    except BrokenPipeError as error:
        if not nobody_reads(error):
            raise
        number = signal.SIGPIPE
    finally:
        handle(signals.note, *ENDING)
        try:
            number = flush_output() or number
        finally:
            # A forked process shares the connections, and the shell still
            # uses them.
            if os.getpid() == shell:
                part(list(open_handles))
            # From here on a signal may end the process at once.
            handle(signal.SIG_DFL, *ENDING)
            names.clear()
        number = signals.first or number
        if number:
            atexit._run_exitfuncs()
            die(number)
