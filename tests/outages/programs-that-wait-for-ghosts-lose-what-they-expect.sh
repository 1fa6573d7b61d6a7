#!/bin/bash -
# SPDX-License-Identifier: MIT
# A program that connects again by itself, waits before that until no old
# request can have effect, and knows that what was not flushed is lost, finds
# nothing else wrong with the brittle server.  Without the wait it does.

. "${srcdir:-.}/tests/lib/outages.sh"

seeds 1 60 500 --by-hand
loses --by-hand --without-ghosts
