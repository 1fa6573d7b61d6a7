/* SPDX-License-Identifier: MIT */
/* What the command line asks for. */
#ifndef CONVERT_OPTIONS_H
#define CONVERT_OPTIONS_H

#include "engine/engine.h"
#include "engine/progress.h"
#include "facts.h"
#include "grow/grow.h"
#include "source/checksum.h"

enum show_plan { DO_IT, SHOW_PLAN, SHOW_PLAN_JSON };

struct options {
  struct copy_settings settings;
  struct progress_settings progress;
  bool from_is_said, to_is_said; /* FROM and TO were given */
  enum format from, to;
  bool compress, allow_backing, force_shrink, sparsify;
  struct growth_wish grow; /* no partition: nothing grows */
  uint64_t size;           /* or UNKNOWN */
  char *format_options;    /* in the syntax of qemu-img's -o, or NULL */
  bool options_need_size;  /* they depend on the size of the disk */
  struct checksum_wish checksum;
  enum show_plan plan;
  bool no_scratch;
  const char *scratch; /* directory for scratch files, or NULL */
  uint64_t memory;     /* for decoded data; 0: the default */
  bool quiet;
};

extern void options_take (struct options *o, int argc, char **argv);

#endif /* CONVERT_OPTIONS_H */
