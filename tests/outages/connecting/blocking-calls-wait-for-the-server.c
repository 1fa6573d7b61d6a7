/* SPDX-License-Identifier: MIT */
/* With a connect timeout, nbd_connect_unix waits for the server and returns
 * when it is connected. */
#include <semaphore.h>

#include "lasting.h"
#include "thread.h"

static struct address address;
static sem_t failed;

static int
on_event (void *opaque, unsigned event, const char *message, int64_t value)
{
  (void) opaque;
  (void) message;
  (void) value;
  if (event == LIBNBD_EVENT_ATTEMPT_FAILED)
    sem_post (&failed);
  return 0;
}

static int
connect_unix (struct blocking *b)
{
  return nbd_connect_unix (b->h, address.path);
}

void
test (void)
{
  struct nbd_handle *h = nbd_create ();
  struct blocking b = { .h = h, .call = connect_unix };
  struct server s;

  sem_init (&failed, 0, 0);
  address_open (&address);
  CHECK_OK (nbd_set_connect_timeout (h, -1));
  CHECK_OK (nbd_set_event_callback (h, (nbd_event_callback) {
                                         .callback = on_event }));
  set_style (h, SIMPLE);
  blocking_start (&b);
  sem_wait (&failed);
  sem_wait (&failed);
  address_listen (&address);
  server_awaits (&s, &address);
  server_handshake (&s, SIMPLE, 4096, FLAGS_ALL);
  blocking_join (&b);
  CHECK_INT (b.result, 0);
  CHECK_STATE (h, "READY");
  lasting_close (h, &s, &address);
}
