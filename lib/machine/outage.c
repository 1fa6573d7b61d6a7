/* SPDX-License-Identifier: MIT */
/* Outages: whether to connect again, when, and how often. */

#include "machine/machine.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#define MS UINT64_C (1000000)

/* The pause before the second attempt, the factor by which pauses grow, and
 * the longest one. */
#define FIRST_PAUSE (100 * MS)
#define GROW(pause) ((pause) *8 / 5)
#define LONGEST_PAUSE (5000 * MS)

/* How long the first attempt waits for a silent server, and the longest
 * time that later ones wait. */
#define FIRST_SILENCE_MS 5000
#define LONGEST_SILENCE_MS 60000

/* A pause takes at most this fraction of the time allowed. */
#define PAUSE_SHARE 8

/* How often to check whether a child has ended, and after what time to kill
 * it. */
#define REAP_PAUSE (10 * MS)
#define KILL_AFTER (2000 * MS)

/* How often to check whether the resolver has answered. */
#define LOOKUP_PAUSE (20 * MS)

/* How long to try, in milliseconds: -1 is without limit, 0 not at all. */
static int64_t
patience (const struct nbdi_link *l)
{
  const struct nbdi_settings *set = &l->session->settings;

  return l->session->promised ? set->reconnect_timeout : set->connect_timeout;
}

static uint64_t
end_of (uint64_t since, int64_t ms)
{
  return ms <= 0 ? 0 : since + (uint64_t) ms * MS;
}

/* The program asks for the first connection now. */
void
nbdi_begin_connecting (struct nbdi_link *l)
{
  struct nbdi_outage *o = &l->session->outage;

  o->since = nbdi_now ();
  o->ends = end_of (o->since, patience (l));
}

/* Whether another connection of the handle can be given commands. */
bool
nbdi_others_serve (const struct nbdi_link *l)
{
  for (const struct nbdi_link *o = l->next; o != l; o = o->next)
    if (o->joined && nbdi_link_in (o, NBDI_PHASE_CONNECTED))
      return true;
  return false;
}

/* Until when the server may still carry out what was sent on a connection
 * that is lost now. */
uint64_t
nbdi_quarantine_ends (const struct nbdi_session *s)
{
  int64_t ms = s->settings.quarantine;

  return ms < 0 ? 0 : nbdi_now () + (uint64_t) ms * MS;
}

/* When to give up, as a deadline of the machine. */
uint64_t
nbdi_patience_ends (const struct nbdi_link *l)
{
  return nbdi_link_in (l, NBDI_PHASE_CONNECTING | NBDI_PHASE_CONNECTED)
           ? l->session->outage.ends
           : 0;
}

/* For how many milliseconds a server may be silent; 0 is without limit.  If
 * another attempt can follow, an attempt does not wait without limit.  Some
 * servers need more time, so each attempt may take twice as long as the one
 * before.  A child may have to ask for a password first, so it is given all
 * the time. */
static int64_t
silence_allowed (const struct nbdi_link *l)
{
  int64_t ms = FIRST_SILENCE_MS;

  if (l->session->settings.stall_timeout > 0 || l->joined
      || !nbdi_is_patient (l) || l->reach.server.kind != NBDI_SERVER_NONE)
    return l->session->settings.stall_timeout;
  for (unsigned i = 0; i < l->attempt.silent && ms < LONGEST_SILENCE_MS; i++)
    ms *= 2;
  return ms < LONGEST_SILENCE_MS ? ms : LONGEST_SILENCE_MS;
}

/* When the server has been silent for too long: counted from the last byte
 * in either direction, while something is expected of the server.  0:
 * never. */
uint64_t
nbdi_silence_ends (const struct nbdi_link *l)
{
  int64_t ms = silence_allowed (l);

  if (ms <= 0 || l->channel.sock == -1)
    return 0;
  if (nbdi_link_in (l, NBDI_PHASE_CONNECTED) && nbdi_load (l) == 0
      && !l->sending.disconnect)
    return 0;
  return nbdi_link_in (l, NBDI_PHASE_CONNECTING | NBDI_PHASE_CONNECTED)
           ? end_of (l->channel.moved, ms)
           : 0;
}

