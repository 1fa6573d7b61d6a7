/* SPDX-License-Identifier: MIT */
/* The workers' beginning and end, and what the main thread does meanwhile:
 * signals, progress, and stopping all when something failed. */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "copy.h"

/* How often progress is looked at. */
#define TICK_MS 100

int
run_tick (const struct copy *c)
{
  return c->o.progress ? TICK_MS : -1;
}

static volatile sig_atomic_t faster, slower;

/* ---- messages ---- */

static void
message (struct copy *c, const char *format, va_list args)
{
  char *text;

  if (vasprintf (&text, format, args) == -1)
    return;
  pthread_mutex_lock (&c->message_lock);
  progress_hide ();
  tool_error ("%s", text);
  pthread_mutex_unlock (&c->message_lock);
  free (text);
}

bool
copy_stop (struct copy *c, enum stop why)
{
  int none = GOING_ON;
  uint64_t one = 1;

  if (!atomic_compare_exchange_strong (&c->stop, &none, why))
    return false;
  if (write (c->stop_fd, &one, sizeof one) == -1) {
    /* It is readable already. */
  }
  tool_wake ();
  return true;
}

/* What fails after a signal may fail because of it. */
void
copy_fail (struct copy *c, const char *format, ...)
{
  enum stop why = tool_signal != 0 ? INTERRUPTED : FAILED;
  va_list args;

  if (!copy_stop (c, why) || why == INTERRUPTED)
    return;
  va_start (args, format);
  message (c, format, args);
  va_end (args);
}

void
copy_warn (struct copy *c, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  message (c, format, args);
  va_end (args);
}

/* ---- signals ---- */

static void
on_signal (int number)
{
  int saved = errno;

  if (number == SIGUSR1)
    faster = 1;
  else
    slower = 1;
  tool_wake ();
  errno = saved;
}

static void
on_kick (int number)
{
  (void) number;
}

static void
catch_signals (struct copy *c)
{
  if (c->o.rate > 0) {
    tool_catch_signal (SIGUSR1, on_signal);
    tool_catch_signal (SIGUSR2, on_signal);
  }
  tool_catch_signal (SIGURG, on_kick);
}

/* The first position of which it is not known that it is done. */
static uint64_t
lowest (struct copy *c)
{
  uint64_t lowest = work_lowest (c);

  for (unsigned i = 0; i < c->worker_count; i++) {
    struct worker *w = &c->workers[i];
    if (w->holding)
      lowest = MIN (lowest, w->held.start);
    for (unsigned j = 0; j < c->slots; j++)
      if (w->slots[j].busy)
        lowest = MIN (lowest, w->slots[j].what.start);
  }
  return lowest;
}

static void
look_at_signals (struct copy *c)
{
  if (faster || slower) {
    rate_change (c, faster);
    faster = slower = 0;
  }
  if (tool_signal != 0)
    copy_stop (c, INTERRUPTED);
}

/* ---- workers ---- */

static void
make_workers (struct copy *c)
{
  /* With the record of a worker alone in its cache lines. */
  c->workers = tool_alloc (c->worker_count * sizeof c->workers[0]);
  for (unsigned i = 0; i < c->worker_count; i++) {
    struct worker *w = &c->workers[i];
    w->copy = c;
    w->index = i;
    w->generation = c->generation;
    w->slots = tool_alloc (c->slots * sizeof w->slots[0]);
    w->waiting = tool_alloc (c->slots * sizeof w->waiting[0]);
    /* Pages come into being when a slot is first used. */
    char *buffers = mmap (NULL, c->slots * c->request,
                          PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1,
                          0);
    if (buffers == MAP_FAILED)
      tool_fail ("out of memory for %u buffers of %" PRIu64 " bytes",
                 c->slots, c->request);
    w->buffers = buffers;
    for (unsigned j = c->slots; j-- > 0; ) {
      w->slots[j].buffer = buffers + j * c->request;
      w->slots[j].next = w->free_slots;
      w->free_slots = &w->slots[j];
    }
  }
}

/* Verification reads what is safe already: workers whose connection died
 * while it had nothing to do leave that to the others, if there are any. */
