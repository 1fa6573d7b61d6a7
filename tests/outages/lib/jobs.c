/* SPDX-License-Identifier: MIT */

/* Runs numbered jobs, several at once, each in a process of its own. */

#include "jobs.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define MOST_TRIES 5

static void
must (bool done, const char *what)
{
  if (done)
    return;
  perror (what);
  exit (EXIT_FAILURE);
}

static void
start_job (struct jobs *jobs, struct job *job)
{
  fflush (NULL);
  job->pid = fork ();
  must (job->pid != -1, "fork");
  if (job->pid > 0) {
    jobs->running++;
    return;
  }
  alarm (jobs->seconds);
  jobs->run (jobs->opaque, job->number);
  exit (FINE);
}

static void
judge (struct jobs *jobs, struct job *job, int status)
{
  int verdict = WIFEXITED (status) ? WEXITSTATUS (status) : WRONG;

  if (verdict == DISTURBED && ++job->tries < MOST_TRIES) {
    jobs->repeated++;
    if (jobs->at_once > 1)
      jobs->at_once--;
    start_job (jobs, job);
    return;
  }
  job->pid = 0;
  if (WIFSIGNALED (status))
    fprintf (stderr, "%s %llu: %s\n", jobs->what,
             (unsigned long long) job->number,
             WTERMSIG (status) == SIGALRM ? "it hangs"
                                          : strsignal (WTERMSIG (status)));
  switch (verdict) {
  case FINE: break;
  case LOST:
    if (jobs->losses++ == 0 || job->number < jobs->lost)
      jobs->lost = job->number;
    break;
  case DISTURBED: jobs->disturbed++; break;
  case WITHOUT_TLS: jobs->skipped++; break;
  default: jobs->failures++;
  }
}

static void
wait_for_one (struct jobs *jobs)
{
  int status;
  pid_t pid = wait (&status);

  for (struct job *job = jobs->job; job < jobs->job + MOST_JOBS; job++)
    if (pid > 0 && job->pid == pid) {
      jobs->running--;
      judge (jobs, job, status);
      return;
    }
}

void
run_jobs (struct jobs *jobs)
{
  uint64_t number = jobs->first;

  signal (SIGPIPE, SIG_IGN);
  while (number <= jobs->last || jobs->running > 0) {
    bool enough = jobs->ends_with_loss && jobs->losses > 0;
    struct job *job = jobs->job;

    if (enough && jobs->running == 0)
      return;
    if (enough || number > jobs->last || jobs->running >= jobs->at_once) {
      wait_for_one (jobs);
      continue;
    }
    while (job->pid != 0)
      job++;
    *job = (struct job) { .number = number++ };
    start_job (jobs, job);
  }
}

void
job_directory (char *name, size_t size)
{
  const char *tmp = getenv ("TMPDIR");

  snprintf (name, size, "%s/brittle-XXXXXX",
            tmp && strlen (tmp) < 40 ? tmp : "/tmp");
  must (mkdtemp (name) != NULL, name);
}

void *
job_memory (size_t size)
{
  void *p = mmap (NULL, size, PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);

  must (p != MAP_FAILED, "mmap");
  return p;
}