/* Set the error for a connection whose server has been silent for too long. */
void
nbdi_stall_error (struct nbdi_link *l)
{
  double seconds = (double) silence_allowed (l) / 1000;
  size_t nr = nbdi_load (l);

  l->attempt.silent += !l->joined;
  if (l->joined && nr == 0)
    nbdi_error (ETIMEDOUT,
                "the server has not closed the connection within %g s after "
                "NBD_CMD_DISC",
                seconds);
  else if (l->joined)
    nbdi_error (ETIMEDOUT,
                "the server has neither sent nor taken a byte for %g s with "
                "%zu command%s in flight",
                seconds, nr, nr == 1 ? "" : "s");
  else
    nbdi_error (ETIMEDOUT, "the server was silent for %g s", seconds);
}

/* Between 80 and 120 per cent of a pause, so that many clients do not try
 * at the same time. */
static uint64_t
spread (uint64_t pause)
{
  uint64_t noise = (nbdi_now () / 1000) * UINT64_C (0x9e3779b97f4a7c15);

  return pause * 4 / 5 + pause * 2 / 5 * (noise >> 56) / 256;
}

/* Whether no process listens on the Unix socket.  Trying costs no server
 * anything, so it is done often, and a server that starts is found at once. */
static bool
nobody_listens (const struct nbdi_link *l)
{
  return l->reach.peer.addr.ss_family == AF_UNIX && l->reach.first_errno != 0
         && l->reach.server.kind == NBDI_SERVER_NONE;
}

/* The pause before the next attempt; the first attempt is made at once. */
static uint64_t
next_pause (struct nbdi_link *l)
{
  struct nbdi_attempt *a = &l->attempt;
  uint64_t most = LONGEST_PAUSE;
  int64_t allowed = patience (l);
  uint64_t pause = a->pause;

  if (nobody_listens (l))
    most = FIRST_PAUSE;
  if (allowed > 0 && (uint64_t) allowed * MS / PAUSE_SHARE < most)
    most = (uint64_t) allowed * MS / PAUSE_SHARE;
  a->pause = pause == 0 ? FIRST_PAUSE : GROW (pause);
  if (a->pause > most)
    a->pause = most;
  return pause == 0 ? 0 : spread (pause > most ? most : pause);
}

/* Whether to connect again if a connection is lost or cannot be made. */
bool
nbdi_is_patient (const struct nbdi_link *l)
{
  const struct nbdi_session *s = l->session;

  if (!s->lasting || patience (l) == 0 || s->owner != getpid ())
    return false;
  /* If the program negotiates options itself, it has to begin again itself. */
  return s->promised || !l->opt.manual;
}

/* Whether the program, in option mode, chooses the next option. */
bool
nbdi_program_chooses (const struct nbdi_session *s)
{
  return s->settings.opt_mode && !s->promised;
}

/* Whether the next attempt may succeed although this one was refused.  An
 * export that does not exist may exist later.  A client that was accepted
 * once may be accepted again; but if it used TLS, it must not go on
 * without. */
bool
nbdi_refusal_may_pass (const struct nbdi_link *l)
{
  const struct nbdi_session *s = l->session;
  enum nbdi_passes passes = nbdi_find_refusal (l->opt.refusal)->passes;

  return passes == NBDI_PASSES
         || (passes == NBDI_PASSES_AFTER_OUTAGE && s->promised
             && l->agreed.tls == s->agreed.tls);
}

static void
keep_text (char **field)
{
  free (*field);
  *field = strdup (nbdi_last_text ());
}

/* The name of what the handle connects to, for messages. */
static const char *
whereto (const struct nbdi_session *s)
{
  return s->where ? s->where : "the server";
}

static void
begin_outage (struct nbdi_link *l)
{
  struct nbdi_outage *o = &l->session->outage;

  o->since = nbdi_now ();
  o->ends = end_of (o->since, patience (l));
  o->attempts = 0;
  o->stood = true;
  keep_text (&o->why);
  o->error = nbdi_last_errno ();
  nbdi_tell (l->session, LIBNBD_EVENT_LOST, 0,
             "the connection to %s was lost (%s)", whereto (l->session),
             o->why ? o->why : nbdi_dots);
}

