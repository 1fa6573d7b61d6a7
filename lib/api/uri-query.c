/* SPDX-License-Identifier: MIT */
/* The parameters of a URI, which follow its question mark. */

#include "api/uri.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* One parameter that is being read. */
struct query {
  struct nbdi_uri *u;
  const struct nbdi_settings *policy;
  const char *name; /* as in the table */
  char *value;      /* decoded; the setter may take it */
  size_t len;
};

#define ANY LIBNBD_ALLOW_TRANSPORT_MASK
#define SSH LIBNBD_ALLOW_TRANSPORT_SSH

struct parameter {
  const char *name;
  uint32_t transports; /* for others the name is unknown */
  int (*take) (struct query *q, void *field);
  size_t field; /* offset in struct nbdi_uri */
};

/* Do not quote values: they can be secret. */
static int
bad_value (const struct query *q, const char *wanted)
{
  nbdi_error (EINVAL, "URI: the value of %s is not %s", q->name, wanted);
  return -1;
}

/* An empty text is refused: it must not switch anything off, such as the
 * check of a name. */
static int
take_text (struct query *q, void *field)
{
  char **text = field;

  if (q->len == 0)
    return bad_value (q, "a text");
  *text = q->value;
  q->value = NULL;
  return 0;
}

static int
take_boolean (struct query *q, void *field)
{
  static const char *const words[2][6] = {
    { "0", "false", "f", "no", "n", "off" },
    { "1", "true", "t", "yes", "y", "on" },
  };
  int *result = field;

  for (int value = 0; value < 2; value++)
    for (size_t i = 0; i < 6; i++)
      if (nbdi_is_uri_word (q->value, words[value][i])) {
        *result = value;
        return 0;
      }
  return bad_value (q, "true or false");
}

static int
take_port (struct query *q, void *field)
{
  uint32_t *port = field;

  if (nbdi_uri_number (q->value, UINT16_MAX, port) == -1 || *port == 0)
    return bad_value (q, "a port from 1 to 65535");
  return 0;
}

/* A URI from an untrusted source must not be able to make us read any file. */
static int
take_file (struct query *q, void *field)
{
  if (q->policy->uri_allow_local_file)
    return take_text (q, field);
  nbdi_error (EPERM,
              "URI: %s names a local file, which is not allowed, see "
              "nbd_set_uri_allow_local_file",
              q->name);
  return -1;
}

/* A priority string can weaken TLS, and make GnuTLS read its configuration. */
static int
take_priority (struct query *q, void *field)
{
  if (q->policy->uri_allow_tls_priority)
    return take_text (q, field);
  nbdi_error (EPERM,
              "URI: %s is not allowed, see "
              "nbd_set_uri_allow_tls_priority",
              q->name);
  return -1;
}

static int
take_tls_type (struct query *q, void *field)
{
  if (strcmp (q->value, "anon") != 0 && strcmp (q->value, "psk") != 0
      && strcmp (q->value, "x509") != 0)
    return bad_value (q, "anon, psk or x509");
  return take_text (q, field);
}

/* ssh passes its command to a shell on the other machine, as one string. */
static bool
is_safe_remotely (const char *s, size_t len)
{
  for (size_t i = 0; i < len; i++)
    if (!((unsigned char) s[i] < 0x80 && isalnum ((unsigned char) s[i]))
        && (s[i] == '\0' || strchr ("/._-+:@,", s[i]) == NULL))
      return false;
  return s[0] == '/';
}

static int
take_socket (struct query *q, void *field)
{
  const size_t room = sizeof ((struct sockaddr_un *) NULL)->sun_path;
  bool ssh = q->u->transport == LIBNBD_ALLOW_TRANSPORT_SSH;
  bool abstract = q->len > 0 && q->value[0] == '\0';

  if (!ssh && q->u->transport != LIBNBD_ALLOW_TRANSPORT_UNIX) {
    nbdi_error (EINVAL, "URI: only the schemes with +unix or +ssh take a "
                        "socket");
    return -1;
  }
  if (q->len == (abstract ? 1 : 0)) {
    nbdi_error (EINVAL, "URI: the name of the socket is empty");
    return -1;
  }
  if (q->len > room) {
    nbdi_error (ENAMETOOLONG,
                "URI: the name of the socket has %zu bytes, "
                "more than %zu",
                q->len, room);
    return -1;
  }
  if (ssh && !is_safe_remotely (q->value, q->len)) {
    nbdi_error (EINVAL, "URI: the socket on the other machine must begin "
                        "with / and have only letters, digits and ._-+:@,/");
    return -1;
  }
  q->u->socket_len = q->len;
  return take_text (q, field);
}

