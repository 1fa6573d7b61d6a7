/* SPDX-License-Identifier: MIT */

/* Run seeds, several at once, each in a process of its own.
 *
 * usage: survive [--seed N | --seeds A-B] [OPTION...]
 * The options are below. */

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "harness.h"

/* Far more than any seed takes, also if several outages are long. */
#define SECONDS_PER_SEED 250

static const struct option options[] = {
  { "seed", required_argument, NULL, 's' },
  { "seeds", required_argument, NULL, 'S' },
  { "jobs", required_argument, NULL, 'j' },
  { "links", required_argument, NULL, 'l' },
  { "threads", required_argument, NULL, 't' },
  { "commands", required_argument, NULL, 'c' },
  { "tls", no_argument, NULL, 'T' },
  { "calm", no_argument, NULL, 'k' },
  { "by-hand", no_argument, NULL, 'b' },
  { "never-flushes", no_argument, NULL, 'm' },
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

static void
usage (const char *name)
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
    case 'T': choice.tls = true; break;
    case 'k': choice.calm = true; break;
    case 'b': choice.by_hand = true; break;
    case 'm': choice.never_flushes = true; break;
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
report (const struct jobs *jobs, const struct totals *t)
{
  const struct brittle_counters *s = &t->server;

  printf ("%llu seeds, %u failed, %u with a loss, %u disturbed, %u "
          "repetitions: %llu commands, %llu ended early, the longest took "
          "%lld ms\n",
          (unsigned long long) (jobs->last - jobs->first + 1), jobs->failures,
          jobs->losses, jobs->disturbed, jobs->repeated,
          (unsigned long long) t->commands, (unsigned long long) t->failed,
          (long long) t->worst_ms);
  printf ("server: %u connections, %u requests, %u cuts, %u silences, "
          "%u crashes, %u exits, %u refusals, %u ghosts, %u landed\n",
          s->connections, s->requests, s->cuts, s->silences, s->crashes,
          s->exits, s->refused, s->ghosts, s->ghosts_landed);
  printf ("library: %llu reconnects, %llu replayed\n",
          (unsigned long long) t->reconnects,
          (unsigned long long) t->replayed);
  if (jobs->losses > 0)
    printf ("the first loss is that of seed %llu\n",
            (unsigned long long) jobs->lost);
}

/* What each job needs to know. */
struct all {
  struct choice choice;
  struct totals *totals;
  char directory[64];
};

static void
run_one (void *opaque, uint64_t seed)
{
  struct all *all = opaque;
  char path[96];

  snprintf (path, sizeof path, "%s/%llu", all->directory,
            (unsigned long long) seed);
  run_seed (&all->choice, seed, path, all->totals);
}

static bool
supports_tls (void)
{
  struct nbd_handle *h = nbd_create ();
  bool supports = h != NULL && nbd_supports_tls (h) == 1;

  nbd_close (h);
  return supports;
}

/* Whether the seeds ended as they should.  If all were disturbed, or need TLS,
 * which is not there, nothing was tried. */
static bool
went_well (const struct jobs *jobs)
{
  uint64_t untried = (uint64_t) jobs->disturbed + jobs->skipped;

  return jobs->failures == 0 && (jobs->losses > 0) == jobs->ends_with_loss
         && untried < jobs->last - jobs->first + 1;
}

int
main (int argc, char *argv[])
{
  struct all all = { .choice = parse (argc, argv) };
  struct jobs jobs = {
    .first = all.choice.first,
    .last = all.choice.last,
    .at_once = all.choice.jobs,
    .what = "seed",
    .run = run_one,
    .opaque = &all,
    .seconds = SECONDS_PER_SEED,
    .ends_with_loss = all.choice.expects_loss,
  };

  all.choice.has_tls = supports_tls ();
  job_directory (all.directory, sizeof all.directory);
  all.totals = job_memory (sizeof *all.totals);
  run_jobs (&jobs);
  rmdir (all.directory);
  report (&jobs, all.totals);
  return went_well (&jobs) ? EXIT_SUCCESS : EXIT_FAILURE;
}