static void
attempt_failed (struct nbdi_link *l, uint64_t pause)
{
  struct nbdi_outage *o = &l->session->outage;

  o->attempts++;
  keep_text (&o->last);
  o->error = nbdi_last_errno ();
  nbdi_tell (l->session, LIBNBD_EVENT_ATTEMPT_FAILED, (int64_t) (pause / MS),
             "attempt %u failed: %s; the next one is in %" PRIu64 " ms",
             o->attempts, o->last ? o->last : nbdi_dots, pause / MS);
}

/* The connection is lost, or could not be made; this thread's error is the
 * reason.  Decide when to try again, or fail. */
int
nbdi_plan_attempt (struct nbdi_link *l)
{
  struct nbdi_session *s = l->session;

  nbdi_keep_error ();
  nbdi_ask_for_child_end (l);
  if (!nbdi_is_patient (l))
    return -1;
  if (!nbdi_can_be_reached_again (&l->reach)) {
    CLEANUP_FREE char *why = strdup (nbdi_last_text ());
    nbdi_error (0,
                "%s; a socket that the program connected cannot be "
                "connected again",
                why ? why : nbdi_dots);
    return -1;
  }
  bool stood = l->joined;
  uint64_t pause = next_pause (l);
  if (nbdi_others_serve (l))
    nbdi_debug (&s->trace, "one of several connections: %s",
                nbdi_last_text ());
  else if (stood && s->outage.since == 0)
    begin_outage (l);
  else
    attempt_failed (l, pause);
  l->attempt.next = nbdi_now () + pause;
  l->attempt.kill = nbdi_now () + KILL_AFTER;
  return 0;
}

/* Add how the child ended to the reason why its connection was lost or the
 * last attempt failed.  That becomes known only a moment later. */
static void
note_child_end (struct nbdi_link *l)
{
  struct nbdi_outage *o = &l->session->outage;
  char **told = o->attempts == 0 ? &o->why : &o->last;
  char *text;

  if (!l->reach.end_unknown || l->reach.asked_to_end || *told == NULL)
    return;
  CLEANUP_FREE char *end = nbdi_child_end (&l->reach);
  if (end != NULL && asprintf (&text, "%s; %s", *told, end) != -1) {
    free (*told);
    *told = text;
  }
}

/* The time was over in the middle of an attempt: say what was awaited.  If
 * the attempt has only just begun, the result of the one before says more. */
static void
note_unfinished (struct nbdi_link *l)
{
  struct nbdi_outage *o = &l->session->outage;

  if (l->channel.sock == -1
      || (o->last != NULL && nbdi_now () < l->attempt.next + FIRST_PAUSE))
    return;
  if (nbdi_child_failed (&l->reach))
    ; /* that is this thread's error now */
  else if (l->agreed.protocol == NULL)
    nbdi_error (ETIMEDOUT, "the server had not greeted us yet");
  else if (l->opt.option != 0)
    nbdi_error (ETIMEDOUT, "%s was not answered yet",
                nbdi_option_name (l->opt.option));
  else
    nbdi_error (ETIMEDOUT, "no command was answered yet");
  o->attempts++;
  o->error = nbdi_last_errno ();
  keep_text (&o->last);
}

/* Set the error about the whole outage: `how` it ended, and whether the
 * connection could not be made, or not be made again. */
static void
tell_story (const struct nbdi_session *s, const char *how, const char *end)
{
  const struct nbdi_outage *o = &s->outage;

  if (o->stood)
    nbdi_error (0,
                "the connection to %s was lost %" PRIu64 " s ago (%s) and "
                "could not be restored%s: %s",
                whereto (s), (nbdi_now () - o->since) / (1000 * MS),
                o->why ? o->why : nbdi_dots, how, end);
  else
    nbdi_error (0, "could not connect to %s%s: %s", whereto (s), how, end);
  nbdi_set_last_errno (o->error);
}

/* The time to connect is over: set the error about the whole outage. */
void
nbdi_give_up (struct nbdi_link *l)
{
  struct nbdi_outage *o = &l->session->outage;
  CLEANUP_FREE char *end = NULL;
  char within[32];

  note_child_end (l);
  note_unfinished (l);
  snprintf (within, sizeof within, " within %g s",
            (double) patience (l) / 1000);
  if (asprintf (&end, "%u attempt%s%s%s", o->attempts,
                o->attempts == 1 ? "" : "s", o->last ? ", the last: " : "",
                o->last ? o->last : "")
      == -1)
    end = NULL;
  tell_story (l->session, within, end ? end : nbdi_dots);
  o->told = true;
}

