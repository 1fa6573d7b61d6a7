/* SPDX-License-Identifier: MIT */
/* The generic syntax of URIs, RFC 3986.
 *
 * libxml2 splits the URI, in its raw mode, so that nothing is decoded
 * before it was checked.  Three things are done here.  The characters are
 * checked first, because libxml2 accepts some that other parsers do not,
 * and does not say what is wrong.  The port is cut out, because libxml2
 * refuses an empty one, and those above 31 bits that vsock has.  And a
 * fragment is refused: it would silently shorten an export name that
 * contains "#". */

#include "api/uri.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/uri.h>

static bool
is_hex (char c)
{
  return c != '\0' && strchr ("0123456789abcdefABCDEF", c) != NULL;
}

/* Whether a character may be in a URI without being encoded. */
static bool
may_be_bare (char c)
{
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
         || (c >= '0' && c <= '9')
         || strchr ("-._~!$&'()*+,;=:@/?", c) != NULL;
}

/* Brackets are permitted only in the authority. */
static int
check_characters (const char *uri, const char *authority, size_t len)
{
  for (const char *p = uri; *p != '\0'; p++) {
    if (*p == '#') {
      nbdi_error (EINVAL, "URI: an NBD URI has no fragment, write # as %%23");
      return -1;
    }
    if (*p == '%') {
      if (!is_hex (p[1]) || !is_hex (p[2])) {
        nbdi_error (EINVAL, "URI: malformed percent-encoding at byte %zu%s",
                    p - uri,
                    authority != NULL && p < authority + len
                      ? "; the zone of an IPv6 address follows %25"
                      : "");
        return -1;
      }
      p += 2;
      continue;
    }
    if (may_be_bare (*p))
      continue;
    if ((*p == '[' || *p == ']') && authority != NULL && p >= authority
        && p < authority + len)
      continue;
    nbdi_error (EINVAL,
                "URI: character 0x%02x at byte %zu must be "
                "percent-encoded",
                (unsigned char) *p, p - uri);
    return -1;
  }
  return 0;
}

/* Do not quote the whole URI: it can contain a password. */
static void
scheme_error (const char *uri)
{
  const char *colon = strstr (uri, "://");

  if (colon == NULL || colon == uri) {
    nbdi_error (EINVAL, "URI: it has no scheme such as nbd:// or "
                        "nbd+unix://");
    return;
  }
  CLEANUP_TEXT const char *name = nbdi_printable_bytes ((const uint8_t *) uri,
                                                        colon - uri);
  nbdi_error (EINVAL, "URI: the scheme %s is unknown", name);
}

/* Find the colon before the port, or the end of the authority if there is
 * no port, and check the syntax of user and host. */
static const char *
find_port (const char *authority, size_t len)
{
  const char *end = authority + len;
  const char *at = memchr (authority, '@', len);
  const char *host = at ? at + 1 : authority;

  if (at != NULL && memchr (host, '@', end - host)) {
    nbdi_error (EINVAL, "URI: the user has a bare @, write it as %%40");
    return NULL;
  }
  if (at != NULL && memchr (authority, ':', at - authority)) {
    nbdi_error (EINVAL, "URI: there can be no password after the user, and "
                        "a colon in the user is written as %%3A");
    return NULL;
  }
  if (host < end && *host == '[') {
    const char *bracket = memchr (host, ']', end - host);

    if (bracket != NULL && (bracket + 1 == end || bracket[1] == ':'))
      return bracket + 1;
    nbdi_error (EINVAL, "URI: the host's brackets are not closed, or "
                        "something follows them");
    return NULL;
  }
  const char *colon = memchr (host, ':', end - host);
  if (colon != NULL && memchr (colon + 1, ':', end - colon - 1)) {
    nbdi_error (EINVAL, "URI: the host has several colons; an IPv6 address "
                        "needs brackets");
    return NULL;
  }
  return colon ? colon : end;
}

/* Give the URI without its port to libxml2. */
static int
parse_generic (const char *uri, const char *port, size_t port_len,
               struct nbdi_uri_parts *parts)
{
  CLEANUP_FREE char *text = NULL;

