#!/bin/bash -
# SPDX-License-Identifier: MIT
# Ctrl-C while nbdsh starts a thread has its effect only when the thread runs:
# if nbdsh ended before, Python would crash.
. "${srcdir:-.}/tests/lib/nbdsh.sh"
requires_nbdkit plugin null

expect 'interrupted, started: True' nbdsh -c '
import signal, threading
start = threading.Thread.start
started = []
def interrupted(thread):
    signal.raise_signal(signal.SIGINT)
    start(thread)
    started.append(thread)
threading.Thread.start = interrupted
h.set_opt_mode(True)
h.connect_command(["nbdkit", "-s", "--exit-with-parent", "null"])
try:
    h.opt_info()
except KeyboardInterrupt:
    print("interrupted, started:", len(started) == 1)'
