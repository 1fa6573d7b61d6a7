/* SPDX-License-Identifier: MIT */
/* Starting and ending the workers, and what the main thread does meanwhile. */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "engine/done.h"
#include "engine/worker.h"

/* The handler of SIGURG does nothing; the signal interrupts a blocking system
 * call of a worker. */
static void
on_kick (int number)
{
  (void) number;
}

/* The first position that is not known to be done. */
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
  return done_lowest (c, lowest);
}

/* ---- workers ---- */

static int
make_workers (struct copy *c)
{
  c->workers = tool_alloc (c->worker_count * sizeof c->workers[0]);
  for (unsigned i = 0; i < c->worker_count; i++) {
    struct worker *w = &c->workers[i];
    w->copy = c;
    w->index = i;
    w->slots = tool_alloc (c->slots * sizeof w->slots[0]);
    w->waiting = tool_alloc (c->slots * sizeof w->waiting[0]);
    /* Memory is used only when a slot is first used. */
    char *buffers = mmap (NULL, c->slots * c->request, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (buffers == MAP_FAILED) {
      copy_fail (c, "out of memory for %u buffers of %" PRIu64 " bytes",
                 c->slots, c->request);
      return -1;
    }
    w->buffers = buffers;
    for (unsigned j = c->slots; j-- > 0;) {
      w->slots[j].buffer = buffers + j * c->request;
      w->slots[j].next = w->free_slots;
      w->free_slots = &w->slots[j];
    }
  }
  return 0;
}

/* Verification reads data that is durable already.  So workers whose
 * connection was lost while it was idle do not take part, if there are any
 * others. */
static void
excuse_workers (struct copy *c)
{
  unsigned lost = 0;

  if (!c->verifying || c->to->ops->was_lost == NULL || c->to->comes_back)
    return;
  for (unsigned i = 0; i < c->worker_count; i++) {
    c->workers[i].excused = c->to->ops->was_lost (c->to, i);
    lost += c->workers[i].excused;
  }
  if (lost == c->worker_count)
    c->workers[0].excused = false;
}

/* Block all signals in the workers, except SIGURG: the main thread receives
 * them. */
static void
mask_signals (sigset_t *old)
{
  sigset_t all;

  sigfillset (&all);
  sigdelset (&all, SIGURG);
  pthread_sigmask (SIG_SETMASK, &all, old);
}

/* Start the threads; this is done for each pass. */
static void
start_workers (struct copy *c)
{
  sigset_t old;
  int r = 0;

  excuse_workers (c);
  mask_signals (&old);
  for (unsigned i = 0; i < c->worker_count; i++) {
    struct worker *w = &c->workers[i];
    w->done = NULL;
    w->done_end = &w->done;
    w->excused |= r != 0;
    w->finished = w->excused;
    if (w->excused)
      continue;
    tune_begin (w);
    r = pthread_create (&w->thread, NULL, worker_main, w);
    if (r != 0) {
      w->excused = true;
      w->finished = true;
    }
  }
  pthread_sigmask (SIG_SETMASK, &old, NULL);
  if (r != 0)
    copy_fail (c, "cannot create a thread: %s", strerror (r));
}

static bool
all_finished (struct copy *c)
{
  for (unsigned i = 0; i < c->worker_count; i++)
    if (!c->workers[i].finished)
      return false;
  return true;
}

/* Wait for the end of a worker's thread.  If the copy has to stop, the thread
 * may be blocked in a system call: interrupt that until the thread ends. */
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
    for (unsigned j = 0; j < c->slots && w->slots != NULL; j++) {
      ranges_clear (&w->slots[j].bad);
      ranges_clear (&w->slots[j].acknowledged);
    }
    if (w->buffers != NULL)
      munmap (w->buffers, c->slots * c->request);
    free (w->slots);
    free (w->waiting);
  }
  free (c->workers);
  c->workers = NULL;
}

static void
wait_for_workers (struct copy *c)
{
  struct pollfd p = { .fd = c->events.wake_fd, .events = POLLIN };

  while (!copy_tick (c) && !all_finished (c))
    poll (&p, 1, copy_tick_ms (c));
}

void
run_say_interrupted (struct copy *c, uint64_t position)
{
  char *by = tool_signal == 0
               ? NULL
               : tool_format (" by a signal (%s)", strsignal (tool_signal));

  copy_warn (c, "interrupted%s: %s from offset %" PRIu64 " on is not %s",
             by ? by : "", c->verifying ? "verification" : "the copy",
             c->to->start + position,
             c->flushing ? "known to be durable" : "complete");
  free (by);
}

/* If the copy failed, some operations may still be in flight. */
bool
run_free (struct copy *c)
{
  unsigned started = 0;
  struct io *io;

  for (unsigned i = 0; i < c->worker_count && c->workers != NULL; i++) {
    while ((io = io_next_done (&c->workers[i])) != NULL)
      io_free (io);
    started += c->workers[i].started;
  }
  if (started == 0 && c->workers != NULL)
    free_workers (c);
  return started == 0;
}

int
run_workers (struct copy *c)
{
  if (make_workers (c) == -1)
    return -1;
  tool_catch_signal (SIGURG, on_kick);
  start_workers (c);
  wait_for_workers (c);
  work_wake (c);
  for (unsigned i = 0; i < c->worker_count; i++)
    join (c, &c->workers[i]);
  c->events.tick (c->events.opaque);
  if (c->stop == INTERRUPTED)
    run_say_interrupted (c, lowest (c));
  if (c->stop)
    return -1;
  free_workers (c);
  return 0;
}
