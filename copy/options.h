/* SPDX-License-Identifier: MIT */
/* What the command line asks for. */
#ifndef COPY_OPTIONS_H
#define COPY_OPTIONS_H

#include "engine/engine.h"
#include "engine/progress.h"

struct options {
  struct copy_settings settings;
  bool verbose;
  struct progress_settings progress;
  const char *map;        /* file with a map in JSON */
  const char *bad_ranges; /* file for a map of what was unreadable */
};

extern void options_take (struct options *o, int argc, char **argv);

#endif /* COPY_OPTIONS_H */