/* The handle dies because of this thread's error: add what happened before. */
void
nbdi_end_story (struct nbdi_session *s)
{
  struct nbdi_outage *o = &s->outage;

  if (s->promised && o->since == 0)
    nbdi_tell (s, LIBNBD_EVENT_LOST, 0, "%s", nbdi_last_text ());
  else if (o->stood && !o->told) {
    CLEANUP_FREE char *end = strdup (nbdi_last_text ());
    o->error = nbdi_last_errno ();
    tell_story (s, "", end ? end : nbdi_dots);
  }
  if (s->lasting)
    nbdi_tell (s, LIBNBD_EVENT_GIVEN_UP, 0, "%s", nbdi_last_text ());
}

/* Whether the server, if it is our child, has ended, so that it can be
 * started again.  If not, set when to check again.  A server is given time
 * to end by itself before it is asked to. */
bool
nbdi_may_start_server (struct nbdi_link *l)
{
  uint64_t now = nbdi_now ();
  uint64_t asks = l->attempt.kill - KILL_AFTER + REAP_PAUSE;

  note_child_end (l);
  if (nbdi_child_gone (&l->reach))
    return true;
  if (!l->reach.end_unknown || now >= asks)
    nbdi_ask_child_to_end (&l->reach,
                           now < l->attempt.kill ? SIGTERM : SIGKILL);
  l->attempt.next = now + REAP_PAUSE;
  return false;
}

/* Whether the addresses of the server are known, or why they are not.  If
 * not, set when to check again. */
bool
nbdi_knows_addresses (struct nbdi_link *l)
{
  if (nbdi_has_looked_up (&l->reach))
    return true;
  l->attempt.next = nbdi_now () + LOOKUP_PAUSE;
  return false;
}

/* Begin the next attempt.  READY: there is a connection.  WAIT: there are
 * addresses to be tried.  FAILED: neither. */
int
nbdi_begin_attempt (struct nbdi_link *l)
{
  const struct nbdi_agreement nothing = { .protocol = NULL };

  l->epoch = ++l->session->last_epoch;
  l->agreed = nothing;
  l->opt.option = 0;
  l->told = l->session->promised ? &l->told_again : &l->session->export;
  nbdi_forget_export (l->told);
  nbdi_forget_contexts (l->told);
  l->told->asked = l->told->contexts_asked = false;
  nbdi_begin_silence (&l->channel);
  if (l->reach.server.kind != NBDI_SERVER_NONE
      && nbdi_start_server (&l->reach, &l->channel) == -1)
    return NBDI_IO_FAILED;
  if (l->channel.sock >= 0)
    return NBDI_IO_READY;
  nbdi_begin_addresses (&l->reach);
  return NBDI_IO_WAIT;
}

/* Watch the process that serves the connection: once it has ended, it
 * carries out nothing any more. */
void
nbdi_find_witness (struct nbdi_link *l)
{
  if (!l->session->lasting || l->session->settings.quarantine == 0)
    return;
  nbdi_put_witness (l->witness);
  int fd = nbdi_open_peer (l->channel.peer_pid);
  l->witness = fd >= 0 ? nbdi_new_witness (fd) : NULL;
  if (fd >= 0 && l->witness == NULL)
    close (fd);
}

/* The server has done what was asked for: if there was an outage, it is
 * over. */
void
nbdi_end_outage (struct nbdi_session *s)
{
  struct nbdi_outage *o = &s->outage;

  if (o->since == 0)
    return;
  uint64_t lasted = (nbdi_now () - o->since) / MS;
  bool stood = o->stood;
  nbdi_free_outage (o);
  if (!stood)
    return;
  s->nr_reconnects++;
  nbdi_tell (s, LIBNBD_EVENT_BACK, (int64_t) lasted,
             "the connection to %s is back after %" PRIu64 " ms", whereto (s),
             lasted);
}

void
nbdi_free_outage (struct nbdi_outage *o)
{
  free (o->why);
  free (o->last);
  memset (o, 0, sizeof *o);
}
