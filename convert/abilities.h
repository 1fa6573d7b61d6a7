/* SPDX-License-Identifier: MIT */
/* --machine-readable: print what this build can do, one fact per line. */
#ifndef CONVERT_ABILITIES_H
#define CONVERT_ABILITIES_H

#include "tool.h"

extern void abilities_print (const struct tool_option *rows)
  __attribute__ ((noreturn));

#endif /* CONVERT_ABILITIES_H */
