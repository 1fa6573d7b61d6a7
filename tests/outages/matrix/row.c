/* SPDX-License-Identifier: MIT */

/* One row of the matrix: a program that does nothing about outages. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/protocol.h"
#include "check.h"
#include "jobs.h"
#include "matrix.h"

/* ms */
#define PATIENCE 20000
#define PATIENCE_WITHOUT_HOPE 600
#define STALL_TIMEOUT 300
#define STALL_TIMEOUT_ALONE 1000
#define QUARANTINE 40

/* Blocks of the disk, and the stamps that are written there. */
#define FIRST 3
#define SECOND 5
#define FIRST_STAMP 17
#define SECOND_STAMP 18

/* Enough reads for all connections to be busy. */
#define READS 128

#define NR_EVENTS (LIBNBD_EVENT_GIVEN_UP + 1)

struct program {
  const struct row *row;
  struct brittle *server;
  struct nbd_handle *h;
  unsigned events[NR_EVENTS];
  int64_t grown;
};

static int
on_event (void *opaque, unsigned event, const char *message, int64_t value)
{
  struct program *p = opaque;

  CHECK (message != NULL);
  CHECK (event <= LIBNBD_EVENT_GIVEN_UP);
  p->events[event]++;
  if (event == LIBNBD_EVENT_GROWN)
    p->grown = value;
  return 0;
}

static struct brittle *
start_server (const struct row *row, const char *path)
{
  /* What the first handshake did not agree on is not asked for again. */
  bool extended = row->phase != CONNECTING
                  && row->event.option == NBD_OPT_EXTENDED_HEADERS;
  struct brittle_settings settings = {
    .seed = 1,
    .tcp = row->event.manner == RESET,
    .tls = row->tls,
    .style = extended ? BRITTLE_EXTENDED : BRITTLE_STRUCTURED,
    .multi_conn = true,
    .patience = QUARANTINE / 2,
    .script = { .face = face_of (row->returns) },
    .verbose = getenv ("VERBOSE") != NULL,
  };

  if (row->phase == RECONNECTING)
    settings.script.events[settings.script.count++] = (struct event) {
      .moment = ON_SIGNAL,
      .manner = RESET,
    };
  settings.script.events[settings.script.count++] = row->event;
  return brittle_start (&settings, path);
}

/* A slow server must not seem to be lost, above all where the loss would be
 * an outage. */
static int
stall_timeout (const struct row *row)
{
  if (row->event.manner != SILENT)
    return 0;
  return row->event.alone ? STALL_TIMEOUT_ALONE : STALL_TIMEOUT;
}

static int
patience (const struct row *row, bool hope)
{
  return hope || row->returns != NEVER || row->event.alone
           ? PATIENCE
           : PATIENCE_WITHOUT_HOPE;
}

static void
make_handle (struct program *p)
{
  const struct row *row = p->row;
  bool connects = row->phase > CONNECTING;
  nbd_event_callback events = { .callback = on_event, .user_data = p };

  p->h = nbd_create ();
  if (row->tls && !encrypted_handle (p->h))
    exit (WITHOUT_TLS);
  CHECK_OK (nbd_add_meta_context (p->h, CONTEXT_ALLOCATION));
  CHECK_OK (nbd_add_meta_context (p->h, CONTEXT_NUMBERS));
  CHECK_OK (nbd_set_connect_timeout (p->h, patience (row, connects)));
  CHECK_OK (nbd_set_reconnect_timeout (p->h, patience (row, false)));
  CHECK_OK (nbd_set_stall_timeout (p->h, stall_timeout (row)));
  CHECK_OK (nbd_set_quarantine (p->h, QUARANTINE));
  CHECK_OK (nbd_set_connections (p->h, row->links));
  CHECK_OK (nbd_set_event_callback (p->h, events));
}

static int
connect_handle (struct program *p, const char *path)
{
  struct brittle *b = p->server;
  char port[8];

  if (!b->settings.tcp)
    return nbd_connect_unix (p->h, path);
  snprintf (port, sizeof port, "%u", ntohs (b->address.loopback.sin_port));
  return nbd_connect_tcp (p->h, "127.0.0.1", port);
}

