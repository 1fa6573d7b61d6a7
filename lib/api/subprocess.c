/* SPDX-License-Identifier: MIT */
/* Servers that are child processes. */

#include "api/library.h"

#include <errno.h>
#include <signal.h>

/* Start the server for the first time, then connect to it with this event. */
static int
start (struct nbd_handle *h, enum nbdi_server_kind kind, char **argv,
       const char *activation_name, enum nbdi_event event)
{
  struct nbdi_reach *reach = &h->link.reach;

  /* If the handle stays connected, find out the server's process id when it
   * greets us. */
  reach->again |= nbdi_will_last (h);
  if (nbdi_describe_server (reach, kind, argv, activation_name) == -1
      || nbdi_start_server (reach, &h->link.channel) == -1) {
    nbdi_end_child (reach, &h->link.channel);
    return -1;
  }
  nbdi_begin_to_last (h);
  nbdi_event (&h->link, event);
  return nbdi_phase_in (h, NBDI_PHASE_DEAD) ? -1 : 0;
}

int
nbdi_aio_connect_command (struct nbd_handle *h, char **argv)
{
  return start (h, NBDI_SERVER_COMMAND, argv, NULL,
                NBDI_EVENT_CONNECT_SOCKET);
}

int
nbdi_aio_connect_systemd_socket_activation (struct nbd_handle *h, char **argv)
{
  const char *name = h->session.settings.socket_activation_name;

  return start (h, NBDI_SERVER_ACTIVATED, argv,
                name && *name ? name : "unknown", NBDI_EVENT_CONNECT);
}

int
nbdi_kill_subprocess (struct nbd_handle *h, int signum)
{
  if (signum < 0) {
    nbdi_error (EINVAL, "signal number %d is negative", signum);
    return -1;
  }
  if (h->link.reach.pid == 0) {
    nbdi_error (ESRCH, "there is no subprocess");
    return -1;
  }
  if (kill (h->link.reach.pid, signum == 0 ? SIGTERM : signum) == -1) {
    nbdi_error (errno, "kill: process %ld", (long) h->link.reach.pid);
    return -1;
  }
  return 0;
}

int64_t
nbdi_get_subprocess_pid (struct nbd_handle *h)
{
  if (h->link.reach.pid == 0) {
    nbdi_error (ESRCH, "there is no subprocess");
    return -1;
  }
  return h->link.reach.pid;
}
