/* SPDX-License-Identifier: MIT */
/* Settings, ways to connect, and option mode. */
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "client.h"

static int
do_abstract (struct nbd_handle *h, char **arg)
{
  struct sockaddr_un sun = { .sun_family = AF_UNIX };
  size_t len = strlen (arg[0]);
  if (len + 1 > sizeof sun.sun_path)
    die ("abstract name too long");
  memcpy (sun.sun_path + 1, arg[0], len);
  if (nbd_aio_connect (h, (struct sockaddr *) &sun,
                       offsetof (struct sockaddr_un, sun_path) + 1 + len)
      == -1)
    return -1;
  while (nbd_aio_is_connecting (h))
    if (nbd_poll (h, -1) == -1)
      return -1;
  return 0;
}

static int
do_activate (struct nbd_handle *h, char **arg)
{
  return nbd_connect_systemd_socket_activation (h, arg);
}

static int
do_activation_name (struct nbd_handle *h, char **arg)
{
#ifdef LIBNBD_HAVE_NBD_SET_SOCKET_ACTIVATION_NAME
  return nbd_set_socket_activation_name (h, arg[0]);
#else
  (void) h, (void) arg;
  die ("this library has no activation name");
#endif
}

static int
do_command (struct nbd_handle *h, char **arg)
{
  return nbd_connect_command (h, arg);
}

static int
do_connect_socket (struct nbd_handle *h, char **arg)
{
  return nbd_connect_socket (h, number (arg[0]));
}

static int
do_context (struct nbd_handle *h, char **arg)
{
  return nbd_add_meta_context (h, arg[0]);
}

static int
do_export (struct nbd_handle *h, char **arg)
{
  return nbd_set_export_name (h, arg[0]);
}

static int
do_full_info (struct nbd_handle *h, char **arg)
{
  (void) arg;
  return nbd_set_full_info (h, true);
}

static int
do_handshake_flags (struct nbd_handle *h, char **arg)
{
  return nbd_set_handshake_flags (h, number (arg[0]));
}

static int
do_option_mode (struct nbd_handle *h, char **arg)
{
  (void) arg;
  return nbd_set_opt_mode (h, true);
}

/* reconnect MS: how long an outage may last. */
static int
do_reconnect (struct nbd_handle *h, char **arg)
{
#ifdef LIBNBD_HAVE_NBD_SET_RECONNECT_TIMEOUT
  return nbd_set_reconnect_timeout (h, number (arg[0]));
#else
  (void) h, (void) arg;
  die ("this library does not reconnect");
#endif
}

static int
do_strict (struct nbd_handle *h, char **arg)
{
  return nbd_set_strict_mode (h, number (arg[0]));
}

static int
do_structured (struct nbd_handle *h, char **arg)
{
  return nbd_set_request_structured_replies (h, strcmp (arg[0], "yes") == 0);
}

static int
do_tcp (struct nbd_handle *h, char **arg)
{
  return nbd_connect_tcp (h, arg[0], arg[1]);
}

static int
do_unix (struct nbd_handle *h, char **arg)
{
  return nbd_connect_unix (h, arg[0]);
}

static int
do_uri (struct nbd_handle *h, char **arg)
{
  return nbd_connect_uri (h, arg[0]);
}

static int
do_vsock (struct nbd_handle *h, char **arg)
{
  return nbd_connect_vsock (h, number (arg[0]), number (arg[1]));
}

static int
print_export (void *unused, const char *name, const char *description)
{
  (void) unused;
  printf ("export %s|%s\n", name, description);
  return 0;
}

static int
print_context (void *unused, const char *name)
{
  (void) unused;
  printf ("context %s\n", name);
  return 0;
}

static int
do_list (struct nbd_handle *h, char **arg)
{
  (void) arg;
  return nbd_opt_list (h, (nbd_list_callback) { .callback = print_export });
}

static int
do_list_contexts (struct nbd_handle *h, char **arg)
{
  (void) arg;
  nbd_context_callback cb = { .callback = print_context };
  return nbd_opt_list_meta_context (h, cb);
}

static int
do_info (struct nbd_handle *h, char **arg)
{
  (void) arg;
  return nbd_opt_info (h);
}

static int
do_go (struct nbd_handle *h, char **arg)
{
  (void) arg;
  return nbd_opt_go (h);
}

static int
do_abort (struct nbd_handle *h, char **arg)
{
  (void) arg;
  return nbd_opt_abort (h);
}

const struct verb connect_verbs[] = {
  { "abort", 0, do_abort },
  { "activation-name", 1, do_activation_name },
  { "connect-abstract", 1, do_abstract },
  { "connect-activate", -1, do_activate },
  { "connect-command", -1, do_command },
  { "connect-socket", 1, do_connect_socket },
  { "connect-tcp", 2, do_tcp },
  { "connect-unix", 1, do_unix },
  { "connect-uri", 1, do_uri },
  { "connect-vsock", 2, do_vsock },
  { "context", 1, do_context },
  { "export", 1, do_export },
  { "full-info", 0, do_full_info },
  { "go", 0, do_go },
  { "handshake-flags", 1, do_handshake_flags },
  { "info", 0, do_info },
  { "list", 0, do_list },
  { "list-contexts", 0, do_list_contexts },
  { "option-mode", 0, do_option_mode },
  { "reconnect", 1, do_reconnect },
  { "strict", 1, do_strict },
  { "structured", 1, do_structured },
  { NULL, 0, NULL },
};
