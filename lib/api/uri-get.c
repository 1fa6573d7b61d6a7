/* SPDX-License-Identifier: MIT */
/* The URI of a connection. */

#include "api/uri.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef HAVE_LINUX_VM_SOCKETS_H
#include <linux/vm_sockets.h>
#endif

/* *sep is the character before the next parameter. */
static void
put_parameter (FILE *f, char *sep, const char *name, const char *value,
               size_t len)
{
  if (len == 0)
    return;
  fprintf (f, "%c%s=", *sep, name);
  nbdi_put_encoded (f, value, len, "/");
  *sep = '&';
}

static void
put_setting (FILE *f, char *sep, const char *name, const char *setting)
{
  if (setting != NULL)
    put_parameter (f, sep, name, setting, strlen (setting));
}

static void
put_number (FILE *f, const struct nbdi_parameter *p, int64_t n)
{
  static const char suffixes[] = "KMGT";
  size_t i = 0;

  switch (p->kind) {
  case NBDI_TIME:
    if (n < 0)
      fputs ("none", f);
    else if (n % 1000 == 0)
      fprintf (f, "%" PRId64, n / 1000);
    else
      fprintf (f, "%" PRId64 "ms", n);
    break;
  case NBDI_SIZE:
    for (; suffixes[i] != '\0' && n % 1024 == 0; i++)
      n /= 1024;
    fprintf (f, "%" PRId64 "%.*s", n, i > 0, i > 0 ? &suffixes[i - 1] : "");
    break;
  case NBDI_NUMBER: fprintf (f, "%" PRId64, n); break;
  case NBDI_WORD: fputs (p->words[n], f); break;
  }
}

/* Settings that were chosen for this handle.  Those of the environment are
 * left out: another process finds them there as well. */
static void
put_choices (FILE *f, char *sep, const struct nbdi_settings *s)
{
  for (int id = 0; id < NBDI_NR_PARAMETERS; id++) {
    const struct nbdi_parameter *p = &nbdi_parameters[id];
    int64_t n = nbdi_get_parameter (s, id);

    if ((s->chosen & UINT32_C (1) << id) == 0 || n == p->initial)
      continue;
    fprintf (f, "%c%s=", *sep, p->name);
    put_number (f, p, n);
    *sep = '&';
  }
}

/* Scheme and user, the same for all transports. */
static void
put_start (struct nbd_handle *h, FILE *f, const char *transport)
{
  const char *user = h->session.settings.tls_username;
  bool tls = h->session.settings.tls == LIBNBD_TLS_REQUIRE
             || nbdi_agreed (h)->tls;

  fprintf (f, "nbd%s%s://", tls ? "s" : "", transport);
  if (user != NULL && *user != '\0') {
    nbdi_put_encoded (f, user, strlen (user), "");
    fputc ('@', f);
  }
}

static int
put_unix (struct nbd_handle *h, FILE *f, const char **path, size_t *path_len)
{
  const struct nbdi_address *peer = &h->link.reach.peer;
  const struct sockaddr_un *un = (const void *) &peer->addr;
  size_t offset = offsetof (struct sockaddr_un, sun_path);
  size_t len = peer->len > offset ? peer->len - offset : 0;

  if (len > sizeof un->sun_path)
    len = sizeof un->sun_path;
  *path = un->sun_path;
  *path_len = strnlen (un->sun_path, len);
  if (*path_len == 0) {
    nbdi_error (EPROTONOSUPPORT, "an abstract Unix socket has no URI");
    return -1;
  }
  put_start (h, f, "+unix");
  return 0;
}

/* The host as it was given, else the numeric address. */
static int
put_tcp (struct nbd_handle *h, FILE *f)
{
  const struct sockaddr *addr = (const void *) &h->link.reach.peer.addr;
  char digits[NI_MAXHOST];
  const char *host = h->link.reach.host;
  uint16_t port =
    addr->sa_family == AF_INET
      ? ((const struct sockaddr_in *) (const void *) addr)->sin_port
      : ((const struct sockaddr_in6 *) (const void *) addr)->sin6_port;

  if (host == NULL) {
    int r = getnameinfo (addr, h->link.reach.peer.len, digits, sizeof digits,
                         NULL, 0, NI_NUMERICHOST);
    if (r != 0) {
      nbdi_error (r == EAI_SYSTEM ? errno : EINVAL, "getnameinfo: %s",
                  gai_strerror (r));
      return -1;
    }
    host = digits;
  }
  put_start (h, f, "");
  bool ipv6 = strchr (host, ':') != NULL;
  fputs (ipv6 ? "[" : "", f);
  nbdi_put_encoded (f, host, strlen (host), ipv6 ? ":" : "");
  fprintf (f, "%s:%u", ipv6 ? "]" : "", ntohs (port));
  return 0;
}

