/* SPDX-License-Identifier: MIT */
/* What the benchmark's programs share: the plan of a run as given on the
 * command line, the offsets it visits, the data it expects, the meter. */

#ifndef BENCH_COMMON_H
#define BENCH_COMMON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>

/* The export's content repeats after this many bytes, see pattern_fill. */
#define PATTERN_SIZE (UINT64_C (1) << 20)

/* What to measure. */
struct plan {
  const char *socket;   /* the server's Unix socket, */
  const char *uri;      /* or where else it is */
  const char *tls_keys; /* encrypt, with the keys in this file */
  const char *what;     /* case: read, write, sync, ... */
  uint64_t requests;    /* stop after this many, */
  double seconds;       /* or after this time, whichever comes first */
  size_t size;          /* bytes per request */
  unsigned depth;       /* requests in flight */
  unsigned threads;
  unsigned handles;
  bool notify;     /* own poll loop instead of nbd_poll */
  bool sequential; /* offsets in order instead of at random */
  bool compact;    /* do not ask for extended headers */
  bool verify;     /* fill what is written, check what is read */
  uint64_t salt;   /* makes written data differ from the old */
};

/* Where the next request goes. */
struct offsets {
  uint64_t state;
  uint64_t blocks;
  uint64_t next;
  size_t size;
  bool sequential;
};

/* Wall clock and CPU time since meter_start. */
struct meter {
  double wall_start;
  double deadline;
  struct rusage usage;
};

_Noreturn void die (const char *fmt, ...)
  __attribute__ ((format (printf, 1, 2)));
void *allocate (size_t n);
uint64_t parse_number (const char *text, const char *option);
void parse_plan (int argc, char *argv[], struct plan *plan);
void allow_many_files (void);

void offsets_init (struct offsets *o, const struct plan *plan,
                   uint64_t export_size, uint64_t seed);
uint64_t offsets_next (struct offsets *o);

void pattern_fill (void *buf, size_t len, uint64_t offset, uint64_t salt);
void pattern_check (const void *buf, size_t len, uint64_t offset,
                    uint64_t salt);

double seconds_now (void);
void meter_start (struct meter *m, const struct plan *plan);
bool meter_goes_on (const struct meter *m, const struct plan *plan,
                    uint64_t issued);
void meter_print (const struct meter *m, const struct plan *plan,
                  uint64_t requests);

#endif /* BENCH_COMMON_H */
