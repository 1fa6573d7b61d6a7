/* SPDX-License-Identifier: MIT */
/* The measured client.  It uses the public API only, as ordinary programs
 * do, and nothing newer than version 1.14, so that one binary runs on any
 * libnbd.so.0 (LD_LIBRARY_PATH).
 *
 *   client --socket PATH --case CASE [--requests N] [--seconds S] ...
 *   client --uri URI ...
 *
 * Cases: read, write (--depth in flight), pauses (as read, but it prints the
 * longest pauses), sync (one at a time), threads (--threads of them blocking
 * on one handle), idle (--handles connected and left alone), connect (and
 * close, again and again), about. */

#include <dlfcn.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libnbd.h>

#include "client.h"
#include "common.h"
#include "heap.h"

/* What each of the blocking threads gets. */
struct worker {
  pthread_t thread;
  const struct plan *plan;
  const struct meter *meter;
  struct nbd_handle *nbd;
  unsigned number;
  uint64_t done;
};

/* Exit with the library's error message. */
void
die_nbd (const char *what)
{
  die ("%s: %s", what, nbd_get_error ());
}

/* libnbd 1.14 does not know extended headers.  In a library that does, they
 * cost one more option in the handshake, and its reply. */
static void
ask_no_extended_headers (struct nbd_handle *nbd)
{
  typedef int setter (struct nbd_handle *, bool);
  setter *set = (setter *) dlsym (RTLD_DEFAULT,
                                  "nbd_set_request_extended_headers");

  if (set != NULL && set (nbd, false) == -1)
    die_nbd ("nbd_set_request_extended_headers");
}

/* With keys that both sides have, only the cipher is measured. */
static void
require_tls (struct nbd_handle *nbd, const char *keys)
{
  if (nbd_set_tls (nbd, LIBNBD_TLS_REQUIRE) == -1
      || nbd_set_tls_psk_file (nbd, keys) == -1
      || nbd_set_tls_username (nbd, "bench") == -1)
    die_nbd ("TLS");
}

/* Connect as the plan says. */
struct nbd_handle *
open_handle (const struct plan *plan)
{
  struct nbd_handle *nbd = nbd_create ();

  if (nbd == NULL)
    die_nbd ("nbd_create");
  if (plan->compact)
    ask_no_extended_headers (nbd);
  if (plan->tls_keys)
    require_tls (nbd, plan->tls_keys);
  if (plan->uri == NULL && nbd_connect_unix (nbd, plan->socket) == -1)
    die_nbd ("nbd_connect_unix");
  if (plan->uri != NULL
      && (nbd_set_uri_allow_local_file (nbd, true) == -1
          || nbd_connect_uri (nbd, plan->uri) == -1))
    die_nbd ("nbd_connect_uri");
  return nbd;
}

/* Disconnect and close. */
void
close_handle (struct nbd_handle *nbd)
{
  if (nbd_shutdown (nbd, 0) == -1)
    die_nbd ("nbd_shutdown");
  nbd_close (nbd);
}

/* The size of the export. */
uint64_t
export_size (struct nbd_handle *nbd)
{
  int64_t size = nbd_get_size (nbd);

  if (size == -1)
    die_nbd ("nbd_get_size");
  return size;
}

/* Read one block after the other, blocking. */
static void *
worker_run (void *opaque)
{
  struct worker *w = opaque;
  const struct plan *plan = w->plan;
  char *buf = allocate (plan->size);
  struct offsets offsets;

  offsets_init (&offsets, plan, export_size (w->nbd), w->number);
  while (meter_goes_on (w->meter, plan, w->done)) {
    uint64_t offset = offsets_next (&offsets);
    if (nbd_pread (w->nbd, buf, plan->size, offset, 0) == -1)
      die_nbd ("nbd_pread");
    if (plan->verify)
      pattern_check (buf, plan->size, offset, plan->salt);
    w->done++;
  }
  free (buf);
  return NULL;
}

static void
case_sync (const struct plan *plan)
{
  struct meter m;
  struct worker w = {
    .plan = plan,
    .meter = &m,
    .nbd = open_handle (plan),
  };

  meter_start (&m, plan);
  worker_run (&w);
  meter_print (&m, plan, w.done);
  close_handle (w.nbd);
}

/* Each thread makes as many requests as the plan says. */
static void
case_threads (const struct plan *plan)
{
  struct nbd_handle *nbd = open_handle (plan);
  struct worker *w = allocate (plan->threads * sizeof *w);
  struct meter m;
  uint64_t done = 0;

  meter_start (&m, plan);
  for (unsigned i = 0; i < plan->threads; i++) {
    w[i] = (struct worker) {
      .plan = plan,
      .meter = &m,
      .nbd = nbd,
      .number = i,
    };
    if (pthread_create (&w[i].thread, NULL, worker_run, &w[i]) != 0)
      die ("pthread_create failed");
  }
  for (unsigned i = 0; i < plan->threads; i++) {
    pthread_join (w[i].thread, NULL);
    done += w[i].done;
  }
  meter_print (&m, plan, done);
  close_handle (nbd);
  free (w);
}

