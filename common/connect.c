/* SPDX-License-Identifier: MIT */
/* Connecting to a server, and waiting until the server knows the export. */
#include <config.h>

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

/* The shortest and the longest pause between connections that are made to ask
 * for an export. */
#define FIRST_PAUSE_MS 100
#define LONGEST_PAUSE_MS 5000

static int
call_connect (struct nbd_handle *h, const struct tool_endpoint *endpoint)
{
  char **words = endpoint->words;
  switch (endpoint->transport) {
  case TOOL_URI: return nbd_aio_connect_uri (h, words[0]);
  case TOOL_ACTIVATION:
    return nbd_aio_connect_systemd_socket_activation (h, words);
  case TOOL_COMMAND: return nbd_aio_connect_command (h, words);
  case TOOL_FD: return nbd_aio_connect_socket (h, atoi (words[0]));
  case TOOL_TCP: return nbd_aio_connect_tcp (h, words[0], words[1]);
  case TOOL_UNIX: return nbd_aio_connect_unix (h, words[0]);
  case TOOL_VSOCK:
    return nbd_aio_connect_vsock (h, strtoul (words[0], NULL, 10),
                                  strtoul (words[1], NULL, 10));
  }
  abort ();
}

/* Whether connecting starts a program, the server or ssh. */
static bool
starts_program (const struct tool_endpoint *endpoint)
{
  switch (endpoint->transport) {
  case TOOL_ACTIVATION:
  case TOOL_COMMAND: return true;
  case TOOL_URI: return strstr (endpoint->words[0], "+ssh:") != NULL;
  default: return false;
  }
}

/* A program that is shielded inherits that signals are blocked.  The library
 * unblocks SIGTERM in it, to end it. */
static int
start_connecting (struct nbd_handle *h, const struct tool_endpoint *endpoint)
{
  bool shield = endpoint->is_shielded && starts_program (endpoint);
  sigset_t old;
  if (tool_leave_out (h, endpoint) == -1
      || (endpoint->is_helper && nbd_set_reconnect_timeout (h, 0) == -1))
    return -1;
  if (shield)
    sigprocmask (SIG_BLOCK, tool_ending_signals (), &old);
  int r = call_connect (h, endpoint);
  if (shield)
    sigprocmask (SIG_SETMASK, &old, NULL);
  return r;
}

/* The blocking call that does the same as start_connecting and the wait after
 * it. */
static const char *
blocking_call (enum tool_transport transport)
{
  switch (transport) {
  case TOOL_URI: return "nbd_connect_uri";
  case TOOL_ACTIVATION: return "nbd_connect_systemd_socket_activation";
  case TOOL_COMMAND: return "nbd_connect_command";
  case TOOL_FD: return "nbd_connect_socket";
  case TOOL_TCP: return "nbd_connect_tcp";
  case TOOL_UNIX: return "nbd_connect_unix";
  case TOOL_VSOCK: return "nbd_connect_vsock";
  }
  abort ();
}

static int64_t
deadline (int ms)
{
  return ms < 0 ? INT64_MAX : tool_now_ms () + ms;
}

/* Times when waiting has to stop for something to be done: telling what the
 * tool waits for, giving up a silent server, giving up altogether. */
struct moments {
  int64_t tell, silent, end;
};

static int
next_moment (const struct moments *m, int64_t now)
{
  int64_t next = m->silent < m->tell ? m->silent : m->tell;
  next = m->end < next ? m->end : next;
  return next == INT64_MAX ? -1 : next - now;
}

#define TOO_LATE 2

/* Return 0, -1 on failure, 1 if the server was silent, or TOO_LATE. */
static int
wait_for_connection (struct nbd_handle *h, const char *name, int silence,
                     int64_t ends)
{
  struct moments m = {
    .tell = deadline (tool_somebody_watches () ? TOOL_SLOW_MS : -1),
    .silent = deadline (silence),
    .end = ends,
  };
  while (nbd_aio_is_connecting (h) == 1) {
    int64_t now = tool_now_ms ();
    if (now >= m.silent)
      return 1;
    if (now >= m.end)
      return TOO_LATE;
    if (now >= m.tell) {
      tool_tell_connecting (h, tool_events_of (h), name);
      m.tell = INT64_MAX;
    }
    int r = tool_poll (h, next_moment (&m, now));
    if (r == -1)
      return -1;
    if (r == 1)
      m.silent = deadline (silence);
  }
  return tool_is_lost (h) ? -1 : 0;
}

/* Connect once, without trying again after a hangup. */
static int
connect_once (struct nbd_handle *h, const struct tool_endpoint *endpoint,
              int silence, int64_t ends)
{
  int r = start_connecting (h, endpoint);
  if (r == 0)
    r = wait_for_connection (h, endpoint->name, silence, ends);
  const char *call = blocking_call (endpoint->transport);
  if (r == -1)
    tool_name_error (call);
  if (r == TOO_LATE)
    tool_reword_error (tool_format ("%s: there was no connection in time",
                                    call));
  tool_check_signal ();
  return r == TOO_LATE ? -1 : r;
}

