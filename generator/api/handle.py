# SPDX-License-Identifier: MIT
"""The handle itself: its life, its errors, its name, what it remembers."""

from __future__ import annotations

from nbdgen.calls.model import Call, Record, Ret, Setting, String, UIntPtr

SECTION = "Handles and errors"

RECORDS: tuple[Record, ...] = (
    Call(
        "create",
        since="1.0",
        returns=Ret.HANDLE,
        summary="create a handle",
        text="""
            A handle stands for one export of one server, from the first
            setting to the end.  This makes a new one with the default settings;
            it is not connected.  Give it to `close` when it is no longer needed.

            A program connects a handle once.  To use several servers or exports,
            create several handles; they share nothing and can be used from
            different threads.

            If the environment variable LIBNBD_DEBUG is exactly 1, the handle
            starts with debug output on, see `set_debug`.""",
        errors={"ENOMEM": "memory is short"},
        locked=False,
        special=True,
        example="examples/edit-qcow2.c",
        see_also=("close", "get_error", "set_handle_name"),
        section=SECTION,
    ),
    Call(
        "close",
        since="1.0",
        returns=Ret.VOID,
        summary="close the connection and free the handle",
        text="""
            This frees everything that the handle holds.  It can be called at any
            time, whatever the state of the handle, and also with NULL,
            which does nothing.

            The connection is closed without telling the server, so data that was
            written but not flushed may be lost.  Call `shutdown` first to end it in
            an orderly way.  Commands that have not finished fail with ENOTCONN:
            their completion callbacks run, and all callbacks are freed.  The
            results of commands that have finished but were not retired are lost.
            The library no longer touches the buffers of commands without a
            completion callback, so these may be freed before.

            If the library started a server with `connect_command`, closing the
            socket is expected to end it; with
            `connect_systemd_socket_activation` the server is sent SIGTERM.  In
            both cases the call waits for the process to end.

            No other thread may be in a call on the handle, and none may use the
            handle afterwards.""",
        may_set_error=False,
        locked=False,
        special=True,
        example="examples/edit-qcow2.c",
        see_also=("create", "shutdown", "aio_disconnect"),
        section=SECTION,
    ),
    Call(
        "get_error",
        since="1.0",
        returns=Ret.STATIC_STRING,
        summary="get the message of the last error",
        text="""
            When a call has failed, this returns a message for people that says
            what went wrong: the name of the call, a text, and the description of
            the errno if there is one.  Errors are kept for each thread, not for
            each handle, so call it from the thread that saw the failure.

            A call that succeeds does not change the error of an earlier one.  So
            look at the message only after a failure.

            The string belongs to the library and stays valid until the next call
            of the library from this thread.  Without any error so far the result
            is NULL.""",
        may_set_error=False,
        locked=False,
        special=True,
        example="examples/read-first-block.c",
        see_also=("get_errno", "create"),
        section=SECTION,
    ),
    Call(
        "get_errno",
        since="1.0",
        returns=Ret.INT,
        summary="get the errno of the last error",
        text="""
            When a call has failed, this returns the errno that belongs to the
            message of `get_error`.  It is kept for each thread, and a call that
            succeeds does not change it.

            The result is 0 if nothing has failed in this thread so far, or if no
            errno describes the failure.  Do not use the C variable errno instead:
            the library does not promise anything about its value.""",
        may_set_error=False,
        locked=False,
        special=True,
        see_also=("get_error",),
        section=SECTION,
    ),
    Setting(
        "handle_name",
        since="1.0",
        value=String("handle_name", "the new name"),
        default='"nbd" followed by a number that counts the handles of the process',
        set_summary="name the handle for debug output",
        text="""
            Each handle has a name, which is at the beginning of each line of its
            debug output.  It helps to tell the handles of a program apart.  The
            library does not check that names differ, and uses them for nothing
            else.""",
        field_name="trace.name",
        get_summary="get the name of the handle in debug output",
        get_text="""
            {c: The caller must free the string.}""",
        see_also=("set_debug",),
        section=SECTION,
    ),
    Call(
        "set_private_data",
        since="1.8",
        returns=Ret.UINTPTR,
        summary="store a word of your own in the handle",
        text="""
            The handle keeps one machine word for the program:
            {c: a pointer or | rust: an address or} a number, which the library neither
            reads nor {c: frees | else: changes}.  Callbacks and helper functions that
            are given the handle can find with it what the program knows about the
            connection.

            The call returns the word that was stored before, 0 at first.  Neither
            it nor `get_private_data` takes a lock; threads that share the word
            must agree among themselves.""",
        args=(UIntPtr("private_data", "the word to store"),),
        may_set_error=False,
        locked=False,
        see_also=("get_private_data",),
        section=SECTION,
    ),
    Call(
        "get_private_data",
        since="1.8",
        returns=Ret.UINTPTR,
        summary="get the word stored in the handle",
        text="""
            This returns what `set_private_data` stored last, or 0 if it was never
            called.""",
        may_set_error=False,
        locked=False,
        see_also=("set_private_data",),
        section=SECTION,
    ),
    Call(
        "get_handle_size",
        since="1.24",
        returns=Ret.SIZE,
        summary="estimate the memory that the handle takes",
        text="""
            This estimates how many bytes the handle holds on the heap: the handle
            itself, its settings, its buffers and its queues.  It counts neither
            the caller's buffers nor what the TLS library or the kernel keep.

            The number is meant for garbage collectors, which can use it to decide
            whether closing an unused handle is worth while.  It changes with
            time.""",
        see_also=("create", "close"),
        section=SECTION,
    ),
)