static void
excuse_workers (struct copy *c)
{
  unsigned lost = 0;

  if (!c->verifying || !c->to->asynchronous
      || (c->o.retry > 0 && c->to->again))
    return;
  for (unsigned i = 0; i < c->worker_count; i++) {
    c->workers[i].excused = nbd_was_lost (c->to, i);
    lost += c->workers[i].excused;
  }
  if (lost == c->worker_count)
    c->workers[0].excused = false;
}

/* Signals are for the main thread, but for the kick. */
static void
mask_signals (sigset_t *old)
{
  sigset_t all;

  sigfillset (&all);
  sigdelset (&all, SIGURG);
  pthread_sigmask (SIG_SETMASK, &all, old);
}

/* For each pass. */
static void
start_workers (struct copy *c)
{
  sigset_t old;

  excuse_workers (c);
  mask_signals (&old);
  for (unsigned i = 0; i < c->worker_count; i++) {
    struct worker *w = &c->workers[i];
    w->done = NULL;
    w->done_end = &w->done;
    w->finished = w->excused;
    if (w->excused)
      continue;
    tune_begin (w);
    int r = pthread_create (&w->thread, NULL, worker_main, w);
    if (r != 0)
      tool_fail ("cannot create a thread: %s", strerror (r));
  }
  pthread_sigmask (SIG_SETMASK, &old, NULL);
}

static bool
all_finished (struct copy *c)
{
  for (unsigned i = 0; i < c->worker_count; i++)
    if (!c->workers[i].finished)
      return false;
  return true;
}

/* Some may be blocked in a system call: interrupt that until they end. */
static void
join (struct copy *c, struct worker *w)
{
  struct timespec t;

  while (!w->excused) {
    clock_gettime (CLOCK_REALTIME, &t);
    t.tv_nsec += 20 * 1000 * 1000;
    if (t.tv_nsec >= 1000 * 1000 * 1000) {
      t.tv_nsec -= 1000 * 1000 * 1000;
      t.tv_sec++;
    }
    if (pthread_timedjoin_np (w->thread, NULL, &t) == 0)
      return;
    if (c->stop)
      pthread_kill (w->thread, SIGURG);
  }
}

static void
free_workers (struct copy *c)
{
  for (unsigned i = 0; i < c->worker_count; i++) {
    struct worker *w = &c->workers[i];
    struct io *io;
    while ((io = w->spare) != NULL) {
      w->spare = io->next;
      free (io);
    }
    for (unsigned j = 0; j < c->slots; j++)
      ranges_clear (&w->slots[j].bad);
    munmap (w->buffers, c->slots * c->request);
    free (w->slots);
    free (w->waiting);
  }
  free (c->workers);
  c->workers = NULL;
}

bool
run_interrupted (struct copy *c)
{
  uint64_t count;

  if (read (c->event_fd, &count, sizeof count) == -1) {
    /* Nothing happened. */
  }
  look_at_signals (c);
  progress_tick (c);
  return c->stop != 0;
}

static void
wait_for_workers (struct copy *c)
{
  struct pollfd p = { .fd = c->event_fd, .events = POLLIN };

  while (!run_interrupted (c) && !all_finished (c))
    poll (&p, 1, run_tick (c));
}

void
run_say_interrupted (struct copy *c, uint64_t position)
{
  copy_warn (c, "interrupted by a signal (%s): %s from offset %" PRIu64
             " on is not %s", strsignal (tool_signal),
             c->verifying ? "verification" : "the copy",
             c->to->start + position,
             c->flushing ? "known to be durable" : "complete");
}

/* Operations may still be known to handles of the library when it failed,
 * so the workers' memory stays then. */
int
run_workers (struct copy *c)
{
  make_workers (c);
  catch_signals (c);
  start_workers (c);
  wait_for_workers (c);
  work_wake (c);
  for (unsigned i = 0; i < c->worker_count; i++)
    join (c, &c->workers[i]);
  look_at_signals (c);
  if (c->stop == INTERRUPTED)
    run_say_interrupted (c, lowest (c));
  if (c->stop)
    return -1;
  free_workers (c);
  return 0;
}
