/* SPDX-License-Identifier: MIT */
/* What the command line asks for. */
#ifndef COPY_OPTIONS_H
#define COPY_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

enum progress { NO_PROGRESS, PROGRESS_BAR, PROGRESS_FD, PROGRESS_JSON };

/* What becomes of a block that cannot be read. */
enum on_read_error {
  READ_ERRORS_FAIL,             /* the copy fails */
  READ_ERRORS_ZERO,             /* zeroes at the destination */
  READ_ERRORS_SKIP,             /* what the destination holds stays */
};

struct options {
  bool allocated, flush, no_map, synchronous, verbose, verify;
  bool destination_is_zero;
  unsigned connections, requests, threads;
  uint64_t queue_size, request_size, sparse;
  enum progress progress;
  int progress_fd;
  const char *blkhash;          /* NULL: none */
  const char *blkhash_file;
  const char *resume;           /* file of the journal */
  uint64_t checkpoint;          /* bytes between two flushes */
  const char *map;              /* file with a map in JSON */
  const char *context;          /* what selects, NULL: all */
  uint64_t rate;                /* bytes per second, 0: no limit */
  unsigned retry;
  enum on_read_error on_read_error;
  const char *bad_ranges;       /* file for a map of what was unreadable */
  uint64_t offset[2];           /* of the source, of the destination */
  int64_t length[2];            /* -1: to the end */
};

extern void options_take (struct options *o, int argc, char **argv);

#endif /* COPY_OPTIONS_H */