#ifdef HAVE_LINUX_VM_SOCKETS_H
static int
put_vsock (struct nbd_handle *h, FILE *f)
{
  const struct sockaddr_vm *vm = (const void *) &h->link.reach.peer.addr;

  put_start (h, f, "+vsock");
  fprintf (f, "%u:%u", vm->svm_cid, vm->svm_port);
  return 0;
}
#else
static int
put_vsock (struct nbd_handle *h __attribute__ ((unused)),
           FILE *f __attribute__ ((unused)))
{
  nbdi_error (EAFNOSUPPORT, "this library was built without AF_VSOCK");
  return -1;
}
#endif

/* Everything before the path; the name of a Unix socket follows as a
 * parameter. */
static int
put_server (struct nbd_handle *h, FILE *f, const char **path,
            size_t *path_len)
{
  const struct nbdi_address *peer = &h->link.reach.peer;

  switch (peer->len > 0 ? peer->addr.ss_family : AF_UNSPEC) {
  case AF_UNIX: return put_unix (h, f, path, path_len);
  case AF_INET:
  case AF_INET6: return put_tcp (h, f);
  case AF_VSOCK: return put_vsock (h, f);
  case AF_UNSPEC:
    nbdi_error (EINVAL, "a connection over a socket that the program made, "
                        "or to a child process, has no URI");
    return -1;
  default:
    nbdi_error (EAFNOSUPPORT, "address family %d has no URI",
                h->link.reach.peer.addr.ss_family);
    return -1;
  }
}

static int
put_uri (struct nbd_handle *h, FILE *f)
{
  const struct nbdi_settings *s = &h->session.settings;
  const char *path = NULL;
  size_t path_len = 0;
  char sep = '?';

  if (put_server (h, f, &path, &path_len) == -1)
    return -1;
  fputc ('/', f);
  nbdi_put_encoded (f, s->export_name, strlen (s->export_name), "/");
  put_parameter (f, &sep, "socket", path, path_len);
  put_setting (f, &sep, "tls-certificates", s->tls_certificates);
  put_setting (f, &sep, "tls-psk-file", s->tls_psk_file);
  put_setting (f, &sep, "tls-hostname", s->tls_hostname);
  put_setting (f, &sep, "tls-priority", s->tls_priority);
  if (!s->tls_verify_peer)
    put_setting (f, &sep, "tls-verify-peer", "0");
  put_choices (f, &sep, s);
  return 0;
}

/* Some settings cannot be expressed in a URI, for instance a user name with
 * a control character.  Return only a URI that the library would accept. */
static int
check_uri (struct nbd_handle *h, const char *uri)
{
  const struct nbdi_settings all = {
    .uri_allow_transports = LIBNBD_ALLOW_TRANSPORT_MASK,
    .uri_allow_tls = LIBNBD_TLS_ALLOW,
    .uri_allow_tls_priority = true,
    .uri_allow_local_file = true,
  };
  struct nbdi_uri u;
  int r = nbdi_parse_uri (h, &all, uri, &u);

  nbdi_free_uri (&u);
  return r;
}

char *
nbdi_get_uri (struct nbd_handle *h)
{
  char *uri = NULL;
  size_t size;
  FILE *f = open_memstream (&uri, &size);

  if (f == NULL) {
    nbdi_error (errno, "open_memstream");
    return NULL;
  }
  int r = put_uri (h, f);
  /* Without memory the text is cut, or there is none. */
  bool cut = ferror (f) != 0;
  if (fclose (f) == EOF || cut || uri == NULL) {
    nbdi_error (ENOMEM, "open_memstream");
    r = -1;
  }
  if (r == 0)
    r = check_uri (h, uri);
  if (r == -1) {
    free (uri);
    return NULL;
  }
  return uri;
}
