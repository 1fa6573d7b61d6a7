/* SPDX-License-Identifier: MIT */

/* Lives of handles that stay connected while servers are killed and started,
 * with checks of what the library has promised: see life.h. */

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>

#include "check.h"
#include "client.h"
#include "fast-clock.h"
#include "life.h"
#include "mortal.h"
#include "outages.h"
#include "peer.h"

#define BLOCK 4096
#define NR_BLOCKS 16

/* in ms of the fast clock */
#define SHORT_PATIENCE 400
#define QUARANTINE 500
#define COMMAND_TIMEOUT 10000000

bool life_is_short;

static struct mortal server;
static bool comes_back; /* start the server after a failed attempt */
static bool is_held;    /* the server carries out nothing */

/* What each block may hold, by what the library has reported: one bit for each
 * byte value with which the block was filled.  now is what a read may return,
 * durable is what may be left after a crash. */
static uint32_t now[NR_BLOCKS], durable[NR_BLOCKS];
static uint8_t data[NR_BLOCKS][BLOCK];

static void
must_be (const char *what, unsigned block, const uint8_t *p, uint32_t allowed)
{
  if (p[0] >= 32 || (allowed >> p[0] & 1) == 0
      || memcmp (p, p + 1, BLOCK - 1) != 0)
    FAIL ("%s: block %u holds %02x, of the set %#x", what, block, p[0],
          allowed);
}

/* A write that was begun may be carried out at any time. */
static void
may_hold (unsigned block, uint8_t byte)
{
  now[block] |= UINT32_C (1) << byte;
  durable[block] |= UINT32_C (1) << byte;
}

/* A write that was acknowledged has been carried out. */
static void
must_hold (unsigned block, uint8_t byte, bool fua)
{
  now[block] = UINT32_C (1) << byte;
  if (fua)
    durable[block] = now[block];
}

/* The library must not report that a server is back before it is.  So the
 * server is started when the library reports a failed attempt. */
static int
on_event (void *opaque, unsigned event, const char *message, int64_t value)
{
  struct calls *c = opaque;
  bool was = in_library;

  (void) value;
  in_library = false;
  CHECK (message != NULL && message[0] != '\0' && c->freed == 0);
  if (event == LIBNBD_EVENT_ATTEMPT_FAILED && comes_back && !server.listens)
    mortal_start (&server);
  if (event == LIBNBD_EVENT_LOST)
    c->called++;
  if (event == LIBNBD_EVENT_BACK)
    c->called--;
  in_library = was;
  return 0;
}

static void
on_free (void *opaque)
{
  struct calls *c = opaque;

  c->freed++;
}

static void
be_patient (struct nbd_handle *h, struct outcome *o)
{
  int patience = life_is_short ? SHORT_PATIENCE : -1;

  TRY (nbd_set_reconnect_timeout (h, patience));
  TRY (nbd_set_connect_timeout (h, patience));
}

/* Create a handle that stays connected, for a server that does not run yet. */
static struct nbd_handle *
create_lasting (struct outcome *o, struct calls *told, bool tcp)
{
  struct nbd_handle *h = create (o);
  nbd_event_callback event = { on_event, told, on_free };

  memset (now, 0, sizeof now);
  memset (durable, 0, sizeof durable);
  for (unsigned b = 0; b < NR_BLOCKS; b++)
    may_hold (b, 0);
  mortal_open (&server, NR_BLOCKS * BLOCK, tcp);
  server.style = RAM_STRUCTURED;
  server.ram.cipher = outage_cipher;
  comes_back = true;
  if (h != NULL && !prepare_outages (h, o)) {
    end (h);
    h = NULL;
  }
  if (h == NULL) {
    told->freed = 1;
    return NULL;
  }
  be_patient (h, o);
  TRY (nbd_set_quarantine (h, QUARANTINE));
  TRY (nbd_set_journal_size (h, 65536));
  TRY (nbd_set_event_callback (h, event));
  return h;
}

/* Close the handle and the server, and check that all that was promised is
 * there. */
static void
end_lasting (struct nbd_handle *h)
{
  if (h != NULL)
    end (h);
  mortal_close (&server);
  for (unsigned b = 0; b < NR_BLOCKS; b++)
    must_be ("in the end", b, server.ram.durable + b * BLOCK, durable[b]);
  mortal_free (&server);
}

static void
write_block (struct nbd_handle *h, struct outcome *o, unsigned block,
             uint8_t byte, uint32_t flags)
{
  memset (data[block], byte, BLOCK);
  may_hold (block, byte);
  if (TRY (nbd_pwrite (h, data[block], BLOCK, block * BLOCK, flags)) == 0)
    must_hold (block, byte, flags == LIBNBD_CMD_FLAG_FUA);
}

static void
read_block (struct nbd_handle *h, struct outcome *o, unsigned block)
{
  static uint8_t buf[BLOCK];

  if (TRY (nbd_pread (h, buf, BLOCK, block * BLOCK, 0)) == 0)
    must_be ("a read", block, buf, now[block]);
}

