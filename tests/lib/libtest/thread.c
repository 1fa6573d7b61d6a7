/* SPDX-License-Identifier: MIT */

/* Blocking calls in threads of their own. */

#include <stdio.h>
#include <string.h>

#include "bytes.h"
#include "check.h"
#include "server.h"
#include "thread.h"

static void *
run (void *arg)
{
  struct blocking *b = arg;

  b->result = b->call (b);
  if (b->result == -1) {
    b->errnum = nbd_get_errno ();
    snprintf (b->error, sizeof b->error, "%s", nbd_get_error ());
  }
  return NULL;
}

void
blocking_start (struct blocking *b)
{
  int err = pthread_create (&b->thread, NULL, run, b);

  if (err)
    FAIL ("pthread_create: %s", strerror (err));
}

void
blocking_join (struct blocking *b)
{
  pthread_join (b->thread, NULL);
}

void
blocking_cancel (struct blocking *b)
{
  void *result;

  pthread_cancel (b->thread);
  pthread_join (b->thread, &result);
  if (result != PTHREAD_CANCELED)
    FAIL ("the cancelled thread returned from its call");
}

int
blocking_pread (struct blocking *b)
{
  return nbd_pread (b->h, b->buf, 4, 4 * b->number, b->flags);
}

int
blocking_flush (struct blocking *b)
{
  return nbd_flush (b->h, b->flags);
}

int
blocking_poll (struct blocking *b)
{
  return nbd_poll (b->h, -1);
}

int
blocking_shutdown (struct blocking *b)
{
  return nbd_shutdown (b->h, b->flags);
}

static char payload[LARGE_WRITE];

static void
fill_payload (void)
{
  pattern_fill (payload, 0, LARGE_WRITE);
}

int
blocking_write (struct blocking *b)
{
  static pthread_once_t once = PTHREAD_ONCE_INIT;

  pthread_once (&once, fill_payload);
  return nbd_pwrite (b->h, payload, LARGE_WRITE, 0, 0);
}

void
start_reader_and_writer (struct server *s, struct blocking *reader,
                         struct blocking *writer)
{
  s->waits = true;
  reader->call = blocking_pread;
  blocking_start (reader);
  server_expect (s, "request 0 READ 1 0 4");
  writer->call = blocking_write;
  blocking_start (writer);
  server_need (s, 28);
}