  if (asprintf (&text, "%.*s%s", (int) (port - uri), uri, port + port_len)
      == -1) {
    text = NULL;
    nbdi_error (errno, "asprintf");
    return -1;
  }
  /* libxml2 does not distinguish a lack of memory from a syntax error, and
   * may even leave parts out, such as the host. */
  errno = 0;
  xmlURIPtr xml = xmlParseURIRaw (text, 1);
  int parse_errno = errno;
  parts->xml = xml;
  if (parse_errno == ENOMEM || xml == NULL) {
    nbdi_error (parse_errno == ENOMEM ? ENOMEM : EINVAL,
                "URI: it cannot be parsed");
    return -1;
  }
  parts->user = xml->user;
  parts->host = xml->server;
  parts->path = xml->path;
  parts->query = xml->query_raw;
  return 0;
}

/* Split a URI at its delimiters. */
int
nbdi_split_uri (const char *uri, struct nbdi_uri_parts *parts)
{
  const char *rest = NULL;
  const char *authority = strstr (uri, "://");
  size_t len = 0;

  memset (parts, 0, sizeof *parts);
  if (authority != NULL) {
    authority += 3;
    len = strcspn (authority, "/?#");
  }
  if (strlen (uri) > INT_MAX) {
    nbdi_error (ENAMETOOLONG, "URI: it has %zu bytes", strlen (uri));
    return -1;
  }
  if (check_characters (uri, authority, len) == -1)
    return -1;
  parts->scheme = nbdi_find_uri_scheme (uri, &rest);
  if (parts->scheme == NULL) {
    scheme_error (uri);
    return -1;
  }
  if (strncmp (rest, "://", 3) != 0) {
    nbdi_error (EINVAL, "URI: %s must be followed by ://",
                parts->scheme->name);
    return -1;
  }
  const char *port = find_port (authority, len);
  if (port == NULL)
    return -1;
  size_t port_len = authority + len - port;
  if (port_len > 0) {
    parts->port = strndup (port + 1, port_len - 1);
    if (parts->port == NULL) {
      nbdi_error (errno, "strndup");
      return -1;
    }
  }
  return parse_generic (uri, port, port_len, parts);
}

void
nbdi_free_uri_parts (struct nbdi_uri_parts *parts)
{
  free (parts->port);
  if (parts->xml)
    xmlFreeURI (parts->xml);
  memset (parts, 0, sizeof *parts);
}

static unsigned
hex_value (char c)
{
  return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
}

/* Undo percent-encoding, once, in text whose encoding was checked.  The
 * result ends in a NUL that len does not count. */
char *
nbdi_decode_uri (const char *raw, size_t raw_len, size_t *len)
{
  char *out = malloc (raw_len + 1), *q = out;

  if (out == NULL) {
    nbdi_error (errno, "malloc");
    return NULL;
  }
  for (size_t i = 0; i < raw_len; i++) {
    if (raw[i] == '%' && i + 2 < raw_len) {
      *q++ = (char) (hex_value (raw[i + 1]) << 4 | hex_value (raw[i + 2]));
      i += 2;
    }
    else
      *q++ = raw[i];
  }
  *q = '\0';
  *len = q - out;
  return out;
}

bool
nbdi_has_control (const char *s, size_t len)
{
  for (size_t i = 0; i < len; i++) {
    unsigned char c = (unsigned char) s[i];
    if (c < 0x20 || c == 0x7f)
      return true;
  }
  return false;
}

/* Read a decimal number of at most max, which must have only digits. */
int
nbdi_uri_number (const char *digits, uint32_t max, uint32_t *n)
{
  uint64_t value = 0;

  if (*digits == '\0')
    return -1;
  for (const char *p = digits; *p != '\0'; p++) {
    if (*p < '0' || *p > '9')
      return -1;
    value = value * 10 + (unsigned) (*p - '0');
    if (value > max)
      return -1;
  }
  *n = (uint32_t) value;
  return 0;
}