/* As TRY, but the error that is wanted does not count as a failure. */
static int
flush_all (struct nbd_handle *h, struct outcome *o, int wanted)
{
  uint32_t before[NR_BLOCKS];

  memcpy (before, now, sizeof before);
  int r = LIB (nbd_flush (h, 0));
  if (r == 0)
    memcpy (durable, before, sizeof durable);
  else if (wanted == 0 || nbd_get_errno () != wanted)
    note (o, "nbd_flush", r);
  return r;
}

/* Blocking calls, with the default policy. */
static void
blocking (struct outcome *o)
{
  struct calls *told = another ();
  struct nbd_handle *h = create_lasting (o, told, false);

  if (h != NULL && TRY (nbd_connect_unix (h, server.address.path)) == 0) {
    write_block (h, o, 0, 1, 0);
    write_block (h, o, 1, 2, LIBNBD_CMD_FLAG_FUA);
    write_block (h, o, 2, 3, 0);
    mortal_kill (&server);
    read_block (h, o, 0);
    read_block (h, o, 2);
    write_block (h, o, 2, 4, 0);
    if (TRY (nbd_zero (h, BLOCK, 3 * BLOCK, 0)) == 0)
      must_hold (3, 0, false);
    flush_all (h, o, 0);
    write_block (h, o, 4, 5, 0);
    mortal_cut (&server);
    write_block (h, o, 4, 6, 0);
    may_hold (1, 0);
    if (TRY (nbd_trim (h, BLOCK, 1 * BLOCK, 0)) == 0)
      must_hold (1, 0, false);
    mortal_kill (&server);
    flush_all (h, o, 0);
    read_block (h, o, 4);
    if (o->call == NULL) {
      CHECK_INT (told->called, 0);
      CHECK (nbd_stats_reconnects (h) >= 3);
      CHECK_INT (nbd_stats_journal_bytes (h), 0);
    }
    TRY (nbd_shutdown (h, 0));
  }
  told->called = 0;
  end_lasting (h);
}

/* The same over TCP, with several connections. */
static void
tcp (struct outcome *o)
{
  struct calls *told = another ();
  struct nbd_handle *h = create_lasting (o, told, true);

  if (h != NULL && TRY (nbd_set_keepalive (h, 10000)) == 0
      && TRY (nbd_set_connections (h, 2)) == 0
      && TRY (nbd_connect_tcp (h, "127.0.0.1", server.address.port)) == 0) {
    write_block (h, o, 0, 1, 0);
    mortal_kill (&server);
    write_block (h, o, 1, 2, 0);
    mortal_cut (&server);
    flush_all (h, o, 0);
    read_block (h, o, 0);
    TRY (nbd_shutdown (h, 0));
  }
  told->called = 0;
  end_lasting (h);
}

/* A write in flight. */
struct write {
  struct calls *done;
  unsigned block;
  uint8_t byte;
  int64_t cookie;
};

static void
start_write (struct nbd_handle *h, struct outcome *o, struct write *w,
             unsigned block, uint8_t byte)
{
  *w = (struct write) { another (), block, byte, -1 };
  memset (data[block], byte, BLOCK);
  may_hold (block, byte);
  w->cookie = TRY (nbd_aio_pwrite (h, data[block], BLOCK, block * BLOCK,
                                   completion (w->done), 0));
}

/* Returns true unless the handle is dead or closed. */
static bool
lives (struct nbd_handle *h)
{
  return LIB (nbd_aio_is_dead (h)) == 0 && LIB (nbd_aio_is_closed (h)) == 0;
}

/* One turn of a main loop that watches the handle's one descriptor, if there
 * is one. */
static bool
turn (struct nbd_handle *h, struct outcome *o)
{
  struct pollfd fd = { .events = POLLIN };

  fd.fd = TRY (nbd_aio_get_fd (h));
  if (fd.fd == -1)
    return lives (h) && TRY (nbd_poll (h, -1)) != -1;
  CHECK (poll (&fd, 1, -1) == 1);
  return TRY (nbd_aio_notify_read (h)) != -1 && lives (h);
}

static void
end_write (struct nbd_handle *h, struct outcome *o, struct write *w)
{
  if (w->cookie == -1)
    return;
  while (w->done->called == 0 && turn (h, o))
    ;
  if (w->done->called == 0)
    return;
  if (w->done->error == 0)
    must_hold (w->block, w->byte, false);
  else if (o->call == NULL)
    *o = (struct outcome) { "a write", w->done->error, "" };
}

/* A main loop with one descriptor, and several connections. */
static void
several (struct outcome *o)
{
  struct write writes[12];
  struct calls *told = another ();
  struct nbd_handle *h = create_lasting (o, told, false);

  if (h != NULL && TRY (nbd_set_connections (h, 4)) == 0
      && TRY (nbd_connect_unix (h, server.address.path)) == 0) {
    for (unsigned i = 0; i < 12; i++)
      start_write (h, o, &writes[i], i, i + 1);
    end_write (h, o, &writes[0]);
    mortal_cut (&server);
    for (unsigned i = 1; i < 6; i++)
      end_write (h, o, &writes[i]);
    mortal_kill (&server);
    for (unsigned i = 6; i < 12; i++)
      end_write (h, o, &writes[i]);
    for (unsigned i = 0; i < 12; i += 4)
      read_block (h, o, i);
    flush_all (h, o, 0);
    TRY (nbd_shutdown (h, 0));
  }
  told->called = 0;
  end_lasting (h);
}

