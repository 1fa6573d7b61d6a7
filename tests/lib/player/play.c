/* SPDX-License-Identifier: MIT */

/* Plays a transcript once: whole, byte by byte, or until a cut. */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check.h"
#include "notation.h"
#include "play.h"

/* Fails if the client has sent more than the transcript says. */
static void
no_surplus (struct play *p)
{
  if (p->s.fd >= 0 && server_take (&p->s) > 0)
    check_bytes_at (p->t->path, p->line, "what the client sent before this",
                    p->s.in.p, p->s.in.len, "", 0);
}

/* Choose a byte that the server never sends, or 0 if there is none.  Where a
 * buffer has this byte, it still has its old content. */
static uint8_t
choose_stale (const struct transcript *t, uint8_t flip)
{
  bool sent[256] = { [0] = true };
  unsigned stale = 0xff;

  for (size_t i = 0; i < t->nr_steps; i++)
    for (size_t k = 0; k < t->steps[i].bytes.len; k++)
      if (t->steps[i].kind == STEP_SERVER) {
        sent[t->steps[i].bytes.p[k]] = true;
        sent[t->steps[i].bytes.p[k] ^ flip] = true;
      }
  while (stale > 0 && sent[stale])
    stale--;
  return stale;
}

/* handshake STYLE SIZE FLAGS */
static void
play_handshake (struct play *p, const char *text)
{
  static const char *const styles[] = { "simple", "structured", "extended" };
  char word[256];
  uint64_t size, flags;
  int style = -1;

  if (notation_word (&text, word, sizeof word, NULL))
    for (int i = 0; i < 3; i++)
      if (strcmp (word, styles[i]) == 0)
        style = i;
  if (style == -1 || !notation_word (&text, word, sizeof word, NULL)
      || !notation_value (word, "", &size)
      || !notation_word (&text, word, sizeof word, NULL)
      || !notation_value (word, "", &flags))
    PLAY_FAIL (p, "needed: handshake simple|structured|extended size flags");
  server_connect (&p->s, p->h, style, size, flags);
}

/* Send a part of the step's bytes, make the client's socket unable to send,
 * and send the rest. */
static void
play_mute (struct play *p, const struct step *step, size_t n)
{
  p->s.gives_up = true;
  server_send (&p->s, step->bytes.p, n);
  pump (p->h);
  p->astray = true;
  shutdown (nbd_aio_get_fd (p->h), SHUT_WR);
  server_send (&p->s, step->bytes.p + n, step->bytes.len - n);
  pump (p->h);
}

/* Deliver the bytes of one step.  Returns true if the cut was reached. */
static bool
play_server (struct play *p, const struct step *step,
             struct delivery delivery, size_t *sent)
{
  size_t n = step->bytes.len;
  bool cut = delivery.cut != NEVER && delivery.cut - *sent < n;
  bool changed = delivery.change - *sent < n;
  uint8_t *at = step->bytes.p + (changed ? delivery.change - *sent : 0);

  if (!p->astray)
    no_surplus (p);
  if (cut)
    n = delivery.cut - *sent;
  if (delivery.mute - *sent < n) {
    play_mute (p, step, delivery.mute - *sent);
    *sent += n;
    return false;
  }
  if (changed)
    *at ^= delivery.flip;
  p->astray |= changed;
  p->s.gives_up = true; /* the client may close before it reads all */
  if (delivery.bytewise) {
    for (size_t i = 0; i < n; i++) {
      server_send (&p->s, step->bytes.p + i, 1);
      pump (p->h);
    }
  }
  else {
    p->s.drives = delivery.unseen ? NULL : p->h;
    server_send (&p->s, step->bytes.p, n);
    p->s.drives = NULL;
    if (!(cut && delivery.unseen))
      pump (p->h);
  }
  if (changed)
    *at ^= delivery.flip;
  *sent += n;
  return cut;
}

static void
play_client (struct play *p, const struct step *step)
{
  size_t got = server_take (&p->s);
  size_t want = step->bytes.len;

  if (p->astray) {
    bytes_drop (&p->s.in, got);
    return;
  }
  check_bytes_at (p->t->path, p->line, "what the client sent", p->s.in.p,
                  got < want ? got : want, step->bytes.p, want);
  bytes_drop (&p->s.in, want);
}

/* At the cut the client waits for the server, and for nothing else. */
static void
check_waiting (struct play *p)
{
  const char *state = state_name (p->h);
  bool waits = strcmp (state, "CONNECTING") == 0
               || strcmp (state, "READY") == 0
               || strcmp (state, "PROCESSING") == 0;
  unsigned dir = nbd_aio_get_direction (p->h);

  if (dir != (waits ? LIBNBD_AIO_DIRECTION_READ : 0))
    PLAY_FAIL (p, "%s at the cut with direction %u", state, dir);
}

/* A failed read must not show the old content of the buffer. */
static void
check_no_stale (struct play *p, struct command *c)
{
  if (!c->is_read || p->stale == 0 || !nbd_get_pread_initialize (p->h))
    return;
  for (size_t i = 0; i < c->count; i++)
    if (c->buf[i] == p->stale
        && (p->astray || pattern_at (c->offset + i) != p->stale))
      PLAY_FAIL (p, "byte %zu of command %d shows old memory", i,
                 (int) c->cookie);
}

