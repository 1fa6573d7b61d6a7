/* SPDX-License-Identifier: MIT */
/* Connecting to the server of a URI.  Nothing is changed before the whole
 * URI was checked. */

#include "api/uri.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ssh -C -p PORT -l USER -- HOST nc -U SOCKET, and NULL */
#define MAX_SSH_ARGS 12

bool
nbdi_supports_uri (struct nbd_handle *h __attribute__ ((unused)))
{
  return true;
}

static bool
is_set (const char *setting)
{
  return setting != NULL && *setting != '\0';
}

/* Do not use another kind of credentials than the URI asks for.  The kind
 * depends on whether there is a file of keys. */
static int
check_tls_type (struct nbd_handle *h, const struct nbdi_uri *u)
{
  bool psk = u->tls_psk_file || is_set (h->session.settings.tls_psk_file);

  if (!u->tls || u->tls_type == NULL)
    return 0;
  if (strcmp (u->tls_type, "anon") == 0) {
    nbdi_error (ENOTSUP,
                "URI: anonymous TLS is not supported, because it does not "
                "check who the server is");
    return -1;
  }
  if (psk != (strcmp (u->tls_type, "psk") == 0)) {
    nbdi_error (EINVAL, "URI: tls-type=%s, but %s file of keys is set",
                u->tls_type, psk ? "a" : "no");
    return -1;
  }
  return 0;
}

/* Check what this build cannot do before any setting is changed. */
static int
check_supported (struct nbd_handle *h, const struct nbdi_uri *u)
{
  if (u->transport == LIBNBD_ALLOW_TRANSPORT_VSOCK
      && !nbdi_supports_vsock (h)) {
    nbdi_error (ENOTSUP, "URI: this library was built without AF_VSOCK");
    return -1;
  }
  return check_tls_type (h, u);
}

static int
apply_text (char **setting, const char *text)
{
  return text ? nbdi_replace_string (setting, text) : 0;
}

/* Make the settings, as the calls nbd_set_* do.  Settings that are not in
 * the URI stay, except for the export name. */
static int
apply_settings (struct nbd_handle *h, const struct nbdi_uri *u)
{
  struct nbdi_settings *s = &h->session.settings;
  const char *user = u->tls_username ? u->tls_username : u->user;

  /* This is first because it fails in a build without TLS. */
  if (u->tls && nbdi_set_tls (h, LIBNBD_TLS_REQUIRE) == -1)
    return -1;
  if (nbdi_set_export_name (h, u->export_name) == -1
      || apply_text (&s->tls_username, user) == -1
      || apply_text (&s->tls_hostname, u->tls_hostname) == -1
      || apply_text (&s->tls_certificates, u->tls_certificates) == -1
      || apply_text (&s->tls_psk_file, u->tls_psk_file) == -1
      || apply_text (&s->tls_priority, u->tls_priority) == -1)
    return -1;
  nbdi_choose_parameters (s, &u->chosen);
  if (u->tls_verify_peer != -1)
    s->tls_verify_peer = u->tls_verify_peer;
  /* The connection, to ssh, has no host name to check a certificate
   * against. */
  if (u->transport == LIBNBD_ALLOW_TRANSPORT_SSH && !is_set (s->tls_hostname))
    return apply_text (&s->tls_hostname, u->host);
  return 0;
}

static int
connect_unix (struct nbd_handle *h, const struct nbdi_uri *u)
{
  struct sockaddr_un un = { .sun_family = AF_UNIX };

  if (u->socket[0] != '\0')
    return nbdi_aio_connect_unix (h, u->socket);
  /* The length is part of an abstract name. */
  memcpy (un.sun_path, u->socket, u->socket_len);
  return nbdi_aio_connect (h, (struct sockaddr *) &un,
                           offsetof (struct sockaddr_un, sun_path)
                             + u->socket_len);
}

/* Let nc on the other machine connect to the server there.  No shell runs
 * here, and after -- nothing can be an option.  ssh joins the words after
 * the host with spaces, for the shell of the other machine; the name of the
 * socket was checked to have no character that is special to a shell. */
static int
connect_ssh (struct nbd_handle *h, const struct nbdi_uri *u)
{
  char port[16], nbd_port[16];
  char *argv[MAX_SSH_ARGS];
  int n = 0;

  snprintf (port, sizeof port, "%u", u->port);
  snprintf (nbd_port, sizeof nbd_port, "%u", u->nbd_port);
  argv[n++] = (char *) "ssh";
  if (u->compress == 1)
    argv[n++] = (char *) "-C";
  argv[n++] = (char *) "-p";
  argv[n++] = port;
  if (u->user) {
    argv[n++] = (char *) "-l";
    argv[n++] = u->user;
  }
  argv[n++] = (char *) "--";
  argv[n++] = u->host;
  argv[n++] = (char *) "nc";
  argv[n++] = (char *) (u->socket ? "-U" : "localhost");
  argv[n++] = u->socket ? u->socket : nbd_port;
  argv[n] = NULL;
  h->link.reach.proxy = nbdi_whereto_by_ssh (u);
  if (h->link.reach.proxy == NULL)
    return -1;
  if (nbdi_aio_connect_command (h, argv) == -1)
    return -1;
  /* ssh ends by itself only if nc on the other side does, and nc waits for
   * the server. */
  h->link.reach.kill_child = true;
  return 0;
}

static int
connect_to (struct nbd_handle *h, const struct nbdi_uri *u)
{
  char port[16];

  switch (u->transport) {
  case LIBNBD_ALLOW_TRANSPORT_UNIX: return connect_unix (h, u);
  case LIBNBD_ALLOW_TRANSPORT_VSOCK:
    return nbdi_aio_connect_vsock (h, u->cid, u->port);
  case LIBNBD_ALLOW_TRANSPORT_SSH: return connect_ssh (h, u);
  default:
    snprintf (port, sizeof port, "%u", u->port);
    return nbdi_aio_connect_tcp (h, u->host, port);
  }
}

int
nbdi_aio_connect_uri (struct nbd_handle *h, const char *uri)
{
  struct nbdi_uri u;
  int r = nbdi_parse_uri (h, &h->session.settings, uri, &u);

  if (r == 0)
    r = check_supported (h, &u);
  if (r == 0)
    r = nbdi_apply_environment (h);
  if (r == 0)
    r = apply_settings (h, &u);
  if (r == 0)
    r = connect_to (h, &u);
  nbdi_free_uri (&u);
  return r;
}