/* Why connecting has just failed: the error without the name of the call, and
 * without the library's advice, which this tool follows.  To be freed. */
static char *
reason (const struct tool_endpoint *endpoint)
{
  const char *error = tool_nbd_error ();
  const char *call = blocking_call (endpoint->transport);
  if (strncmp (error, call, strlen (call)) == 0)
    error += strlen (call) + strlen (": ");
  const char *advice = strstr (error, "; if it does not know ");
  size_t len = advice ? (size_t) (advice - error) : strlen (error);
  return tool_format ("%.*s", (int) len, error);
}

/* Add the failure of an attempt to the STORY of those before it (NULL if there
 * were none), so that the message tells all of them.  STORY and WHY are
 * freed, or one of them is returned. */
static char *
continue_story (char *story, const char *without, char *why)
{
  if (story == NULL)
    return why;
  char *longer = tool_format ("%s; without %s: %s", story, without, why);
  free (story);
  free (why);
  return longer;
}

/* Connect, and again without the options on which the server hangs up.  For
 * the first connection ENDS can be INT64_MAX, since the library itself
 * observes the connect timeout. */
static int
connect_until (struct nbd_handle **h, const struct tool_endpoint *endpoint,
               int silence, int64_t ends)
{
  unsigned left_out = *endpoint->left_out;
  char *story = NULL;
  const char *without = NULL, *next;
  int r = connect_once (*h, endpoint, silence, ends);
  while (r == -1 && (next = tool_learn_from_hangup (endpoint)) != NULL) {
    char *why = reason (endpoint);
    if (nbd_get_debug (*h) == 1)
      tool_error ("%s: %s: connecting again without %s", endpoint->name, why,
                  next);
    story = continue_story (story, without, why);
    without = next;
    /* A server that serves one client at a time must see it leave first. */
    *h = tool_create_again (*h);
    r = connect_once (*h, endpoint, silence, ends);
  }
  /* Leaving options out did not help, so do not leave them out later. */
  if (r != 0)
    *endpoint->left_out = left_out;
  if (r == -1 && story != NULL) {
    story = continue_story (story, without, reason (endpoint));
    tool_reword_error (
      tool_format ("%s: %s", blocking_call (endpoint->transport), story));
  }
  free (story);
  return r;
}

int
tool_connect_within (struct nbd_handle **h,
                     const struct tool_endpoint *endpoint, int silence)
{
  int64_t began = tool_now_ms ();
  int r = connect_until (h, endpoint, silence, INT64_MAX);
  int patience = nbd_get_connect_timeout (*h);
  if (patience > 0)
    tool_set_patience (*h, began + patience);
  return r;
}

int
tool_connect (struct nbd_handle **h, const struct tool_endpoint *endpoint)
{
  return tool_connect_within (h, endpoint, -1);
}

/* Replace the handle by one like it, and connect that. */
static int
connect_again (struct nbd_handle **h, const struct tool_endpoint *endpoint,
               int64_t ends)
{
  *h = tool_create_again (*h);
  int r = connect_until (h, endpoint, -1, ends);
  tool_set_patience (*h, ends);
  return r;
}

/* Whether the server does not know the export, or is about to end. */
static bool
may_come_later (struct nbd_handle *h)
{
  return nbd_aio_is_negotiating (h) == 1 && tool_opt_info (h) == -1
         && (errno == ENOENT || errno == ESHUTDOWN);
}

int
tool_await_export (struct nbd_handle **h,
                   const struct tool_endpoint *endpoint)
{
  int64_t ends = tool_patience_ends (*h), pause = FIRST_PAUSE_MS;
  int64_t tell_at = deadline (tool_somebody_watches () ? TOOL_SLOW_MS : -1);
  if (nbd_get_connect_timeout (*h) == 0 || !tool_can_reconnect (endpoint))
    return 0;
  while (may_come_later (*h)) {
    int64_t now = tool_now_ms ();
    if (now >= tell_at) {
      tool_error ("%s: still waiting: %s", endpoint->name, tool_nbd_error ());
      tell_at = INT64_MAX;
    }
    if (now < ends)
      tool_pause (pause < ends - now ? pause : ends - now);
    if (tool_now_ms () >= ends) {
      tool_reword_error (tool_format ("%s; the tool has waited %g s for it",
                                      tool_nbd_error (),
                                      nbd_get_connect_timeout (*h) / 1000.));
      return -1;
    }
    pause = pause * 8 / 5 < LONGEST_PAUSE_MS ? pause * 8 / 5
                                             : LONGEST_PAUSE_MS;
    if (connect_again (h, endpoint, ends) == -1)
      return -1;
  }
  if (nbd_aio_is_connecting (*h) == 1)
    return -1;
  /* Some servers hang up on clients that ask for an export and do not open
   * it. */
  return tool_is_lost (*h) ? connect_again (h, endpoint, ends) : 0;
}
