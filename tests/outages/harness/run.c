/* SPDX-License-Identifier: MIT */

/* One whole run: a server, a handle, commands, and the disk at the end. */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "harness.h"

#define REPEATS 2 /* full reads at the end, while ghosts may land */

static void __attribute__ ((noreturn))
end (const struct run *r, enum verdict verdict, const char *text)
{
  if (brittle_disturbed (r->server))
    _exit (DISTURBED);
  if (verdict != LOST || !r->choice->expects_loss)
    fprintf (stderr, "seed %llu: %s\n", (unsigned long long) r->settings.seed,
             text);
  _exit (verdict);
}

void
fail (const struct run *r, const char *fmt, ...)
{
  char text[1024];
  va_list args;

  va_start (args, fmt);
  vsnprintf (text, sizeof text, fmt, args);
  va_end (args);
  end (r, WRONG, text);
}

void
lose (const struct run *r, const char *text)
{
  end (r, LOST, text);
}

static void
draw_settings (struct run *r, uint64_t seed)
{
  const struct choice *choice = r->choice;
  struct random *random = &r->random;

  r->random = random_of (seed, 0);
  r->settings = (struct brittle_settings) {
    .seed = seed,
    .tcp = random_one_in (random, 2),
    .tls = choice->tls || (random_one_in (random, 8) && choice->has_tls),
    .style = random_below (random, 3),
    .multi_conn = random_below (random, 4) < (choice->links > 1 ? 3 : 2),
    .block_sizes = random_one_in (random, 2),
    .late = !choice->calm && random_one_in (random, 4),
    .may_be_silent = random_one_in (random, 3) && !choice->cancels
                     && !choice->timeouts && !choice->by_hand,
    .outages = choice->calm ? 0 : 1 + random_below (random, 5),
    .patience = choice->quarantine > 0 ? QUARANTINE / 2 : LONG_LIFE_OF_GHOSTS,
    .slow_one_in = choice->cancels || choice->timeouts ? 16 : 0,
    .fault = choice->fault,
    .verbose = choice->verbose,
  };
  r->journal_size = choice->never_flushes || random_one_in (random, 4)
                      ? 65536
                      : 1 << 20;
  if (choice->expects_loss && r->settings.outages > 0)
    r->settings.outages += 3;
  if (choice->fault == FORGES_FENCE)
    r->settings.tcp = false;
  r->settings.crashes_only = choice->fault == FORGES_FENCE || choice->trust;
}

/* Set everything that makes the library stay connected. */
static void
set_patience (struct run *r)
{
  const struct choice *choice = r->choice;
  unsigned policy = choice->trust    ? LIBNBD_UNFLUSHED_TRUST
                    : choice->strict ? LIBNBD_UNFLUSHED_STRICT
                                     : LIBNBD_UNFLUSHED_JOURNAL;

  if (nbd_set_reconnect_timeout (r->h, RECONNECT_TIMEOUT) == -1
      || nbd_set_connect_timeout (r->h, RECONNECT_TIMEOUT) == -1
      || nbd_set_quarantine (r->h, choice->quarantine) == -1
      || nbd_set_unflushed_policy (r->h, policy) == -1
      || nbd_set_connections (r->h, choice->links) == -1
      || (r->settings.may_be_silent
          && nbd_set_stall_timeout (r->h, STALL_TIMEOUT) == -1)
      || (choice->timeouts
          && nbd_set_command_timeout (r->h, COMMAND_TIMEOUT) == -1)
      || nbd_set_journal_size (r->h, r->journal_size) == -1)
    fail (r, "settings: %s", nbd_get_error ());
}

