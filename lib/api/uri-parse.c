/* SPDX-License-Identifier: MIT */
/* Check a URI against the policy, and decode and check its parts, except
 * for the query. */

#include "api/uri.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

/* A destination cannot be the wildcard, UINT32_MAX. */
#define MAX_VSOCK (UINT32_MAX - 1)
/* The host of a virtual machine, where the server for a guest usually runs. */
#define DEFAULT_CID 2

/* Refuse what the program does not allow, before anything else is checked. */
static int
check_policy (const struct nbdi_settings *policy,
              const struct nbdi_uri_scheme *scheme)
{
  if ((policy->uri_allow_transports & scheme->transport) == 0) {
    nbdi_error (EPERM,
                "URI: the transport of %s is not allowed, see "
                "nbd_set_uri_allow_transports",
                scheme->name);
    return -1;
  }
  if (policy->uri_allow_tls == LIBNBD_TLS_DISABLE && scheme->tls) {
    nbdi_error (EPERM,
                "URI: the scheme %s needs TLS, which is not allowed, "
                "see nbd_set_uri_allow_tls",
                scheme->name);
    return -1;
  }
  if (policy->uri_allow_tls == LIBNBD_TLS_REQUIRE && !scheme->tls) {
    nbdi_error (EPERM,
                "URI: the scheme %s is without TLS, which is not "
                "allowed, see nbd_set_uri_allow_tls",
                scheme->name);
    return -1;
  }
  return 0;
}

