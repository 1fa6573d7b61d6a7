/* SPDX-License-Identifier: MIT */

/* Run numbered jobs, several at once, each in a process of its own. */

#ifndef OUTAGES_JOBS_H
#define OUTAGES_JOBS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* How a job ends: the exit status of its process.  A job that was disturbed
 * because the machine was slow is run again, and from then on fewer jobs run
 * at once. */
enum verdict { FINE, WRONG, LOST, DISTURBED, WITHOUT_TLS };

#define MOST_JOBS 64

struct job {
  pid_t pid;
  uint64_t number;
  unsigned tries;
};

struct jobs {
  uint64_t first, last;
  unsigned at_once;
  const char *what; /* what a job is called in messages */
  void (*run) (void *opaque, uint64_t number);
  void *opaque;
  unsigned seconds; /* time limit of a job */
  bool ends_with_loss;

  struct job job[MOST_JOBS];
  unsigned running, failures, losses, disturbed, repeated, skipped;
  uint64_t lost; /* the lowest number of a job with a loss */
};

extern void run_jobs (struct jobs *jobs);

/* Make a directory for sockets, and memory that all jobs share. */
extern void job_directory (char *name, size_t size);
extern void *job_memory (size_t size);

#endif /* OUTAGES_JOBS_H */
