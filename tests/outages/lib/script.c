/* SPDX-License-Identifier: MIT */

/* Outages of the brittle server at moments that a test has chosen.  An event
 * is a crash, which ends all connections and loses all that is not durable,
 * or it ends one connection alone. */

#include "base/protocol.h"
#include "parts.h"

/* ms */
#define FOREVER 1000000

/* One connection alone is lost while others serve: in its handshake, or after
 * the test has allowed it. */
static bool
may_befall (const struct brittle *b, const struct event *e,
            const struct connection *c)
{
  if (!e->alone)
    return true;
  return e->moment < IN_REQUEST
           ? c->number > 1
           : __atomic_load_n (&b->signal, __ATOMIC_ACQUIRE);
}

/* Whether the next event of the script happens at this moment. */
static bool
is_next (const struct life *s, const struct connection *c, enum moment moment,
         uint32_t option)
{
  const struct brittle *b = s->b;
  const struct event *e = &b->settings.script.events[b->events];

  return b->events < b->settings.script.count && e->moment == moment
         && e->option == option && may_befall (b, e, c);
}

/* Let the event happen once the connection has sent this many bytes. */
static void
doom (struct connection *c, size_t length)
{
  c->out.len = length;
  c->doomed = true;
}

void
script_accepted (struct life *s, struct connection *c)
{
  if (is_next (s, c, BEFORE_GREETING, 0))
    doom (c, 0);
  else if (is_next (s, c, IN_GREETING, 0))
    doom (c, NBD_GREETING_SIZE / 2);
}

/* With option 0, only the client's flags have come. */
void
script_option (struct life *s, struct connection *c, uint32_t option,
               size_t before)
{
  if (option == 0 ? is_next (s, c, BEFORE_OPTIONS, 0)
                  : is_next (s, c, BEFORE_REPLY_TO_OPTION, option))
    doom (c, before);
  else if (option != 0 && is_next (s, c, IN_REPLY_TO_OPTION, option))
    doom (c, before + (c->out.len - before) / 2);
  else if (option == NBD_OPT_STARTTLS && is_next (s, c, IN_TLS_HANDSHAKE, 0))
    c->out_left = c->out.len + 50;
}

void
script_receive (struct life *s, struct connection *c)
{
  if (c->stage == READY && c->in_left < 0 && is_next (s, c, IN_REQUEST, 0))
    c->in_left = NBD_REQUEST_SIZE + BLOCK_SIZE / 2;
}

void
script_request (struct life *s, struct connection *c, const struct request *r)
{
  if (r->change.type == NBD_CMD_WRITE && is_next (s, c, BEFORE_REPLY, 0))
    doom (c, c->out.len);
}

void
script_reply (struct life *s, struct connection *c, const struct request *r,
              size_t before)
{
  if ((r->change.type == NBD_CMD_WRITE && is_next (s, c, IN_REPLY, 0))
      || (r->change.type == NBD_CMD_READ && is_next (s, c, IN_DATA, 0)))
    doom (c, before + (c->out.len - before) / 2);
}

void
script_turn (struct life *s)
{
  if (!s->b->signal)
    return;
  struct connection *c = draw_connection (s);

  if (c != NULL && is_next (s, c, ON_SIGNAL, 0)) {
    s->b->signal = false;
    come_to_pass (s, c);
  }
}

static void
lose (struct connection *c, const struct event *e)
{
  c->doomed = false;
  while (c->requests != NULL) {
    struct request *r = c->requests;

    c->requests = r->next;
    free_request (r);
  }
  if (e->manner == SILENT) {
    c->silent = c->frozen = true;
    c->silent_until = brittle_now () + FOREVER;
  }
  else if (e->manner == RESET)
    reset (c);
  else
    c->gone = true;
}

void
come_to_pass (struct life *s, struct connection *victim)
{
  struct brittle *b = s->b;
  const struct event *e = &b->settings.script.events[b->events];

  brittle_say (b, "event %u comes to pass", b->events);
  for (struct connection *c = s->connections; c; c = c->next) {
    c->in_left = c->out_left = -1;
    if (!c->gone && !c->silent && (c == victim || !e->alone))
      lose (c, e);
  }
  if (!e->alone)
    disk_crash (&b->disk);
  b->face = b->settings.script.face;
  b->refuse_ms = b->face.away ? FOREVER : 0;
  if (b->face.away && s->listener >= 0)
    stop_listening (s);
  __atomic_store_n (&b->events, b->events + 1, __ATOMIC_RELEASE);
}
