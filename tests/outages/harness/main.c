/* SPDX-License-Identifier: MIT */

/* Run seeds, several at once, each in a process of its own.
 *
 * usage: survive [--seed N | --seeds A-B] [OPTION...]
 * The options are below. */

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"

#define SECONDS_PER_SEED 90
#define MOST_JOBS 64
#define MOST_TRIES 5 /* of a seed in which the machine was too slow */

static const struct option options[] = {
  { "seed", required_argument, NULL, 's' },
  { "seeds", required_argument, NULL, 'S' },
  { "jobs", required_argument, NULL, 'j' },
  { "links", required_argument, NULL, 'l' },
  { "threads", required_argument, NULL, 't' },
  { "commands", required_argument, NULL, 'c' },
  { "calm", no_argument, NULL, 'k' },
  { "by-hand", no_argument, NULL, 'b' },
  { "cancels", no_argument, NULL, 'x' },
  { "timeouts", no_argument, NULL, 'o' },
  { "strict", no_argument, NULL, 'i' },
  { "without-journal", no_argument, NULL, 'n' },
  { "without-ghosts", no_argument, NULL, 'g' },
  { "forged-fence", no_argument, NULL, 'f' },
  { "lost-writes", no_argument, NULL, 'w' },
  { "lying-flush", no_argument, NULL, 'y' },
  { "expect-loss", no_argument, NULL, 'e' },
  { "verbose", no_argument, NULL, 'v' },
  { NULL, 0, NULL, 0 },
};

/* A seed that runs. */
struct job {
  pid_t pid;
  uint64_t seed;
  unsigned tries;
};

struct jobs {
  const struct choice *choice;
  struct job job[MOST_JOBS];
  struct totals *totals;
  char directory[64];
  unsigned running, failures, losses, disturbed;
  uint64_t lost; /* the first seed with a loss */
};

static void __attribute__ ((noreturn)) usage (const char *name)
{
  fprintf (stderr, "usage: %s [--seed N | --seeds A-B]", name);
  for (const struct option *o = options + 2; o->name; o++)
    fprintf (stderr, " [--%s%s]", o->name, o->has_arg ? " N" : "");
  fprintf (stderr, "\n");
  exit (EXIT_FAILURE);
}

static void
parse_seeds (struct choice *choice, const char *text)
{
  char *end;

  choice->first = strtoull (text, &end, 10);
  choice->last = *end == '-' ? strtoull (end + 1, NULL, 10) : choice->first;
}

static struct choice
parse (int argc, char *argv[])
{
  struct choice choice = {
    .first = 1,
    .last = 1,
    .jobs = 16,
    .links = 1,
    .commands = 160,
    .quarantine = QUARANTINE,
  };
  int c;

  while ((c = getopt_long (argc, argv, "", options, NULL)) != -1)
    switch (c) {
    case 's':
    case 'S': parse_seeds (&choice, optarg); break;
    case 'j': choice.jobs = strtoul (optarg, NULL, 10); break;
    case 'l': choice.links = strtoul (optarg, NULL, 10); break;
    case 't': choice.threads = strtoul (optarg, NULL, 10); break;
    case 'c': choice.commands = strtoul (optarg, NULL, 10); break;
    case 'k': choice.calm = true; break;
    case 'b': choice.by_hand = true; break;
    case 'x': choice.cancels = true; break;
    case 'o': choice.timeouts = true; break;
    case 'i': choice.strict = true; break;
    case 'n': choice.trust = true; break;
    case 'g': choice.quarantine = 0; break;
    case 'f': choice.fault = FORGES_FENCE; break;
    case 'w': choice.fault = LOSES_WRITES; break;
    case 'y': choice.fault = LIES_ON_FLUSH; break;
    case 'e': choice.expects_loss = true; break;
    case 'v': choice.verbose = true; break;
    default: usage (argv[0]);
    }
  if (optind != argc || choice.jobs < 1 || choice.jobs > MOST_JOBS
      || choice.threads > MOST_THREADS)
    usage (argv[0]);
  return choice;
}