#define FIELD(name) offsetof (struct nbdi_uri, name)

static const struct parameter parameters[] = {
  { "compress", SSH, take_boolean, FIELD (compress) },
  { "nbd-port", SSH, take_port, FIELD (nbd_port) },
  { "socket", ANY, take_socket, FIELD (socket) },
  { "tls-certificates", ANY, take_file, FIELD (tls_certificates) },
  { "tls-hostname", ANY, take_text, FIELD (tls_hostname) },
  { "tls-priority", ANY, take_priority, FIELD (tls_priority) },
  { "tls-psk-file", ANY, take_file, FIELD (tls_psk_file) },
  { "tls-type", ANY, take_tls_type, FIELD (tls_type) },
  { "tls-username", ANY, take_text, FIELD (tls_username) },
  { "tls-verify-peer", ANY, take_boolean, FIELD (tls_verify_peer) },
};

#define NR_PARAMETERS (sizeof parameters / sizeof parameters[0])

/* Names are compared without case, as in libnbd: TLS-Hostname must not be
 * ignored as something unknown. */
static const struct parameter *
find_parameter (const char *name, uint32_t transport)
{
  for (size_t i = 0; i < NR_PARAMETERS; i++)
    if (nbdi_is_uri_word (name, parameters[i].name)
        && (parameters[i].transports & transport) != 0)
      return &parameters[i];
  return NULL;
}

/* Only the name of a Unix socket may contain a NUL, as its first byte. */
static int
check_bytes (const char *name, const char *value, size_t len)
{
  size_t skip = len > 0 && *value == '\0'
                && nbdi_is_uri_word (name, "socket");

  if (memchr (value + skip, '\0', len - skip) != NULL) {
    CLEANUP_TEXT const char *shown = nbdi_printable (name);
    nbdi_error (EINVAL, "URI: the value of %s holds a NUL", shown);
    return -1;
  }
  if (nbdi_has_control (value + skip, len - skip)) {
    CLEANUP_TEXT const char *shown = nbdi_printable (name);
    nbdi_error (EINVAL, "URI: the value of %s has a control character",
                shown);
    return -1;
  }
  return 0;
}

/* Read one piece between ampersands, as name and value.  *seen has a bit
 * for each row of the table. */
static int
parse_piece (struct nbd_handle *h, struct query *q, const char *piece,
             size_t len, uint32_t *seen)
{
  const char *equals = memchr (piece, '=', len);
  size_t name_len = equals ? (size_t) (equals - piece) : len, decoded;
  const char *value = equals ? equals + 1 : piece + len;

  if (name_len == 0)
    return 0;
  CLEANUP_FREE char *name = nbdi_decode_uri (piece, name_len, &decoded);
  q->value = nbdi_decode_uri (value, piece + len - value, &q->len);
  if (name == NULL || q->value == NULL)
    return -1;
  if (strlen (name) < decoded) {
    nbdi_error (EINVAL, "URI: the name of a parameter holds a NUL");
    return -1;
  }
  if (check_bytes (name, q->value, q->len) == -1)
    return -1;
  int id = nbdi_find_parameter (name);
  if (id != -1)
    return nbdi_take_parameter (&q->u->chosen, "URI: ", id, q->value);
  const struct parameter *p = find_parameter (name, q->u->transport);
  if (p == NULL) {
    CLEANUP_TEXT const char *shown = nbdi_printable (name);
    nbdi_debug (&h->session.trace, "URI: unknown parameter %s is ignored",
                shown);
    return 0;
  }
  q->name = p->name;
  uint32_t bit = UINT32_C (1) << (p - parameters);
  if ((*seen & bit) != 0) {
    nbdi_error (EINVAL, "URI: %s is given twice", p->name);
    return -1;
  }
  *seen |= bit;
  return p->take (q, (char *) q->u + p->field);
}

/* Read the parameters into u, in which host and transport must be set. */
int
nbdi_parse_uri_query (struct nbd_handle *h,
                      const struct nbdi_settings *policy, const char *query,
                      struct nbdi_uri *u)
{
  uint32_t seen = 0;

  for (const char *p = query ? query : ""; *p != '\0';) {
    size_t len = strcspn (p, "&");
    struct query q = { .u = u, .policy = policy };
    int r = parse_piece (h, &q, p, len, &seen);

    free (q.value);
    if (r == -1)
      return -1;
    p += len + (p[len] == '&');
  }
  if (u->transport == LIBNBD_ALLOW_TRANSPORT_UNIX && u->socket == NULL) {
    nbdi_error (EINVAL, "URI: the parameter socket is missing, as in "
                        "nbd+unix:///EXPORT?socket=PATH");
    return -1;
  }
  return 0;
}