/* Give all connections commands, so that they are established.  Several small
 * commands in a row go to the same connection. */
static void
use_links (struct program *p)
{
  static char buf[READS][BLOCK_SIZE];

  for (unsigned i = 0; i < READS; i++)
    CHECK_OK (nbd_aio_pread (p->h, buf[i], BLOCK_SIZE, 0, NBD_NULL_COMPLETION,
                             0));
  while (nbd_aio_in_flight (p->h) > 0)
    CHECK_OK (nbd_poll (p->h, -1));
  int64_t cookie;

  while ((cookie = nbd_aio_peek_command_completed (p->h)) > 0)
    CHECK_INT (nbd_aio_command_completed (p->h, cookie), 1);
}

static void
use_all_links (struct program *p)
{
  while (p->server->counters.connections < p->row->links)
    use_links (p);
}

/* Lose one of the connections, or arrange that it will be lost. */
static void
lose_one_link (struct program *p)
{
  if (p->row->phase == JOINING)
    while (__atomic_load_n (&p->server->events, __ATOMIC_ACQUIRE) == 0)
      use_links (p);
  else {
    use_all_links (p);
    if (p->row->phase == WORKING)
      brittle_arm (p->server);
  }
}

static int
write_block (struct program *p, unsigned number, uint64_t stamp)
{
  block data;

  stamp_block (data, number, stamp);
  return nbd_pwrite (p->h, data, sizeof data, (uint64_t) number * BLOCK_SIZE,
                     0);
}

static int
read_block (struct program *p, unsigned number, uint64_t stamp)
{
  block data;

  memset (data, 0xee, sizeof data);
  int r = nbd_pread (p->h, data, sizeof data, (uint64_t) number * BLOCK_SIZE,
                     0);

  if (r == 0)
    CHECK_INT (stamp_of (data, number), stamp);
  return r;
}

static int
on_extent (void *opaque, const char *context, uint64_t offset,
           uint32_t *entries, size_t nr_entries, int *error)
{
  unsigned *told = opaque;

  (void) error;
  CHECK_INT (offset, FIRST * BLOCK_SIZE);
  CHECK (nr_entries >= 2);
  told[strcmp (context, CONTEXT_NUMBERS) == 0] = entries[1];
  return 0;
}

/* The status of each context must be reported under the name of that
 * context. */
static int
ask_for_status (struct program *p)
{
  unsigned told[2] = { 99, 99 };
  int r = nbd_block_status (p->h, BLOCK_SIZE, FIRST * BLOCK_SIZE,
                            (nbd_extent_callback) {
                              .callback = on_extent,
                              .user_data = told,
                            },
                            0);

  if (r == 0) {
    CHECK_INT (told[0], 0);
    CHECK_INT (told[1], FIRST);
  }
  return r;
}

/* What the program does, before and after the outage.  Returns -1 if a call
 * failed. */
static int
work (struct program *p)
{
  const struct row *row = p->row;

  if (row->event.alone)
    lose_one_link (p);
  else if (row->links > 1 && row->event.moment != IN_REQUEST
           && row->event.moment != IN_DATA)
    use_all_links (p);
  if (row->event.moment == IN_DATA && read_block (p, SECOND, STAMP_INITIAL))
    return -1;
  if (write_block (p, FIRST, FIRST_STAMP) == -1)
    return -1;
  if (row->phase == FLUSHED)
    CHECK_OK (nbd_flush (p->h, 0));
  if (row->phase != WORKING && row->phase != JOINING)
    brittle_signal (p->server);
  return read_block (p, FIRST, FIRST_STAMP) == -1
             || write_block (p, SECOND, SECOND_STAMP) == -1
             || ask_for_status (p) == -1 || nbd_flush (p->h, 0) == -1
             || read_block (p, SECOND, SECOND_STAMP) == -1
           ? -1
           : 0;
}

