/* SPDX-License-Identifier: MIT */
/* The plan, the offsets, the data and the meter of a benchmark run. */

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common.h"

/* Reading the clock costs as much as a tenth of a small request. */
#define REQUESTS_PER_CLOCK 64

static const struct option options[] = {
  { "case", required_argument, NULL, 'c' },
  { "depth", required_argument, NULL, 'd' },
  { "handles", required_argument, NULL, 'h' },
  { "loop", required_argument, NULL, 'l' },
  { "requests", required_argument, NULL, 'n' },
  { "salt", required_argument, NULL, 'a' },
  { "seconds", required_argument, NULL, 't' },
  { "sequential", no_argument, NULL, 'q' },
  { "size", required_argument, NULL, 's' },
  { "socket", required_argument, NULL, 'u' },
  { "threads", required_argument, NULL, 'j' },
  { "tls-keys", required_argument, NULL, 'k' },
  { "uri", required_argument, NULL, 'r' },
  { "compact", no_argument, NULL, 'o' },
  { "verify", no_argument, NULL, 'v' },
  { NULL, 0, NULL, 0 },
};

/* Exit with a message. */
void
die (const char *fmt, ...)
{
  va_list args;

  va_start (args, fmt);
  vfprintf (stderr, fmt, args);
  va_end (args);
  fputc ('\n', stderr);
  exit (EXIT_FAILURE);
}

/* Allocate memory and touch its pages, so that page faults do not count as
 * time of the library. */
void *
allocate (size_t n)
{
  void *p = malloc (n);

  if (p == NULL)
    die ("out of memory");
  memset (p, 1, n);
  return p;
}

/* Read a number with an optional K, M or G after it. */
uint64_t
parse_number (const char *text, const char *option)
{
  char *end;
  uint64_t n = strtoull (text, &end, 10);

  if (end == text)
    die ("--%s: not a number: %s", option, text);
  switch (*end) {
  case 'G': n *= 1024; /* fall through */
  case 'M': n *= 1024; /* fall through */
  case 'K': n *= 1024; end++;
  }
  if (*end != '\0')
    die ("--%s: not a number: %s", option, text);
  return n;
}

static bool
parse_loop (const char *text)
{
  if (strcmp (text, "notify") == 0)
    return true;
  if (strcmp (text, "poll") != 0)
    die ("--loop: neither poll nor notify: %s", text);
  return false;
}

static void
check_plan (const struct plan *plan)
{
  if ((plan->socket == NULL) == (plan->uri == NULL) || plan->what == NULL)
    die ("--case is needed, and either --socket or --uri");
  if (plan->requests == UINT64_MAX && plan->seconds == 0)
    die ("--requests or --seconds is needed");
  if (plan->size == 0 || plan->size % sizeof (uint64_t) != 0)
    die ("--size: not a multiple of 8");
  if (plan->depth == 0 || plan->threads == 0 || plan->handles == 0)
    die ("--depth, --threads and --handles are at least 1");
}

/* Read the command line. */
void
parse_plan (int argc, char *argv[], struct plan *plan)
{
  int i, c;

  *plan = (struct plan) {
    .requests = UINT64_MAX,
    .size = 4096,
    .depth = 64,
    .threads = 8,
    .handles = 1000,
  };
  while ((c = getopt_long (argc, argv, "", options, &i)) != -1) {
    if (c == '?')
      exit (EXIT_FAILURE);
    const char *name = options[i].name;
    switch (c) {
    case 'a': plan->salt = parse_number (optarg, name); break;
    case 'c': plan->what = optarg; break;
    case 'd': plan->depth = parse_number (optarg, name); break;
    case 'h': plan->handles = parse_number (optarg, name); break;
    case 'j': plan->threads = parse_number (optarg, name); break;
    case 'k': plan->tls_keys = optarg; break;
    case 'l': plan->notify = parse_loop (optarg); break;
    case 'n': plan->requests = parse_number (optarg, name); break;
    case 'q': plan->sequential = true; break;
    case 'r': plan->uri = optarg; break;
    case 's': plan->size = parse_number (optarg, name); break;
    case 't': plan->seconds = atof (optarg); break;
    case 'u': plan->socket = optarg; break;
    case 'o': plan->compact = true; break;
    case 'v': plan->verify = true; break;
    }
  }
  if (optind < argc)
    die ("unexpected argument: %s", argv[optind]);
  check_plan (plan);
}

