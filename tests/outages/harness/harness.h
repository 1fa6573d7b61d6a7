/* SPDX-License-Identifier: MIT */

/* Random commands while the server breaks: one run for each seed. */

#ifndef OUTAGES_HARNESS_H
#define OUTAGES_HARNESS_H

#include <stdbool.h>
#include <stdint.h>

#include <libnbd.h>

#include "brittle.h"
#include "checker.h"
#include "jobs.h"

#define MOST_IN_FLIGHT 16
#define MOST_THREADS 8

/* ms.  If a dozen attempts fail one after the other, their pauses take half a
 * minute. */
#define RECONNECT_TIMEOUT 200000
#define QUARANTINE 300
#define LONG_LIFE_OF_GHOSTS 1000
#define STALL_TIMEOUT 200
#define COMMAND_TIMEOUT 120

/* What the command line asks for. */
struct choice {
  uint64_t first, last; /* seeds */
  unsigned jobs;        /* seeds at once */
  unsigned links;
  unsigned threads; /* making blocking calls; 0: one asynchronous thread */
  unsigned commands;
  bool tls; /* always; else sometimes, if the library has it */
  bool has_tls;
  bool calm;          /* no outages */
  bool by_hand;       /* the program reconnects */
  bool never_flushes; /* but fills a small journal */
  bool cancels;       /* commands are cancelled */
  bool timeouts;      /* commands have a deadline */
  bool trust, strict;
  unsigned quarantine;
  enum brittle_fault fault;
  bool expects_loss; /* stop at the first loss; fail without one */
  bool verbose;
};

/* Whether the library has to stay connected.  It does not if the program
 * reconnects or if there are no outages. */
static inline bool
is_lasting (const struct choice *choice)
{
  return !choice->by_hand && !choice->calm;
}

/* The sum of what all seeds have counted, in memory that their processes
 * share. */
struct totals {
  uint64_t commands, failed, reconnects, replayed, ghosts_held;
  struct brittle_counters server;
  int64_t worst_ms; /* the longest that a command took */
};

/* One run. */
struct run {
  const char *path;
  const struct choice *choice;
  struct random random;
  struct brittle_settings settings;
  struct brittle *server;
  struct checker *checker;
  struct nbd_handle *h;
  int fd; /* the handle's descriptor; -1: not known yet */
  uint64_t journal_size;
  unsigned in_flight;
  struct totals seen;
};

/* A command and its data. */
struct command {
  struct run *run;
  struct operation op;
  bool used;
  int64_t cookie;
  bool cancelled;
  int64_t started; /* ms */
  uint32_t flags;
  uint8_t buf[MOST_BYTES];
  int told[MOST_BLOCKS];
};

/* End the run, because something other than a loss is wrong. */
extern void fail (const struct run *r, const char *fmt, ...)
  __attribute__ ((noreturn, format (printf, 2, 3)));
/* End the run, because the checker has found a loss. */
extern void lose (const struct run *r, const char *text)
  __attribute__ ((noreturn));

/* run.c: do the whole run of a seed, in a process of its own. */
extern void run_seed (const struct choice *choice, uint64_t seed,
                      const char *path, struct totals *totals);

/* command.c */
extern void draw_command (struct run *r, struct random *random,
                          struct command *c);
extern int64_t start_command (struct command *c,
                              nbd_completion_callback done);
extern int call_command (struct command *c);
/* The library has ended the command; error is an errno, or 0 for success. */
extern void end_command (struct command *c, int error);

/* async.c, blocking.c: run the commands of a run. */
extern void run_async (struct run *r, unsigned commands);
extern void run_blocking (struct run *r);
/* run.c: wait for the end of the quarantine and connect with a new handle, as
 * the program would. */
extern void connect_again (struct run *r);
/* Run one command to its end. */
extern int one_async (struct run *r, struct command *c);

#endif /* OUTAGES_HARNESS_H */