/* After the end of the connection each command has completed once, and the
 * handle waits for nothing. */
static void
check_after_end (struct play *p)
{
  const char *state = state_name (p->h);
  bool ended = strcmp (state, "CLOSED") == 0 || strcmp (state, "DEAD") == 0;

  if (!ended && strcmp (state, "NEGOTIATING") != 0)
    PLAY_FAIL (p, "%s after the server closed", state);
  if (strcmp (state, "DEAD") == 0 && nbd_get_error () == NULL)
    PLAY_FAIL (p, "the handle died without a message");
  if (ended)
    CHECK_INT (nbd_aio_in_flight (p->h), 0);

  for (size_t i = 0; i < p->nr_commands; i++) {
    struct command *c = &p->commands[i];

    if (c->completed != !c->refused)
      PLAY_FAIL (p, "command %d completed %d times", (int) c->cookie,
                 c->completed);
    check_no_stale (p, c);
    if (c->cookie && !c->retired && !c->refused) {
      int r = nbd_aio_command_completed (p->h, c->cookie);

      if (r == 0 || (c->error && r != -1))
        PLAY_FAIL (p, "retiring command %d gave %d", (int) c->cookie, r);
    }
  }
}

/* Close the handle.  Each closure is freed once, and none is called. */
static void
finish (struct play *p)
{
  size_t nr_events = p->nr_events;

  nbd_close (p->h);
  if (p->nr_events != nr_events)
    PLAY_FAIL (p, "closing caused the event `%s'", p->events[nr_events]);
  for (size_t i = 0; i < p->nr_commands; i++) {
    struct command *c = &p->commands[i];

    if (c->completion_freed != 1 || c->middle_freed != c->has_middle)
      PLAY_FAIL (p, "closures of command %d were freed %d and %d times",
                 (int) c->cookie, c->completion_freed, c->middle_freed);
    free (c->buf);
  }
  server_close (&p->s);
}

/* The log as one string. */
static char *
join_events (struct play *p)
{
  struct bytes log = { 0 };

  for (size_t i = 0; i < p->nr_events; i++) {
    put_mem (&log, p->events[i], strlen (p->events[i]));
    put_mem (&log, "\n", 1);
  }
  put_mem (&log, "", 1);
  return (char *) log.p;
}

/* Replace the client's socket by a descriptor that is no socket. */
static void
lose_socket (struct play *p)
{
  int fd = open ("/dev/null", O_RDWR | O_CLOEXEC);

  if (fd == -1 || dup3 (fd, nbd_aio_get_fd (p->h), O_CLOEXEC) == -1)
    PLAY_FAIL (p, "/dev/null: %m");
  close (fd);
}

/* End the connection.  After that, nobody waits. */
static void
hang_up (struct play *p, bool lost)
{
  if (lost)
    lose_socket (p);
  else
    server_close (&p->s);
  pump (p->h);
  check_after_end (p);
}

static void
connect_once (struct play *p)
{
  if (nbd_aio_is_created (p->h))
    server_open (&p->s, p->h);
}

/* Play one step.  Returns true if the connection was cut in it. */
static bool
play_step (struct play *p, const struct step *step, struct delivery delivery,
           size_t *sent)
{
  p->line = step->line;
  if (step->kind != STEP_SET && step->kind != STEP_HANDSHAKE)
    connect_once (p);
  switch (step->kind) {
  case STEP_SET: play_set (p, step->text); break;
  case STEP_HANDSHAKE: play_handshake (p, step->text); break;
  case STEP_SERVER: return play_server (p, step, delivery, sent);
  case STEP_SERVER_CLOSES:
    if (!p->astray)
      no_surplus (p);
    server_close (&p->s);
    pump (p->h);
    break;
  case STEP_CLIENT: play_client (p, step); break;
  case STEP_ACTION: play_action (p, step->text); break;
  case STEP_EXPECT:
    if (!p->astray)
      play_expect (p, step->text);
    break;
  }
  return false;
}

size_t
play_transcript (const struct transcript *t, struct delivery delivery,
                 char **log)
{
  struct play play = { .t = t, .s.fd = -1, .stale = 0xee }, *p = &play;
  struct calls logged = { 0 };
  size_t sent = 0;
  bool cut = false;

  if (delivery.change != NEVER || delivery.mute != NEVER)
    p->stale = choose_stale (t, delivery.flip);
  p->h = nbd_create ();
  if (p->h == NULL)
    PLAY_FAIL (p, "%s", nbd_get_error ());
  /* Turn on debugging, so that each state that is entered formats its
   * message. */
  if (delivery.bytewise) {
    nbd_set_debug_callback (p->h, debug (&logged));
    nbd_set_debug (p->h, true);
  }
  for (size_t i = 0; i < t->nr_steps && !cut; i++)
    cut = play_step (p, &t->steps[i], delivery, &sent);

  if (cut) {
    if (!delivery.unseen)
      check_waiting (p);
    hang_up (p, delivery.lost);
  }
  else if (p->astray)
    hang_up (p, false);
  else {
    no_surplus (p);
    if (p->taken < p->nr_events)
      PLAY_FAIL (p, "unexpected event `%s'", p->events[p->taken]);
  }
  if (log)
    *log = join_events (p);
  finish (p);
  for (size_t i = 0; i < p->nr_events; i++)
    free (p->events[i]);
  return sent;
}