/* The message names what was promised and what came back instead. */
static void
check_stale (enum returns returns)
{
  char size[24];

  /* The call may fail with ENOTCONN, because the command could not be carried
   * out.  The reason is in the message. */
  CHECK_ERROR (nbd_get_errno () == ESTALE ? ESTALE : ENOTCONN, NULL);
  switch (returns) {
  case SMALLER:
    for (unsigned half = 1; half <= 2; half++) {
      snprintf (size, sizeof size, "%lu", (unsigned long) DISK_BYTES / half);
      CHECK_CONTAINS (nbd_get_error (), size);
    }
    break;
  case READ_ONLY: CHECK_CONTAINS (nbd_get_error (), "read-only"); break;
  case WITHOUT_FLUSH: CHECK_CONTAINS (nbd_get_error (), "flush"); break;
  default: CHECK_CONTAINS (nbd_get_error (), CONTEXT_NUMBERS);
  }
}

static void
check_dead (struct program *p)
{
  CHECK_INT (nbd_aio_is_dead (p->h), 1);
  CHECK_INT (p->events[LIBNBD_EVENT_GIVEN_UP], 1);
  /* On a slow machine there may have been other outages that ended well. */
  CHECK_INT (p->events[LIBNBD_EVENT_BACK], p->events[LIBNBD_EVENT_LOST] - 1);
}

/* The commands of the lost connection go on elsewhere, whether it is
 * established again or not.  No event is reported. */
static void
check_no_outage (struct program *p)
{
  static const unsigned connected[NR_EVENTS] = {
    [LIBNBD_EVENT_CONNECTED] = 1,
  };

  if (p->row->returns == THE_SAME)
    while (p->server->counters.connections <= p->row->links)
      use_links (p);
  /* A server that was kept from running seemed to be silent. */
  if (p->row->event.manner == SILENT && p->events[LIBNBD_EVENT_LOST] > 0
      && brittle_disturbed (p->server)) {
    brittle_stop (p->server);
    exit (DISTURBED);
  }
  CHECK_BYTES (p->events, sizeof p->events, connected, sizeof connected);
  CHECK_INT (nbd_get_outage (p->h), 0);
}

static void
check_working (struct program *p, enum ending ending)
{
  int r = work (p);

  switch (ending) {
  case SURVIVES:
    if (r == -1)
      FAIL ("a command failed: %s", nbd_get_error ());
    CHECK (p->events[LIBNBD_EVENT_LOST] >= 1);
    CHECK_INT (p->events[LIBNBD_EVENT_BACK], p->events[LIBNBD_EVENT_LOST]);
    if (p->row->returns == LARGER)
      CHECK_INT (p->grown, DISK_BYTES * 2);
    break;
  case NO_OUTAGE:
    if (r == -1)
      FAIL ("a command failed: %s", nbd_get_error ());
    check_no_outage (p);
    break;
  case IS_STALE:
    CHECK_INT (r, -1);
    check_stale (p->row->returns);
    check_dead (p);
    break;
  default:
    CHECK_INT (r, -1);
    if (nbd_get_errno () != ENOTCONN)
      CHECK_ERROR (ETIMEDOUT, NULL);
    CHECK_CONTAINS (nbd_get_error (), "was lost");
    CHECK_CONTAINS (nbd_get_error (), "attempt");
    check_dead (p);
  }
}

void
run_row (const struct row *row, const char *path)
{
  struct program p = { .row = row, .server = start_server (row, path) };
  enum ending ending = expected (row);
  char text[160];

  describe_row (row, text, sizeof text);
  check_case ("%s", text);
  make_handle (&p);
  int r = connect_handle (&p, path);

  if (ending == NEVER_STARTS) {
    CHECK_INT (r, -1);
    CHECK (nbd_get_errno () != 0);
  }
  else {
    if (r == -1)
      FAIL ("connect: %s", nbd_get_error ());
    if (ending == CONNECTS)
      CHECK_OK (read_block (&p, 0, STAMP_INITIAL));
    else
      check_working (&p, ending);
  }
  nbd_close (p.h);
  brittle_stop (p.server);
  if (row->phase != RECONNECTING || row->returns != NEVER)
    CHECK_INT (p.server->events, p.server->settings.script.count);
  if (ending == SURVIVES || ending == NO_OUTAGE) {
    CHECK_INT (stamp_of (p.server->disk.durable[FIRST], FIRST), FIRST_STAMP);
    CHECK_INT (stamp_of (p.server->disk.durable[SECOND], SECOND),
               SECOND_STAMP);
  }
}