/* Memory of this process: resident and not shared, from the kernel. */
static uint64_t
private_bytes (void)
{
  FILE *fp = fopen ("/proc/self/smaps_rollup", "r");
  char line[256];
  uint64_t sum = 0, kib;

  if (fp == NULL)
    die ("/proc/self/smaps_rollup cannot be read");
  while (fgets (line, sizeof line, fp) != NULL)
    if (sscanf (line, "Private_Clean: %" SCNu64, &kib) == 1
        || sscanf (line, "Private_Dirty: %" SCNu64, &kib) == 1)
      sum += kib * 1024;
  fclose (fp);
  return sum;
}

static int
retire (void *opaque, int *error)
{
  (void) opaque;
  if (*error != 0)
    die ("request failed: %s", strerror (*error));
  return 1;
}

/* Let a handle serve --depth reads at once and fall idle again. */
static void
work_once (const struct plan *plan, struct nbd_handle *nbd, char *buf)
{
  nbd_completion_callback done = { .callback = retire };

  for (unsigned i = 0; i < plan->depth; i++)
    if (nbd_aio_pread (nbd, buf, plan->size, 0, done, 0) == -1)
      die_nbd ("nbd_aio_pread");
  while (nbd_aio_in_flight (nbd) > 0)
    if (nbd_poll (nbd, -1) == -1)
      die_nbd ("nbd_poll");
}

/* The memory of a connected handle that does nothing.  With --requests above
 * 0, each handle has served reads before. */
static void
case_idle (const struct plan *plan)
{
  struct nbd_handle **nbd = allocate (plan->handles * sizeof *nbd);
  char *buf = allocate (plan->size);
  bool work = plan->requests != UINT64_MAX && plan->requests > 0;

  /* Memory that libraries allocate for the first handle only is not counted. */
  nbd_close (open_handle (plan));
  uint64_t before = private_bytes ();
  uint64_t heap_before = heap_in_use ();

  for (unsigned i = 0; i < plan->handles; i++) {
    nbd[i] = open_handle (plan);
    if (work)
      work_once (plan, nbd[i], buf);
  }
  uint64_t after = private_bytes ();
  uint64_t heap_after = heap_in_use ();
  printf ("{\"case\": \"idle\", \"handles\": %u, "
          "\"resident\": %.0f, \"heap\": %.0f}\n",
          plan->handles, ((double) after - before) / plan->handles,
          ((double) heap_after - heap_before) / plan->handles);
  for (unsigned i = 0; i < plan->handles; i++)
    nbd_close (nbd[i]);
  free (buf);
  free (nbd);
}

static void
case_connect (const struct plan *plan)
{
  struct meter m;
  uint64_t n = 0;

  meter_start (&m, plan);
  for (; meter_goes_on (&m, plan, n); n++)
    nbd_close (open_handle (plan));
  meter_print (&m, plan, n);
}

/* How long an outage may last, in ms; 0 if the library cannot reconnect. */
static int64_t
reconnect_timeout (struct nbd_handle *nbd)
{
  typedef int64_t getter (struct nbd_handle *);
  getter *get = (getter *) dlsym (RTLD_DEFAULT, "nbd_get_reconnect_timeout");

  return get == NULL ? 0 : get (nbd);
}

/* Say which library runs: the file that the API was loaded from. */
static void
case_about (const struct plan *plan)
{
  struct nbd_handle *nbd = open_handle (plan);
  Dl_info info = { .dli_fname = "unknown" };

  dladdr ((void *) nbd_create, &info);
  printf ("{\"case\": \"about\", \"library\": \"%s\", "
          "\"version\": \"%s\", \"reconnect_timeout\": %" PRId64 "}\n",
          info.dli_fname, nbd_get_version (nbd), reconnect_timeout (nbd));
  close_handle (nbd);
}

static const struct {
  const char *name;
  void (*run) (const struct plan *plan);
} cases[] = {
  /* clang-format off */
  { "about", case_about },
  { "connect", case_connect },
  { "idle", case_idle },
  { "pauses", case_pauses },
  { "read", case_read },
  { "sync", case_sync },
  { "threads", case_threads },
  { "write", case_write },
  /* clang-format on */
};

int
main (int argc, char *argv[])
{
  struct plan plan;

  parse_plan (argc, argv, &plan);
  allow_many_files ();
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    if (strcmp (plan.what, cases[i].name) == 0) {
      cases[i].run (&plan);
      return 0;
    }
  die ("--case: unknown: %s", plan.what);
}
