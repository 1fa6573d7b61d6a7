/* SPDX-License-Identifier: MIT */
/* Examples: ways to a server. */
#include "snippet.h"

#include <netdb.h>
#include <signal.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* nbd_connect_unix */
EXAMPLE (created)
{
  if (nbd_connect_unix (nbd, "nbd.sock") == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  printf ("%" PRIi64 " bytes\n", nbd_get_size (nbd));
}

/* nbd_aio_connect_unix */
EXAMPLE (created)
{
  if (nbd_aio_connect_unix (nbd, "nbd.sock") == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  while (nbd_aio_is_connecting (nbd))
    if (nbd_poll (nbd, -1) == -1)
      errx (EXIT_FAILURE, "%s", nbd_get_error ());
}

/* nbd_connect_tcp */
EXAMPLE (created)
{
  /* The port that NBD servers use is "10809". */
  if (nbd_connect_tcp (nbd, "localhost", port) == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  printf ("%" PRIi64 " bytes\n", nbd_get_size (nbd));
}

/* nbd_aio_connect_tcp */
EXAMPLE (created)
{
  /* The port that NBD servers use is "10809". */
  if (nbd_aio_connect_tcp (nbd, "localhost", port) == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  while (nbd_aio_is_connecting (nbd))
    if (nbd_poll (nbd, -1) == -1)
      errx (EXIT_FAILURE, "%s", nbd_get_error ());
}

/* nbd_connect_vsock */
EXAMPLE (created)
{
  /* We run in a virtual machine, and the server on its host. */
  if (nbd_connect_vsock (nbd, 2, 10809) == -1)
    warnx ("the host offers no disk: %s", nbd_get_error ());
}

/* nbd_aio_connect_vsock */
EXAMPLE (created)
{
  /* We run in a virtual machine, and the server on its host. */
  if (nbd_aio_connect_vsock (nbd, 2, 10809) == -1)
    warnx ("the host offers no disk: %s", nbd_get_error ());
  while (nbd_aio_is_connecting (nbd))
    if (nbd_poll (nbd, -1) == -1)
      warnx ("the host offers no disk: %s", nbd_get_error ());
}

/* nbd_connect_socket */
EXAMPLE (created)
{
  struct sockaddr_un addr = { AF_UNIX, "nbd.sock" };
  int sock = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  if (sock == -1
      || connect (sock, (struct sockaddr *) &addr, sizeof addr)
           == -1)
    err (EXIT_FAILURE, "%s", addr.sun_path);
  if (nbd_connect_socket (nbd, sock) == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  /* The library owns the socket now: do not close it. */
}

/* nbd_aio_connect_socket */
EXAMPLE (created)
{
  struct sockaddr_un addr = { AF_UNIX, "nbd.sock" };
  int sock = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  if (sock == -1
      || connect (sock, (struct sockaddr *) &addr, sizeof addr)
           == -1)
    err (EXIT_FAILURE, "%s", addr.sun_path);
  if (nbd_aio_connect_socket (nbd, sock) == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  while (nbd_aio_is_connecting (nbd))
    if (nbd_poll (nbd, -1) == -1)
      errx (EXIT_FAILURE, "%s", nbd_get_error ());
}

/* nbd_connect_command */
EXAMPLE (created)
{
  char *argv[] = { "nbdkit", "-s", "memory", "1G", NULL };

  if (nbd_connect_command (nbd, argv) == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  printf ("%" PRIi64 " bytes\n", nbd_get_size (nbd));
}

/* nbd_aio_connect_command */
EXAMPLE (created)
{
  char *argv[] = { "nbdkit", "-s", "memory", "1G", NULL };

  if (nbd_aio_connect_command (nbd, argv) == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  while (nbd_aio_is_connecting (nbd))
    if (nbd_poll (nbd, -1) == -1)
      errx (EXIT_FAILURE, "%s", nbd_get_error ());
}

/* nbd_connect_systemd_socket_activation */
EXAMPLE (created)
{
  char *argv[] = { "qemu-nbd", "--read-only", "-f",
                   "qcow2",    "disk.qcow2",  NULL };

  if (nbd_connect_systemd_socket_activation (nbd, argv) == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  printf ("the image has %" PRIi64 " bytes\n", nbd_get_size (nbd));
}

/* nbd_aio_connect_systemd_socket_activation */
EXAMPLE (created)
{
  char *argv[] = { "qemu-nbd", "--read-only", "-f",
                   "qcow2",    "disk.qcow2",  NULL };

  if (nbd_aio_connect_systemd_socket_activation (nbd, argv) == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  while (nbd_aio_is_connecting (nbd))
    if (nbd_poll (nbd, -1) == -1)
      errx (EXIT_FAILURE, "%s", nbd_get_error ());
}

/* nbd_set_socket_activation_name, nbd_get_socket_activation_name */
EXAMPLE (created)
{
  char *argv[] = { "nbdkit", "memory", "1G", NULL };

  /* A server with several sockets finds ours by this name. */
  if (nbd_set_socket_activation_name (nbd, "disk") == -1
      || nbd_connect_systemd_socket_activation (nbd, argv) == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());

  char *name = nbd_get_socket_activation_name (nbd);
  printf ("the socket was called %s\n", name ? name : "");
  free (name);
}

/* nbd_aio_connect */
EXAMPLE (created)
{
  struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *list;
  int r = getaddrinfo ("127.0.0.1", port, &hints, &list);

  if (r != 0)
    errx (EXIT_FAILURE, "%s", gai_strerror (r));
  if (nbd_aio_connect (nbd, list->ai_addr, list->ai_addrlen) == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  freeaddrinfo (list);
  while (nbd_aio_is_connecting (nbd))
    if (nbd_poll (nbd, -1) == -1)
      errx (EXIT_FAILURE, "%s", nbd_get_error ());
}

/* nbd_kill_subprocess, nbd_get_subprocess_pid */
EXAMPLE (created)
{
  char *argv[] = { "nbdkit", "-s", "memory", "1G", NULL };

  if (nbd_connect_command (nbd, argv) == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  printf ("the server is process %" PRIi64 "\n",
          nbd_get_subprocess_pid (nbd));
  if (nbd_kill_subprocess (nbd, SIGTERM) == -1)
    warnx ("%s", nbd_get_error ());
}