static bool
connect_handle (struct run *r)
{
  char port[16];

  r->h = nbd_create ();
  if (r->h == NULL)
    fail (r, "nbd_create: %s", nbd_get_error ());
  if (r->settings.tls && !encrypted_handle (r->h))
    _exit (WITHOUT_TLS);
  if (is_lasting (r->choice))
    set_patience (r);
  if (random_one_in (&r->random, 2)
      && (nbd_add_meta_context (r->h, CONTEXT_ALLOCATION) == -1
          || nbd_add_meta_context (r->h, CONTEXT_NUMBERS) == -1))
    fail (r, "contexts: %s", nbd_get_error ());
  snprintf (port, sizeof port, "%u",
            ntohs (r->server->address.loopback.sin_port));
  return (r->settings.tcp ? nbd_connect_tcp (r->h, "127.0.0.1", port)
                          : nbd_connect_unix (r->h, r->path))
         == 0;
}

void
connect_again (struct run *r)
{
  nbd_close (r->h);
  brittle_say (r->server, "by hand");
  usleep (r->choice->quarantine * 1000);
  while (!connect_handle (r)) {
    nbd_close (r->h);
    usleep (1000);
  }
  checker_forget (r->checker);
  r->seen.reconnects++;
}

/* Run one given command to its end. */
static int
finish (struct run *r, struct operation op)
{
  static struct command c;

  c = (struct command) { .run = r, .op = op };
  c.op.buf = c.buf;
  if (r->choice->threads == 0)
    one_async (r, &c);
  else
    end_command (&c, call_command (&c) == -1 ? nbd_get_errno () : 0);
  return 0;
}

/* Everything must be readable, and durable after a flush. */
static void
look_at_everything (struct run *r)
{
  for (unsigned pass = 0; pass < REPEATS; pass++)
    for (unsigned n = 0; n < DISK_BLOCKS; n += 16)
      finish (r, (struct operation) {
                   .kind = READ,
                   .first = n,
                   .blocks = 16,
                 });
  uint64_t failed;

  do {
    failed = r->seen.failed;
    finish (r, (struct operation) { .kind = FLUSH });
  } while (r->seen.failed > failed);
  if (nbd_stats_journal_bytes (r->h) != 0)
    fail (r, "after a flush the journal has %llu bytes",
          (unsigned long long) nbd_stats_journal_bytes (r->h));
}

static void
count (struct run *r)
{
  r->seen.reconnects += nbd_stats_reconnects (r->h);
  r->seen.replayed = nbd_stats_replayed (r->h);
  r->seen.server = r->server->counters;
}

static void
add_up (struct totals *all, const struct totals *one)
{
  const unsigned *from = &one->server.connections;
  unsigned *to = &all->server.connections;

  for (size_t i = 0; i < sizeof all->server / sizeof *to; i++)
    __atomic_add_fetch (&to[i], from[i], __ATOMIC_RELAXED);
  __atomic_add_fetch (&all->commands, one->commands, __ATOMIC_RELAXED);
  __atomic_add_fetch (&all->failed, one->failed, __ATOMIC_RELAXED);
  __atomic_add_fetch (&all->reconnects, one->reconnects, __ATOMIC_RELAXED);
  __atomic_add_fetch (&all->replayed, one->replayed, __ATOMIC_RELAXED);
  if (one->worst_ms > all->worst_ms)
    all->worst_ms = one->worst_ms;
}

void
run_seed (const struct choice *choice, uint64_t seed, const char *path,
          struct totals *totals)
{
  struct run r = { .choice = choice, .path = path, .fd = -1 };

  draw_settings (&r, seed);
  r.server = brittle_start (&r.settings, path);
  r.checker = checker_new (&r.server->disk,
                           choice->strict || choice->by_hand);
  if (!connect_handle (&r) && !choice->by_hand)
    fail (&r, "connect: %s", nbd_get_error ());
  if (choice->threads > 0)
    run_blocking (&r);
  else
    run_async (&r, choice->commands);
  look_at_everything (&r);
  count (&r);
  nbd_close (r.h);
  brittle_stop (r.server);
  char *wrong = checker_durable (r.checker);

  if (wrong)
    lose (&r, wrong);
  add_up (totals, &r.seen);
  checker_free (r.checker);
  brittle_free (r.server);
}
