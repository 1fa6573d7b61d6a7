/* SPDX-License-Identifier: MIT */

/* Runs one input: the operations of its program, then the rest of its stream,
 * then the end of the connection.  Checks what must hold whatever the server
 * does. */

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fuzz.h"

/* More deliveries than any input needs. */
#define MAX_EVENTS 100000

struct command *
new_command (struct world *w)
{
  if (w->nr_commands == MAX_COMMANDS)
    return NULL;
  struct command *c = &w->commands[w->nr_commands++];

  *c = (struct command) {
    .world = w,
    .cookie = -1,
    .initialize = w->initialize,
  };
  return c;
}

struct command *
pick_command (struct world *w, unsigned back)
{
  return back < w->nr_commands ? &w->commands[w->nr_commands - 1 - back]
                               : NULL;
}

/* Bytes that do not fit into the socket are dropped. */
void
server_send (struct world *w, const void *p, size_t len)
{
  const uint8_t *bytes = p;

  if (w->server == -1 || len == 0)
    return;
  ssize_t n = send (w->server, p, len, MSG_DONTWAIT | MSG_NOSIGNAL);

  for (ssize_t i = 0; i < n; i++)
    w->sent[bytes[i]] = true;
}

void
server_drain (struct world *w)
{
  static char buf[65536];

  if (w->lasting)
    return;
  while (w->server != -1
         && recv (w->server, buf, sizeof buf, MSG_DONTWAIT) > 0)
    ;
}

void
server_close (struct world *w)
{
  if (w->server != -1)
    close (w->server);
  w->server = -1;
  if (w->lasting)
    forget_picked (w);
}

static short
poll_now (struct world *w, unsigned direction)
{
  struct pollfd fd = { .fd = nbd_aio_get_fd (w->h) };

  MUST (fd.fd != -1);
  if (direction & LIBNBD_AIO_DIRECTION_READ)
    fd.events |= POLLIN;
  if (direction & LIBNBD_AIO_DIRECTION_WRITE)
    fd.events |= POLLOUT;
  /* libFuzzer's timer interrupts also a poll that does not wait. */
  while (poll (&fd, 1, 0) == -1)
    MUST (errno == EINTR);
  return fd.revents;
}

/* Make a call that must end the connection if it fails. */
static void
deliver (struct world *w, int (*notify) (struct nbd_handle *h))
{
  int r = notify (w->h);

  if (r == -1)
    MUST (nbd_aio_is_dead (w->h) && nbd_get_error () != NULL);
  else
    MUST (!nbd_aio_is_dead (w->h));
}

void
pump (struct world *w)
{
  if (w->lasting) {
    pump_lasting (w);
    return;
  }
  for (int i = 0; i < MAX_EVENTS; i++) {
    unsigned direction = nbd_aio_get_direction (w->h);

    if (direction == 0)
      return;
    server_drain (w);
    short events = poll_now (w, direction);

    if ((direction & LIBNBD_AIO_DIRECTION_READ)
        && (events & (POLLIN | POLLHUP | POLLERR)))
      deliver (w, nbd_aio_notify_read);
    else if ((direction & LIBNBD_AIO_DIRECTION_WRITE) && events)
      deliver (w, nbd_aio_notify_write);
    else
      return;
  }
  broken ("the handle never comes to rest: %s", nbd_connection_state (w->h));
}

/* The handle is in exactly one phase, and does what this phase allows. */
void
check_phase (struct world *w)
{
  struct nbd_handle *h = w->h;
  int phases = (nbd_aio_is_created (h) == 1)
               + (nbd_aio_is_connecting (h) == 1)
               + (nbd_aio_is_negotiating (h) == 1)
               + (nbd_aio_is_ready (h) == 1)
               + (nbd_aio_is_processing (h) == 1)
               + (nbd_aio_is_closed (h) == 1) + (nbd_aio_is_dead (h) == 1);

  MUST (phases == 1);
  MUST (nbd_connection_state (h) != NULL);
  if (nbd_aio_is_closed (h) || nbd_aio_is_dead (h)) {
    MUST (nbd_aio_get_direction (h) == 0);
    MUST (nbd_aio_in_flight (h) == 0 || nbd_aio_in_flight (h) == -1);
  }
}

static void
server_acts (struct world *w, enum fuzz_op op)
{
  size_t len;

  switch (op) {
  case FUZZ_SEND:
    len = take_u16 (&w->program);
    if (len > w->stream.left)
      len = w->stream.left;
    server_send (w, w->stream.p, len);
    w->stream.p += len;
    w->stream.left -= len;
    break;
  case FUZZ_SIMPLE_REPLY: send_simple_reply (w); break;
  case FUZZ_CHUNK: send_chunk (w); break;
  case FUZZ_DATA: send_data (w); break;
  case FUZZ_DRAIN: server_drain (w); break;
  case FUZZ_HALF_CLOSE:
    if (w->server != -1)
      shutdown (w->server, SHUT_WR);
    break;
  default: server_close (w);
  }
}

/* A notification for which the handle does not wait is refused. */
static void
drive (struct world *w, enum fuzz_op op)
{
  unsigned direction = nbd_aio_get_direction (w->h);
  int r = 0;

  /* A handle that stays connected may have work without a socket. */
  if (w->lasting)
    direction |= LIBNBD_AIO_DIRECTION_READ;
  switch (op) {
  case FUZZ_PUMP: pump (w); return;
  case FUZZ_NOTIFY_READ:
    r = nbd_aio_notify_read (w->h);
    MUST ((direction & LIBNBD_AIO_DIRECTION_READ) || r == -1);
    break;
  case FUZZ_NOTIFY_WRITE: r = nbd_aio_notify_write (w->h); break;
  case FUZZ_POLL:
    r = nbd_poll (w->h, 0);
    MUST (direction != 0 || r == -1);
    break;
  default:
    r = nbd_poll2 (w->h, w->server, 0);
    MUST (direction != 0 || r == -1);
  }
  MUST (r != -1 || nbd_get_error () != NULL);
}

