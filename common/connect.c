/* SPDX-License-Identifier: MIT */
/* Connecting, and waiting for it. */
#include <config.h>

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "internal.h"

/* When somebody who waits is told what for. */
#define SLOW_MS 5000

int
tool_start_connecting (struct nbd_handle *h,
                       const struct tool_endpoint *endpoint)
{
  char **words = endpoint->words;
  if (tool_leave_out (h, endpoint) == -1)
    return -1;
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

/* What tool_start_connecting and the waits after it do together. */
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

/* Somebody at a terminal wonders why nothing happens. */
static void
tell_what_is_awaited (struct nbd_handle *h, const char *name)
{
  struct sockaddr_storage peer;
  socklen_t size = sizeof peer;
  const char *what;
  if (getpeername (nbd_aio_get_fd (h), (struct sockaddr *) &peer, &size)
      == -1)
    what = "no connection yet";
  else if (nbd_stats_bytes_received (h) == 0)
    what = "there is a connection, but the server says nothing; it may be "
           "busy with another client";
  else
    what = "the server does not answer";
  tool_error ("%s: still waiting: %s", name, what);
}

static int64_t
deadline (int ms)
{
  return ms < 0 ? INT64_MAX : tool_now_ms () + ms;
}

static int
wait_for_connection (struct nbd_handle *h, const char *name, int silence)
{
  int64_t tell_at = deadline (isatty (STDERR_FILENO) ? SLOW_MS : -1);
  int64_t silent_at = deadline (silence);
  while (nbd_aio_is_connecting (h) == 1) {
    int64_t now = tool_now_ms ();
    if (now >= silent_at)
      return 1;
    if (now >= tell_at) {
      tell_what_is_awaited (h, name);
      tell_at = INT64_MAX;
    }
    int64_t next = silent_at < tell_at ? silent_at : tell_at;
    int r = tool_poll (h, next == INT64_MAX ? -1 : next - now);
    if (r == -1)
      return -1;
    if (r == 1)
      silent_at = deadline (silence);
  }
  return nbd_aio_is_dead (h) == 1 || nbd_aio_is_closed (h) == 1 ? -1 : 0;
}

/* Once, without trying anything else. */
static int
connect_once (struct nbd_handle *h, const struct tool_endpoint *endpoint,
              int silence)
{
  int r = tool_start_connecting (h, endpoint);
  if (r == 0)
    r = wait_for_connection (h, endpoint->name, silence);
  if (r == -1)
    tool_name_error (blocking_call (endpoint->transport));
  if (r != 0)
    return r;

  if (nbd_aio_is_negotiating (h) == 1)
    tool_set_negotiating (h, nbd_aio_get_fd (h));
  /* A signal may have come before the handler could see the socket. */
  tool_check_signal ();
  return 0;
}

/* Why connecting has just failed, without the name of the call, and without
 * the advice, which is followed.  To be freed. */
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

/* What happened before does not get lost if the next attempt fails too.
 * Frees the STORY that it continues, if that is not NULL, and WHY. */
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

int
tool_connect_within (struct nbd_handle **h,
                     const struct tool_endpoint *endpoint, int silence)
{
  unsigned left_out = *endpoint->left_out;
  char *story = NULL;
  const char *without = NULL, *next;
  int r = connect_once (*h, endpoint, silence);
  while (r == -1 && (next = tool_learn_from_hangup (endpoint)) != NULL) {
    tool_check_signal ();
    char *why = reason (endpoint);
    if (nbd_get_debug (*h) == 1)
      tool_error ("%s: %s: connecting again without %s", endpoint->name, why,
                  next);
    story = continue_story (story, without, why);
    without = next;
    /* A server that serves one client at a time must see it leave first. */
    *h = tool_create_again (*h);
    r = connect_once (*h, endpoint, silence);
  }
  /* Only what has helped is worth knowing. */
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
tool_connect (struct nbd_handle **h, const struct tool_endpoint *endpoint)
{
  return tool_connect_within (h, endpoint, -1);
}

int
tool_opt_go (struct nbd_handle *h)
{
  int r = nbd_opt_go (h);
  if (r == 0)
    tool_set_negotiating (h, -1);
  tool_check_signal ();
  return r;
}
