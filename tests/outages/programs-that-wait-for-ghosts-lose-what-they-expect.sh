#!/bin/bash -
# SPDX-License-Identifier: MIT
# A program without the library's help connects again by itself.  If it first
# waits until no old request can have effect, it loses only what was not
# flushed, which it expects.  Without that wait it loses more.

. "${srcdir:-.}/tests/lib/outages.sh"

seeds 1 60 500 --by-hand
loses --by-hand --without-ghosts