static void
step (struct world *w)
{
  enum fuzz_op op = take_u8 (&w->program) % FUZZ_NR_OPS;

  if (op == FUZZ_PUMP || (op >= FUZZ_NOTIFY_READ && op <= FUZZ_POLL2))
    drive (w, op);
  else if (op < FUZZ_PREAD)
    server_acts (w, op);
  else if (op < FUZZ_DISCONNECT)
    issue_command (w, op);
  else if (op == FUZZ_DISCONNECT)
    nbd_aio_disconnect (w->h, 0);
  else if (op == FUZZ_RETIRE)
    retire_command (w, pick_command (w, take_u8 (&w->program)));
  else if (op == FUZZ_PEEK)
    nbd_aio_peek_command_completed (w->h);
  else if (op < FUZZ_SETTINGS)
    issue_option (w, op);
  else if (op == FUZZ_SETTINGS)
    apply_settings (w, take_u16 (&w->program));
  else if (op == FUZZ_QUERIES)
    ask_queries (w);
  else if (op >= FUZZ_CANCEL)
    act_lasting (w, op);
  else if (!w->lasting) {
    server_close (w);
    nbd_shutdown (w->h, 0);
  }
  check_phase (w);
}

static void
connect_pair (struct world *w)
{
  int pair[2];

  MUST (socketpair (AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0,
                    pair)
        == 0);
  w->server = pair[1];
  if (nbd_aio_connect_socket (w->h, pair[0]) == -1) {
    close (pair[0]);
    server_close (w);
  }
  else
    w->connected = true;
}

/* End the connection: after that, each command and option has ended. */
static void
check_end (struct world *w)
{
  server_send (w, w->stream.p, w->stream.left);
  pump (w);
  server_close (w);
  if (w->lasting)
    end_lasting (w);
  pump (w);
  check_phase (w);
  if (!nbd_aio_is_negotiating (w->h))
    MUST (nbd_aio_is_closed (w->h) || nbd_aio_is_dead (w->h));
  for (size_t i = 0; i < w->nr_commands; i++) {
    struct command *c = &w->commands[i];

    if (c->cookie >= 0 && !nbd_aio_is_negotiating (w->h))
      MUST (c->called == 1 || (c->verdict & FUZZ_NO_COMPLETION));
    if (i % 2 == 0)
      retire_command (w, c);
  }
}

/* Each closure was freed once, whatever happened. */
static void
check_closed (struct world *w)
{
  for (size_t i = 0; i < w->nr_commands; i++) {
    struct command *c = &w->commands[i];

    MUST (c->called <= 1);
    MUST (c->freed == ((c->verdict & FUZZ_NO_COMPLETION) ? 0 : 1));
    MUST (c->middle_freed == (c->has_middle ? 1 : 0));
    free (c->buf);
  }
}

/* A byte other than 0 that is not in the input, if there is one. */
static uint8_t
unused_byte (const uint8_t *data, size_t size)
{
  bool used[256] = { true };
  unsigned byte = 0xdb;

  for (size_t i = 0; i < size; i++)
    used[data[i]] = true;
  for (int i = 0; i < 256 && used[byte]; i++)
    byte = (byte + 1) % 256;
  return byte;
}

/* Read the header and find the program; the rest of the input is the stream.
 * Returns the settings. */
static unsigned
read_header (struct world *w)
{
  unsigned settings;
  size_t length;

  w->style = take_u8 (&w->stream) % FUZZ_NR_STYLES;
  w->size = take_u8 (&w->stream);
  w->flags = take_u16 (&w->stream);
  settings = take_u16 (&w->stream);
  length = take_u16 (&w->stream);
  if (w->lasting)
    w->lasting_settings = take_u16 (&w->stream);
  if (length > w->stream.left)
    length = w->stream.left;
  w->program = (struct input) { w->stream.p, length };
  w->stream.p += length;
  w->stream.left -= length;
  return settings;
}

static void
begin (struct world *w, unsigned settings)
{
  w->settings = w->style == FUZZ_RAW ? settings
                                     : friendly_settings (w->style, settings);
  w->h = nbd_create ();
  MUST (w->h != NULL);
  apply_settings (w, w->settings);
  if (w->lasting) {
    begin_lasting (w, w->lasting_settings);
    connect_lasting (w);
    return;
  }
  connect_pair (w);
  if (w->style != FUZZ_RAW)
    friendly_handshake (w);
}

int
run_input (const uint8_t *data, size_t size, unsigned styles, bool lasting)
{
  struct world w = {
    .stream = { data, size },
    .server = -1,
    .initialize = true,
    .stale = unused_byte (data, size),
    .lasting = lasting,
  };
  unsigned settings = read_header (&w);

  stop_clock (lasting);
  if (!(styles >> w.style & 1))
    return -1;
  begin (&w, settings);
  while (w.program.left > 0)
    step (&w);
  if (w.connected)
    check_end (&w);
  nbd_close (w.h);
  server_close (&w);
  check_closed (&w);
  MUST (w.debug_freed == w.debug_set);
  MUST (w.events_freed == (lasting ? 1 : 0));
  return 0;
}
