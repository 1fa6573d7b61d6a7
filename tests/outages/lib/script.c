/* SPDX-License-Identifier: MIT */

/* Outages of the brittle server at moments that a test has chosen.  They are
 * crashes: all connections are lost, and all that is not durable. */

#include "base/protocol.h"
#include "parts.h"

/* How long the server is silent, in ms, if nobody ends the connection: where a
 * client has a stall timeout, and in a handshake. */
#define SILENT_READY 20000
#define SILENT_HANDSHAKE 200

/* ms */
#define FOREVER 1000000

/* Is that the next event of the script? */
static bool
is_next (const struct life *s, enum moment moment, uint32_t option)
{
  const struct brittle *b = s->b;
  const struct event *e = &b->settings.script.events[b->events];

  return b->events < b->settings.script.count && e->moment == moment
         && e->option == option;
}

/* The connection sends so much, and then it is time. */
static void
doom (struct connection *c, size_t length)
{
  c->out.len = length;
  c->doomed = true;
}

void
script_accepted (struct life *s, struct connection *c)
{
  if (is_next (s, BEFORE_GREETING, 0))
    doom (c, 0);
  else if (is_next (s, IN_GREETING, 0))
    doom (c, NBD_GREETING_SIZE / 2);
}

/* With the option 0 only the flags have come. */
void
script_option (struct life *s, struct connection *c, uint32_t option,
               size_t before)
{
  if (option == 0 ? is_next (s, BEFORE_OPTIONS, 0)
                  : is_next (s, BEFORE_REPLY_TO_OPTION, option))
    doom (c, before);
  else if (option != 0 && is_next (s, IN_REPLY_TO_OPTION, option))
    doom (c, before + (c->out.len - before) / 2);
  else if (option == NBD_OPT_STARTTLS && is_next (s, IN_TLS_HANDSHAKE, 0))
    c->out_left = c->out.len + 50;
}

void
script_ready (struct life *s, struct connection *c)
{
  if (is_next (s, IN_REQUEST, 0))
    c->in_left = NBD_REQUEST_SIZE + BLOCK_SIZE;
}

void
script_request (struct life *s, struct connection *c, const struct request *r)
{
  if (r->change.type == NBD_CMD_WRITE && is_next (s, BEFORE_REPLY, 0))
    doom (c, c->out.len);
}

void
script_reply (struct life *s, struct connection *c, const struct request *r,
              size_t before)
{
  if ((r->change.type == NBD_CMD_WRITE && is_next (s, IN_REPLY, 0))
      || (r->change.type == NBD_CMD_READ && is_next (s, IN_DATA, 0)))
    doom (c, before + (c->out.len - before) / 2);
}

void
script_turn (struct life *s)
{
  if (s->b->signal && is_next (s, ON_SIGNAL, 0)) {
    s->b->signal = false;
    come_to_pass (s);
  }
}

static void
lose (struct connection *c, enum manner manner)
{
  c->doomed = false;
  c->in_left = c->out_left = -1;
  while (c->requests != NULL) {
    struct request *r = c->requests;

    c->requests = r->next;
    free_request (r);
  }
  if (manner == SILENT) {
    c->silent = c->frozen = true;
    c->silent_until = brittle_now ()
                      + (c->stage < READY ? SILENT_HANDSHAKE : SILENT_READY);
  }
  else if (manner == RESET)
    reset (c);
  else
    c->gone = true;
}

void
come_to_pass (struct life *s)
{
  struct brittle *b = s->b;
  const struct event *e = &b->settings.script.events[b->events];

  brittle_say (b, "event %u comes to pass", b->events);
  for (struct connection *c = s->connections; c; c = c->next)
    if (!c->gone && !c->silent)
      lose (c, e->manner);
  disk_crash (&b->disk);
  b->face = b->settings.script.face;
  b->refuse_ms = b->face.away ? FOREVER : 0;
  if (b->face.away && s->listener >= 0)
    stop_listening (s);
  __atomic_store_n (&b->events, b->events + 1, __ATOMIC_RELEASE);
}
