#!/bin/bash -
# SPDX-License-Identifier: MIT
# A server that answers in any order and any style, and loses nothing: what
# the checker demands is what a correct server and the library do.

. "${srcdir:-.}/tests/lib/outages.sh"

seeds 1 30 200 --calm
seeds 1 15 200 --calm --threads 8
seeds 1 15 200 --calm --links 4
