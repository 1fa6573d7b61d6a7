# SPDX-License-Identifier: MIT
"""Sentences that many manual pages share.

They hold for all asynchronous commands, options or connections; expand.py adds
them to the text of each page.
"""

from __future__ import annotations

from nbdgen.calls.model import Errors

AIO_COMMAND = """\
The request is queued, and sent as far as the socket accepts it without waiting.
The call does not wait for the reply, nor read one.  It returns the command's
cookie, a number above 0 that is unique on this handle.  Drive the connection with
`poll` or your own main loop until the command has finished.

If the call succeeds, *completion* is called exactly once, with the lock of
the handle held, so it must not call a function that takes that lock.  Its
*error* {c: points to 0 or to the errno | ocaml: refers to 0 or to the error
number | else: is 0 or the error number} of the failure.  If it returns 1 the
command is retired at once; otherwise{rust: | else: , or without a *completion*,}
collect the result with `aio_command_completed`.  If the call fails, no callback runs.
{c: Either way its free function is called once, when it is not needed any more.
| rust: Either way it is dropped once, when it is not needed any more.}"""

AIO_BYTES_IN = """\
{{c: *{buf}* must stay where it is until the command has finished, and must not
be changed. | rust: | else: *{buf}* must not be changed until the command has
finished.}}"""

AIO_BYTES_OUT = """\
{{c: *{buf}* must stay where it is until the command has finished; do not use its
contents before that. | rust: | else: Do not use the contents of *{buf}* before
the command has finished.}}"""

PARAMETER = """\
The parameter ``{name}`` of a URI or of LIBNBD_URI_OPTIONS makes this setting as
well, see `connect_uri`."""

AIO_OPTION = """\
The request is queued and the call returns without waiting for the answer.
Drive the connection with `poll` or your own main loop while
`aio_is_connecting` returns true; after that the option has finished.

*completion* is called when the answer is known; its *error*
{c: points to 0 | ocaml: refers to 0 | else: is 0} if the server agreed, or else
{c: to an errno | ocaml: to an error number | else: an error number}.  An option
has no cookie, only one can be in progress at a time, and what the callback
returns is ignored.  It runs with the lock of the handle held, so it must not
call a function that takes that lock."""

AIO_CONNECT = """\
The call returns without waiting for the server.  Drive the connection with
`poll` or your own main loop while `aio_is_connecting` returns true.  After
that the handle is ready (`aio_is_ready`), or in option mode it waits for
options (`aio_is_negotiating`); anything else means that it failed."""

SYNC_COMMAND_ERRORS: Errors = {
    "ENOTCONN": "the connection ended before the reply came",
    "EPROTO": "the reply breaks the rules of the protocol",
    "EIO": "the server answered with this error; it can also answer EPERM, ENOMEM,"
    " EINVAL, ENOSPC, EOVERFLOW, ENOTSUP or ESHUTDOWN",
}

MOST_COMMANDS = "{c: INT_MAX | else: 2147483647} commands are in flight"

COMMAND_ERRORS: Errors = {
    "EINVAL": "a disconnect was queued before",
    "ENOMEM": f"memory is short, or {MOST_COMMANDS}",
}

SYNC_CONNECT_ERRORS: Errors = {
    "ENOENT": "the server has no export of the chosen name",
    "EPROTO": "the server did not send a valid NBD handshake",
    "ENOTSUP": "TLS is required, and the server does not offer it",
}

CONNECT_ERRORS: Errors = {"ENOMEM": "memory is short"}

SYNC_OPTION_ERRORS: Errors = {
    "ENOTCONN": "the connection ended before the answer came",
    "EPROTO": "the answer breaks the rules of the protocol",
}

OPTION_ERRORS: Errors = {"ENOMEM": "memory is short"}
