/* SPDX-License-Identifier: MIT */
/* Reads from an NBD server that does not reply end when the input is stopped,
 * and a reply that arrives later does no harm. */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "check.h"
#include "server.h"
#include "source/input.h"

#define READERS 3

struct reader {
  pthread_t thread;
  struct input *in;
  uint64_t offset;
};

static void *
read_in_vain (void *opaque)
{
  struct reader *r = opaque;
  char buffer[8192], *why;

  CHECK_INT (input_read (r->in, buffer, sizeof buffer, r->offset, &why), -1);
  CHECK_INT (errno, ECANCELED);
  CHECK (why == NULL);
  return NULL;
}

/* Receive the requests of all readers.  Returns the cookie of the last one. */
static uint64_t
take_requests (struct server *s)
{
  uint64_t cookie = 0;

  for (int i = 0; i < READERS; i++)
    cookie = server_request (s, NULL);
  return cookie;
}

void
test (void)
{
  struct server s = { .fd = -1 };
  struct nbd_handle *h = server_handle (&s, SIMPLE);
  struct input *in = input_from_nbd (h, "nbd://silent");
  struct reader readers[READERS];
  char *why;

  CHECK (in != NULL && in->size == 1 << 20);
  for (int i = 0; i < READERS; i++) {
    readers[i] = (struct reader) { .in = in, .offset = i * 65536 };
    pthread_create (&readers[i].thread, NULL, read_in_vain, &readers[i]);
  }
  s.waits = true;
  s.drives = NULL;
  uint64_t cookie = take_requests (&s);
  input_stop (in);
  for (int i = 0; i < READERS; i++)
    pthread_join (readers[i].thread, NULL);
  CHECK_INT (input_read (in, &s, 1, 0, &why), -1);
  CHECK_INT (errno, ECANCELED);
  input_free (in);
  server_say (&s, "simple 0 %d pattern 0 8192", (int) cookie);
  CHECK_INT (nbd_poll (h, -1), 1);
  CHECK_INT (nbd_aio_in_flight (h), READERS - 1);
  nbd_close (h);
  server_close (&s);
}
