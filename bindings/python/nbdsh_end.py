# SPDX-License-Identifier: MIT
"""How nbdsh ends: servers are told, and it dies of the signal that came.

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

# Who sends two signals in a row, such as timeout(1), means one.  Who sends one
# later has lost patience.
SAME_SIGNAL_SECONDS = 0.5

# How long replies are waited for, and then that servers close.
REPLIES_SECONDS = CLOSING_SECONDS = 1.0


class Ended(SystemExit):
    """A signal ends the shell."""

    def __init__(self, number: int) -> None:
        super().__init__(128 + number)
        self.number = number


class Signals:
    """The first signal that came to end the shell, if there was one."""

    def __init__(self) -> None:
        self.first, self.came = 0, 0.0

    def take(self, number: int) -> bool:
        """Whether this is the first one.  A later one ends all at once."""
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
    """Whoever ignored a signal when he started us wants that it stays so."""
    for number in numbers:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, action)


def interrupted() -> Ended:
    """Nobody caught the exception that Ctrl-C raises."""
    signals.take(signal.SIGINT)
    return Ended(signal.SIGINT)


def nobody_reads(error: BaseException) -> bool:
    """Whether it is that the other end of standard output was closed."""
    if not isinstance(error, BrokenPipeError):
        return False
    poller = select.poll()
    poller.register(1, select.POLLOUT)
    return any(events & ~select.POLLOUT for _, events in poller.poll(0))


def is_connected(h: nbd.NBD) -> bool:
    """In an outage there is nobody to take leave of."""
    return (h.aio_is_ready() or h.aio_is_processing()) and h.get_outage() == 0


def owes_replies(h: nbd.NBD) -> bool:
    return is_connected(h) and h.aio_in_flight() > 0


def is_open(h: nbd.NBD) -> bool:
    return not h.aio_is_closed() and not h.aio_is_dead()


def say_goodbye(h: nbd.NBD) -> bool:
    """Whether the server is to close now, and has answered all."""
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
    """Drive the handles as long as one waits, but not for longer."""
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
    """Take leave of the servers: some end when they cannot send a reply."""
    drive(handles, REPLIES_SECONDS, owes_replies)
    closing = [h for h in handles if say_goodbye(h)]
    drive(closing, CLOSING_SECONDS, is_open)


def flush_output() -> int:
    """Write what is left; the signal to die of if nobody reads it."""
    if sys.stdout is None:
        return 0
    try:
        sys.stdout.flush()
    except OSError as error:
        broken = nobody_reads(error)
        # Python would try it again, and complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        if broken:
            return signal.SIGPIPE
        sys.exit(f"nbdsh: cannot write to standard output: {error.strerror}")
    return 0


@contextmanager
def ending(names: dict[str, Any]) -> Iterator[None]:
    """However the block ends, leave in order."""
    handle(signals.catch, *ENDING[1:])
    number = 0
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
            part(list(open_handles))
            # From here on a signal need not be waited for.
            handle(signal.SIG_DFL, *ENDING)
            names.clear()
        number = signals.first or number
        if number:
            atexit._run_exitfuncs()
            die(number)