/* Let the server carry out nothing and not start again, until
 * release_server. */
static void
hold_server (void)
{
  pthread_mutex_lock (&server.ram.lock);
  is_held = true;
  comes_back = false;
}

static void
release_server (void)
{
  if (is_held)
    pthread_mutex_unlock (&server.ram.lock);
  is_held = false;
  comes_back = true;
}

/* A write that ends early, with this error: it is cancelled, or times out. */
static void
write_ends_early (struct nbd_handle *h, struct outcome *o, unsigned block,
                  uint8_t byte, int error)
{
  struct write w;

  start_write (h, o, &w, block, byte);
  if (w.cookie == -1)
    return;
  LIB (nbd_poll (h, 0));
  if (error == ECANCELED)
    LIB (nbd_aio_cancel (h, w.cookie));
  else
    fast_forward (COMMAND_TIMEOUT);
  LIB (nbd_poll (h, 0));
  /* If there was no memory to end the write early, it may go on. */
  if (w.done->called == 0)
    release_server ();
  end_write (h, &(struct outcome) { .call = "" }, &w);
  if (w.done->called == 0 || w.done->error == error || w.done->error == 0)
    return;
  if (!lives (h))
    TRY (nbd_poll (h, 0)); /* its error has the cause */
  else if (o->call == NULL)
    *o = (struct outcome) { "a write", w.done->error, "" };
}

/* Commands that end early, while the server does not reply and while there is
 * no server.  Later writes must wait for them. */
static void
ends_early (struct outcome *o)
{
  struct calls *told = another ();
  struct nbd_handle *h = create_lasting (o, told, false);

  if (h != NULL && TRY (nbd_set_command_timeout (h, COMMAND_TIMEOUT)) == 0
      && TRY (nbd_connect_unix (h, server.address.path)) == 0) {
    write_block (h, o, 0, 1, 0);
    hold_server ();
    write_ends_early (h, o, 1, 2, ECANCELED);
    write_ends_early (h, o, 2, 3, ETIMEDOUT);
    release_server ();
    write_block (h, o, 1, 4, 0);
    mortal_kill (&server);
    comes_back = false;
    write_ends_early (h, o, 2, 5, ECANCELED);
    write_ends_early (h, o, 3, 6, ETIMEDOUT);
    release_server ();
    write_block (h, o, 2, 7, 0);
    read_block (h, o, 0);
    read_block (h, o, 1);
    flush_all (h, o, 0);
    TRY (nbd_shutdown (h, 0));
  }
  told->called = 0;
  end_lasting (h);
}

/* With the policy "strict", a flush after an outage fails if unflushed writes
 * may be lost. */
static void
strict (struct outcome *o)
{
  struct calls *told = another ();
  struct nbd_handle *h = create_lasting (o, told, false);

  if (h != NULL
      && TRY (nbd_set_unflushed_policy (h, LIBNBD_UNFLUSHED_STRICT)) == 0
      && TRY (nbd_connect_unix (h, server.address.path)) == 0) {
    write_block (h, o, 0, 1, 0);
    mortal_kill (&server);
    now[0] = durable[0];
    /* If there was no memory to record the write, it was flushed before it was
     * acknowledged. */
    if (flush_all (h, o, EIO) == 0 && o->call == NULL)
      must_be ("after a flush", 0, server.ram.durable, 1 << 1);
    /* There may be one more outage, after which the flush must fail, too. */
    write_block (h, o, 0, 2, 0);
    flush_all (h, o, EIO);
    TRY (nbd_shutdown (h, 0));
  }
  told->called = 0;
  end_lasting (h);
}

/* A server that is our child is started again. */
static void
child (struct outcome *o)
{
  char *argv[] = { (char *) peer_program (), (char *) "--serve-stdio", NULL };
  struct nbd_handle *h = create (o);
  char buf[512];

  if (h == NULL)
    return;
  be_patient (h, o);
  TRY (nbd_add_meta_context (h, "base:allocation"));
  TRY (nbd_add_meta_context (h, "x:y"));
  if (TRY (nbd_connect_command (h, argv)) == 0) {
    TRY (nbd_pread (h, buf, sizeof buf, 0, 0));
    TRY (nbd_kill_subprocess (h, SIGKILL));
    TRY (nbd_block_status_64 (h, 8192, 0, extent64 (another ()), 0));
    TRY (nbd_pread (h, buf, sizeof buf, 0, 0));
    TRY (nbd_shutdown (h, 0));
  }
  end (h);
}

const struct life child_lives[] = {
  { "child", child },
  { NULL, NULL },
};

const struct life outage_lives[] = {
  { "blocking", blocking },
  { "TCP", tcp },
  { "several connections", several },
  { "ended early", ends_early },
  { "strict", strict },
  { NULL, NULL },
};

const enum life_kind life_kind = IN_OUTAGES;