/* UTF-8 as in RFC 3629: no overlong forms, no surrogates. */
static bool
is_utf8 (const char *s)
{
  static const uint32_t smallest[] = { 0, 0x80, 0x800, 0x10000 };
  const unsigned char *p = (const unsigned char *) s;

  while (*p != '\0') {
    unsigned more = *p < 0x80 ? 0 : *p < 0xe0 ? 1 : *p < 0xf0 ? 2 : 3;
    uint32_t c = more == 0 ? *p : *p & (0x3fu >> more);

    if ((*p >= 0x80 && *p < 0xc0) || *p > 0xf7)
      return false;
    p++;
    for (unsigned i = 0; i < more; i++, p++) {
      if ((*p & 0xc0) != 0x80)
        return false;
      c = c << 6 | (*p & 0x3f);
    }
    if (c < smallest[more] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
      return false;
  }
  return true;
}

/* Decode a part that is text. */
static char *
decode_text (const char *what, const char *raw)
{
  size_t len;
  char *text = nbdi_decode_uri (raw, strlen (raw), &len);

  if (text == NULL)
    return NULL;
  if (strlen (text) == len && is_utf8 (text))
    return text;
  nbdi_error (EINVAL, "URI: the %s %s", what,
              strlen (text) < len ? "holds a NUL" : "is not valid UTF-8");
  free (text);
  return NULL;
}

static bool
has_only (const char *s, const char *punctuation)
{
  for (; *s != '\0'; s++)
    if (!((unsigned char) *s < 0x80 && isalnum ((unsigned char) *s))
        && strchr (punctuation, *s) == NULL)
      return false;
  return true;
}

/* A user's ssh configuration may pass user names and hosts to a shell. */
static int
check_ssh_user (const char *user)
{
  if (*user != '-' && has_only (user, "._-+@,="))
    return 0;
  nbdi_error (EINVAL,
              "URI: the user of an ssh login cannot begin with - nor "
              "have other characters than letters, digits and ._-+@,=");
  return -1;
}

static int
parse_user (const char *raw, struct nbdi_uri *u)
{
  if (raw == NULL || *raw == '\0')
    return 0;
  u->user = decode_text ("user", raw);
  if (u->user == NULL)
    return -1;
  if (nbdi_has_control (u->user, strlen (u->user))) {
    nbdi_error (EINVAL, "URI: the user has a control character");
    return -1;
  }
  return u->transport == LIBNBD_ALLOW_TRANSPORT_SSH ? check_ssh_user (u->user)
                                                    : 0;
}

/* Read "[ADDRESS]" or "[ADDRESS%25ZONE]", without the brackets, and with
 * "%" for "%25". */
static int
parse_ipv6 (const char *raw, struct nbdi_uri *u)
{
  char address[INET6_ADDRSTRLEN];
  struct in6_addr in6;
  size_t len = strcspn (raw + 1, "%]"), decoded;
  const char *zone = raw + 1 + len;

  u->host = nbdi_decode_uri (raw + 1, strlen (raw) - 2, &decoded);
  if (u->host == NULL)
    return -1;
  if (len < sizeof address && strlen (u->host) == decoded) {
    memcpy (address, u->host, len);
    address[len] = '\0';
    if (inet_pton (AF_INET6, address, &in6) == 1
        && (*zone == ']'
            || (strncmp (zone, "%25", 3) == 0 && zone[3] != ']'
                && has_only (u->host + len + 1, "-._~"))))
      return 0;
  }
  nbdi_error (EINVAL, "URI: the host in brackets is not an IPv6 address");
  return -1;
}

static int
parse_host_name (const char *raw, struct nbdi_uri *u)
{
  bool ssh = u->transport == LIBNBD_ALLOW_TRANSPORT_SSH;

  u->host = decode_text ("host", raw);
  if (u->host == NULL)
    return -1;
  if (*u->host == '-' || nbdi_has_control (u->host, strlen (u->host))
      || strpbrk (u->host, " \"'/<>@\\^`{|}:%[]?#") != NULL
      || (ssh && !has_only (u->host, "._-"))) {
    CLEANUP_TEXT const char *host = nbdi_printable (u->host);
    nbdi_error (EINVAL, "URI: %s is not a host", host);
    return -1;
  }
  /* Patterns in ssh's configuration are case sensitive. */
  for (char *p = u->host; !ssh && *p != '\0'; p++)
    if (*p >= 'A' && *p <= 'Z')
      *p |= 0x20;
  return 0;
}

static int
parse_host (const char *raw, struct nbdi_uri *u)
{
  if (raw != NULL && *raw == '[')
    return parse_ipv6 (raw, u);
  if (raw != NULL && *raw != '\0')
    return parse_host_name (raw, u);
  if (u->transport == LIBNBD_ALLOW_TRANSPORT_SSH) {
    nbdi_error (EINVAL, "URI: ssh needs a host");
    return -1;
  }
  return nbdi_replace_string (&u->host, "localhost");
}

/* Digits only: otherwise 2x would be read as 2, and -1 as the wildcard. */
static int
parse_cid (const char *raw, struct nbdi_uri *u)
{
  u->cid = DEFAULT_CID;
  if (raw == NULL || *raw == '\0'
      || nbdi_uri_number (raw, MAX_VSOCK, &u->cid) == 0)
    return 0;
  CLEANUP_TEXT const char *cid = nbdi_printable (raw);
  nbdi_error (EINVAL,
              "URI: %s is not a vsock context id, which is a number "
              "up to %u",
              cid, MAX_VSOCK);
  return -1;
}

static int
parse_port (const char *raw, uint32_t standard, uint32_t max,
            struct nbdi_uri *u)
{
  u->port = standard;
  if (raw == NULL || *raw == '\0')
    return 0;
  /* Do not quote it: it can be part of a password with a slash that is not
   * encoded. */
  if (nbdi_uri_number (raw, max, &u->port) == -1 || u->port == 0) {
    nbdi_error (EINVAL, "URI: the port is not a number from 1 to %u", max);
    return -1;
  }
  return 0;
}

/* The socket says where the server is.  Some people write a host
 * nevertheless, which libnbd ignores.  It is not used for checking a
 * certificate either: that is what tls-hostname is for. */
static int
ignore_authority (struct nbd_handle *h, const struct nbdi_uri_parts *parts)
{
  const char *host = parts->host, *port = parts->port;

  if (port != NULL && port[strspn (port, "0123456789")] != '\0') {
    nbdi_error (EINVAL, "URI: the port is not a number, and %s needs none",
                parts->scheme->name);
    return -1;
  }
  if (port != NULL || (host != NULL && *host != '\0'))
    nbdi_debug (&h->session.trace,
                "URI: host and port are ignored: %s connects to the "
                "socket, and only tls-hostname is looked for in a "
                "certificate",
                parts->scheme->name);
  return 0;
}

/* Host and port mean something else for each transport. */
static int
parse_destination (struct nbd_handle *h, const struct nbdi_uri_parts *parts,
                   struct nbdi_uri *u)
{
  const char *host = parts->host, *port = parts->port;

  switch (u->transport) {
  case LIBNBD_ALLOW_TRANSPORT_UNIX: return ignore_authority (h, parts);
  case LIBNBD_ALLOW_TRANSPORT_VSOCK:
    if (parse_cid (host, u) == -1)
      return -1;
    return parse_port (port, NBDI_URI_NBD_PORT, MAX_VSOCK, u);
  case LIBNBD_ALLOW_TRANSPORT_SSH:
    if (parse_host (host, u) == -1)
      return -1;
    return parse_port (port, NBDI_URI_SSH_PORT, UINT16_MAX, u);
  default:
    if (parse_host (host, u) == -1)
      return -1;
    return parse_port (port, NBDI_URI_NBD_PORT, UINT16_MAX, u);
  }
}

/* The path without its first slash.  It is not the path of a file, so
 * nothing else in it is normalized. */
static int
parse_export_name (const char *path, struct nbdi_uri *u)
{
  if (path == NULL)
    path = "";
  u->export_name = decode_text ("export name",
                                *path == '/' ? path + 1 : path);
  if (u->export_name == NULL)
    return -1;
  size_t len = strlen (u->export_name);
  if (len > NBD_MAX_STRING) {
    nbdi_error (ENAMETOOLONG, "URI: the export name of %zu bytes exceeds %d",
                len, NBD_MAX_STRING);
    return -1;
  }
  return 0;
}

/* Take a URI apart and check it against the policy and the rules. */
int
nbdi_parse_uri (struct nbd_handle *h, const struct nbdi_settings *policy,
                const char *uri, struct nbdi_uri *u)
{
  struct nbdi_uri_parts parts;
  int r = -1;

  *u = (struct nbdi_uri) { .compress = -1, .tls_verify_peer = -1 };
  if (nbdi_split_uri (uri, &parts) == 0
      && check_policy (policy, parts.scheme) == 0) {
    u->transport = parts.scheme->transport;
    u->tls = parts.scheme->tls;
    u->nbd_port = NBDI_URI_NBD_PORT;
    if (parse_user (parts.user, u) == 0
        && parse_destination (h, &parts, u) == 0
        && parse_export_name (parts.path, u) == 0
        && nbdi_parse_uri_query (h, policy, parts.query, u) == 0)
      r = 0;
  }
  nbdi_free_uri_parts (&parts);
  return r;
}

void
nbdi_free_uri (struct nbdi_uri *u)
{
  free (u->user);
  free (u->host);
  free (u->export_name);
  free (u->socket);
  free (u->tls_type);
  free (u->tls_hostname);
  free (u->tls_username);
  free (u->tls_certificates);
  free (u->tls_psk_file);
  free (u->tls_priority);
  memset (u, 0, sizeof *u);
}
