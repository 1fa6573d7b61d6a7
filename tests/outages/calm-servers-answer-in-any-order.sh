#!/bin/bash -
# SPDX-License-Identifier: MIT
# A server that answers in any order and in any style, without outages, loses
# nothing.  This shows that the checker accepts a correct server and library.

. "${srcdir:-.}/tests/lib/outages.sh"

seeds 1 30 200 --calm
seeds 1 15 200 --calm --threads 8
seeds 1 15 200 --calm --links 4
