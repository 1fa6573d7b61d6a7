/* SPDX-License-Identifier: MIT */

/* Handles of the soak test that outlast their server: none of their commands
 * may fail, and what was flushed survives the server. */

#include "soak.h"

#include <stdlib.h>
#include <string.h>

void
lasting_begin (struct connection *c)
{
  mortal_open (&c->mortal, SOAK_REGION, c->number % 2 == 0);
  c->mortal.style = soak_random (3);
  mortal_start (&c->mortal);
}

/* The server has carried out the requests of a connection before it ends the
 * connection, so no quarantine is needed; see mortal.h. */
void
lasting_connect_again (struct connection *c)
{
  c->h = nbd_create ();
  MUST (c->h != NULL);
  MUST (nbd_set_reconnect_timeout (c->h, -1) == 0);
  MUST (nbd_set_quarantine (c->h, 0) == 0);
  MUST (nbd_set_connections (c->h, 1 + soak_random (4)) == 0);
  MUST (nbd_set_journal_size (c->h, SOAK_REGION / 2) == 0);
  if (!c->mortal.listens)
    mortal_start (&c->mortal);
  if (c->mortal.address.holder >= 0)
    MUST (nbd_connect_tcp (c->h, "127.0.0.1", c->mortal.address.port) == 0);
  else
    MUST (nbd_connect_unix (c->h, c->mortal.address.path) == 0);
}

/* From now on, connections end after this many requests; 0: they do not
 * end. */
static void
cut_later (struct mortal *m, unsigned requests)
{
  __atomic_store_n (&m->cut_after, requests, __ATOMIC_RELAXED);
}

void
lasting_disturb (struct soak *soak, struct connection *c)
{
  struct mortal *m = &c->mortal;

  if (!m->listens) {
    mortal_start (m);
    return;
  }
  /* Some connections are cut in the middle of the work, but only after
   * everything that was not flushed could be sent again. */
  cut_later (m, soak_random (4) == 0 ? 200 + soak_random (500) : 0);
  soak->outages++;
  if (soak_random (2) == 0)
    mortal_cut (m);
  else
    mortal_kill (m);
}

static void
check_disk (struct soak *soak, const struct connection *c)
{
  const struct ram *ram = &c->mortal.ram;
  const uint8_t *model = soak_model (soak, c);

  for (size_t i = 0; i < SOAK_REGION; i++)
    if (ram->durable[i] != model[i])
      ram_fail (
        "connection %u, byte %zu: %02x was flushed, the disk has %02x",
        c->number, i, model[i], ram->durable[i]);
}

/* Finish all commands and flush.  Then everything must be on the disk. */
static void
finish (struct soak *soak, struct connection *c)
{
  if (!c->mortal.listens)
    mortal_start (&c->mortal);
  while (c->nr_commands > 0) {
    MUST (nbd_poll (c->h, -1) != -1);
    soak_retire (soak, c);
  }
  MUST (nbd_flush (c->h, 0) == 0);
  MUST (nbd_stats_journal_bytes (c->h) == 0);
  check_disk (soak, c);
  MUST (nbd_shutdown (c->h, 0) == 0);
}

/* Close the handle in the middle of the work.  This may lose what was not
 * flushed, because the next handle does not have the journal. */
static void
abandon (struct soak *soak, struct connection *c)
{
  nbd_close (c->h);
  mortal_cut (&c->mortal);
  for (unsigned i = 0; i < SOAK_DEPTH; i++) {
    soak->failed += c->commands[i].buf != NULL;
    free (c->commands[i].buf);
    c->commands[i].buf = NULL;
  }
  c->nr_commands = 0;
  memcpy (c->mortal.ram.durable, c->mortal.ram.data, SOAK_REGION);
  memcpy (soak_model (soak, c), c->mortal.ram.data, SOAK_REGION);
}

void
lasting_end (struct soak *soak, struct connection *c)
{
  if (soak_random (4) == 0) {
    abandon (soak, c);
    return;
  }
  finish (soak, c);
  nbd_close (c->h);
}