/* A thousand connections need more descriptors than the usual limit. */
void
allow_many_files (void)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) == 0) {
    limit.rlim_cur = limit.rlim_max;
    setrlimit (RLIMIT_NOFILE, &limit);
  }
}

void
offsets_init (struct offsets *o, const struct plan *plan,
              uint64_t export_size, uint64_t seed)
{
  *o = (struct offsets) {
    .state = UINT64_C (0x9e3779b97f4a7c15) * (seed + 1),
    .blocks = export_size / plan->size,
    .size = plan->size,
    .sequential = plan->sequential,
  };
  if (o->blocks == 0)
    die ("the export is smaller than one request");
}

/* The next offset: the same ones in the same order for every client. */
uint64_t
offsets_next (struct offsets *o)
{
  if (o->sequential)
    return (o->next++ % o->blocks) * o->size;

  /* xorshift64, then scaled down by multiplication, not division. */
  o->state ^= o->state << 13;
  o->state ^= o->state >> 7;
  o->state ^= o->state << 17;
  return ((o->state >> 32) * o->blocks >> 32) * o->size;
}

/* Fill a buffer with the content of the export: each word is its own offset
 * modulo the pattern's size, XORed with the salt. */
void
pattern_fill (void *buf, size_t len, uint64_t offset, uint64_t salt)
{
  for (size_t i = 0; i < len; i += sizeof (uint64_t)) {
    uint64_t word = ((offset + i) & (PATTERN_SIZE - 1)) ^ salt;
    memcpy ((char *) buf + i, &word, sizeof word);
  }
}

void
pattern_check (const void *buf, size_t len, uint64_t offset, uint64_t salt)
{
  for (size_t i = 0; i < len; i += sizeof (uint64_t)) {
    uint64_t word;
    memcpy (&word, (const char *) buf + i, sizeof word);
    if (word != (((offset + i) & (PATTERN_SIZE - 1)) ^ salt))
      die ("wrong data at offset %llu: %llx",
           (unsigned long long) (offset + i), (unsigned long long) word);
  }
}

/* Seconds of the monotonic clock. */
double
seconds_now (void)
{
  struct timespec ts;

  clock_gettime (CLOCK_MONOTONIC, &ts);
  return ts.tv_sec + ts.tv_nsec * 1e-9;
}

static double
seconds_of (struct timeval tv)
{
  return tv.tv_sec + tv.tv_usec * 1e-6;
}

/* Everything before this call is preparation and does not count. */
void
meter_start (struct meter *m, const struct plan *plan)
{
  getrusage (RUSAGE_SELF, &m->usage);
  m->wall_start = seconds_now ();
  m->deadline = m->wall_start + plan->seconds;
}

/* True if another request is to be issued. */
bool
meter_goes_on (const struct meter *m, const struct plan *plan,
               uint64_t issued)
{
  if (issued >= plan->requests)
    return false;
  return plan->seconds == 0 || issued % REQUESTS_PER_CLOCK != 0
         || seconds_now () < m->deadline;
}

/* Print the result, one line of JSON. */
void
meter_print (const struct meter *m, const struct plan *plan,
             uint64_t requests)
{
  struct rusage usage;
  double wall = seconds_now () - m->wall_start;

  getrusage (RUSAGE_SELF, &usage);
  printf ("{\"case\": \"%s\", \"requests\": %llu, "
          "\"wall\": %.6f, \"user\": %.6f, \"sys\": %.6f}\n",
          plan->what, (unsigned long long) requests, wall,
          seconds_of (usage.ru_utime) - seconds_of (m->usage.ru_utime),
          seconds_of (usage.ru_stime) - seconds_of (m->usage.ru_stime));
}
