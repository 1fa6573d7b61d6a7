/* SPDX-License-Identifier: MIT */
/* The options of the command line. */
#ifndef COPY_OPTIONS_H
#define COPY_OPTIONS_H

#include "engine/engine.h"
#include "engine/progress.h"

struct options {
  struct copy_settings settings;
  bool verbose;
  struct progress_settings progress;
  const char *map;        /* file with a map in JSON */
  const char *bad_ranges; /* file for the list of unreadable ranges */
};

extern void options_take (struct options *o, int argc, char **argv);

#endif /* COPY_OPTIONS_H */
