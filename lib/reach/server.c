/* SPDX-License-Identifier: MIT */
/* Starting a server as a child process, for the first time or again: on a
 * socket pair, or with a listening socket that it gets as from systemd. */

#include "reach/reach.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* The first descriptor that systemd passes. */
#define ACTIVATION_FD 3

static void
forget_server (struct nbdi_server *server)
{
  nbdi_strings_clear (&server->argv);
  free (server->activation_name);
  memset (server, 0, sizeof *server);
}

/* Keep what is needed to start a server.  `activation_name` is NULL unless
 * the server is to be socket-activated. */
int
nbdi_describe_server (struct nbdi_reach *reach, enum nbdi_server_kind kind,
                      char **argv, const char *activation_name)
{
  struct nbdi_server *server = &reach->server;

  forget_server (server);
  server->kind = kind;
  for (size_t i = 0; argv[i] != NULL; i++)
    if (nbdi_strings_add (&server->argv, argv[i]) == -1)
      return -1;
  /* A socket-activated server waits for clients, perhaps for ever, so it
   * has to be ended by a signal. */
  reach->kill_child = kind == NBDI_SERVER_ACTIVATED;
  if (activation_name == NULL)
    return 0;
  return nbdi_replace_string (&server->activation_name, activation_name);
}

static int
start_command (struct nbdi_reach *reach, struct nbdi_channel *ch)
{
  int pair[2], size = NBDI_UNIX_SEND_BUFFER;

  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == -1) {
    nbdi_error (errno, "socketpair");
    return -1;
  }
  for (int i = 0; i < 2; i++)
    setsockopt (pair[i], SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
  struct nbdi_spawn spawn = {
    .argv = reach->server.argv.v,
    .fd = pair[1],
    .as = { 0, 1 },
  };
  nbdi_use_socket (ch, pair[0]);
  /* The child may start another process that is the server. */
  if (reach->again && reach->proxy == NULL)
    nbdi_ask_for_peer (ch);
  int r = nbdi_prepare_socket (pair[0]);
  if (r == 0)
    r = nbdi_spawn (reach, &spawn);
  close (pair[1]);
  if (r == -1)
    nbdi_close_socket (ch);
  return r;
}

/* Start a socket-activated server.  The listener stays open until we have
 * begun to connect. */
static int
start_activated (struct nbdi_reach *reach)
{
  struct sockaddr_un un = { 0 };

  if (nbdi_make_listener (reach, &un) == -1)
    return -1;
  struct nbdi_spawn spawn = {
    .argv = reach->server.argv.v,
    .fd = reach->listener,
    .as = { ACTIVATION_FD, -1 },
    .activation_name = reach->server.activation_name,
  };
  nbdi_forget_addresses (reach);
  if (nbdi_add_address (reach, (struct sockaddr *) &un, sizeof un) == 0
      && nbdi_spawn (reach, &spawn) == 0)
    return 0;
  nbdi_forget_addresses (reach);
  nbdi_close_listener (reach);
  return -1;
}

/* Start the server that was described; an earlier one must have ended.
 * Afterwards the channel has its socket, or it has to be connected by
 * address. */
int
nbdi_start_server (struct nbdi_reach *reach, struct nbdi_channel *ch)
{
  nbdi_forget_start (reach);
  return reach->server.kind == NBDI_SERVER_COMMAND ? start_command (reach, ch)
                                                   : start_activated (reach);
}

/* End the child, and remove what was made for it.  If it was asked to end
 * before, for a restart, it may hang.  After fork, the child process leaves
 * both to its parent. */
void
nbdi_end_child (struct nbdi_reach *reach, struct nbdi_channel *ch)
{
  if (reach->asked_to_end)
    nbdi_ask_child_to_end (reach, SIGKILL);
  else if (reach->kill_child)
    nbdi_ask_child_to_end (reach, SIGTERM);
  nbdi_remove_listener (reach);
  nbdi_close_socket (ch);
  if (reach->pid > 0 && reach->owner == getpid ())
    while (waitpid (reach->pid, NULL, 0) == -1 && errno == EINTR)
      ; /* ECHILD: the program has reaped it */
  reach->pid = 0;
  reach->kill_child = reach->end_unknown = false;
  reach->asked_to_end = false;
  nbdi_forget_start (reach);
  forget_server (&reach->server);
  free (reach->proxy);
  reach->proxy = NULL;
}