static void
start_seed (struct jobs *jobs, struct job *job)
{
  char path[96];

  fflush (NULL);
  job->pid = fork ();
  if (job->pid == -1) {
    perror ("fork");
    exit (EXIT_FAILURE);
  }
  if (job->pid > 0) {
    jobs->running++;
    return;
  }
  alarm (SECONDS_PER_SEED);
  snprintf (path, sizeof path, "%s/%llu", jobs->directory,
            (unsigned long long) job->seed);
  run_seed (jobs->choice, job->seed, path, jobs->totals);
  exit (EXIT_SUCCESS);
}

static void
judge (struct jobs *jobs, struct job *job, int status)
{
  int verdict = WIFEXITED (status) ? WEXITSTATUS (status) : WRONG;

  if (verdict == DISTURBED && ++job->tries < MOST_TRIES) {
    start_seed (jobs, job);
    return;
  }
  job->pid = 0;
  if (verdict == DISTURBED)
    jobs->disturbed++;
  else if (verdict == LOST) {
    if (jobs->losses++ == 0 || job->seed < jobs->lost)
      jobs->lost = job->seed;
  }
  else if (verdict != FINE)
    jobs->failures++;
  if (WIFSIGNALED (status))
    fprintf (stderr, "seed %llu: %s\n", (unsigned long long) job->seed,
             WTERMSIG (status) == SIGALRM ? "it hangs"
                                          : strsignal (WTERMSIG (status)));
}

/* Wait for one that ends. */
static void
wait_for_one (struct jobs *jobs)
{
  int status;
  pid_t pid = wait (&status);

  for (struct job *job = jobs->job; job < jobs->job + MOST_JOBS; job++)
    if (pid > 0 && job->pid == pid) {
      jobs->running--;
      judge (jobs, job, status);
    }
}

static void
run_seeds (struct jobs *jobs)
{
  const struct choice *choice = jobs->choice;
  uint64_t seed = choice->first;

  while (seed <= choice->last || jobs->running > 0) {
    bool enough = choice->expects_loss && jobs->losses > 0;
    struct job *job = jobs->job;

    if (enough && jobs->running == 0)
      return;
    if (enough || seed > choice->last || jobs->running == choice->jobs) {
      wait_for_one (jobs);
      continue;
    }
    while (job->pid != 0)
      job++;
    *job = (struct job) { .seed = seed++ };
    start_seed (jobs, job);
  }
}

static void
report (const struct jobs *jobs, uint64_t seeds)
{
  const struct totals *t = jobs->totals;
  const struct brittle_counters *s = &t->server;

  printf ("%llu seeds, %u failed, %u with a loss, %u disturbed: %llu "
          "commands, %llu ended early, the longest took %lld ms\n",
          (unsigned long long) seeds, jobs->failures, jobs->losses,
          jobs->disturbed, (unsigned long long) t->commands,
          (unsigned long long) t->failed, (long long) t->worst_ms);
  printf ("server: %u connections, %u requests, %u cuts, %u silences, "
          "%u crashes, %u exits, %u refusals, %u ghosts, %u landed\n",
          s->connections, s->requests, s->cuts, s->silences, s->crashes,
          s->exits, s->refused, s->ghosts, s->ghosts_landed);
  printf ("library: %llu reconnects, %llu replayed\n",
          (unsigned long long) t->reconnects,
          (unsigned long long) t->replayed);
}

int
main (int argc, char *argv[])
{
  struct choice choice = parse (argc, argv);
  struct jobs jobs = { .choice = &choice };
  const char *tmp = getenv ("TMPDIR");

  snprintf (jobs.directory, sizeof jobs.directory, "%s/brittle-XXXXXX",
            tmp && strlen (tmp) < 40 ? tmp : "/tmp");
  jobs.totals = mmap (NULL, sizeof *jobs.totals, PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (mkdtemp (jobs.directory) == NULL || jobs.totals == MAP_FAILED) {
    perror ("survive");
    return EXIT_FAILURE;
  }
  signal (SIGPIPE, SIG_IGN);
  run_seeds (&jobs);
  rmdir (jobs.directory);
  report (&jobs, choice.last - choice.first + 1);
  if (jobs.losses > 0)
    printf ("the first loss is that of seed %llu\n",
            (unsigned long long) jobs.lost);
  return jobs.failures == 0 && (jobs.losses > 0) == choice.expects_loss
           ? EXIT_SUCCESS
           : EXIT_FAILURE;
}
