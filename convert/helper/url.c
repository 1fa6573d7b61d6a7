/* SPDX-License-Identifier: MIT */
/* Split URLs, so that passwords and keys in them are only given to those who
 * need them. */
#include <config.h>

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helper/internal.h"
#include "tool.h"

static char *
cut (const char *from, size_t length)
{
  return tool_format ("%.*s", (int) length, from);
}

static int
digit_of (char c)
{
  static const char digits[] = "0123456789abcdef";
  const char *p = strchr (digits, tolower ((unsigned char) c));

  return c != '\0' && p != NULL ? (int) (p - digits) : -1;
}

/* Decode "%20" and the like.  Returns NULL if that gives a control character,
 * which no name or path that we pass on may have. */
static char *
decode (const char *from, size_t length)
{
  char *text = cut (from, length), *out = text;

  for (const char *p = text; *p != '\0'; p++) {
    int high = p[0] == '%' ? digit_of (p[1]) : -1;
    int low = high >= 0 ? digit_of (p[2]) : -1;
    unsigned char c = low >= 0 ? high * 16 + low : *p;
    if (c < ' ' || c == 0x7f) {
      free (text);
      return NULL;
    }
    *out++ = c;
    p += low >= 0 ? 2 : 0;
  }
  *out = '\0';
  return text;
}

/* user:password */
static bool
split_user (const char *from, size_t length, struct url *u)
{
  const char *colon = memchr (from, ':', length);
  size_t user = colon ? (size_t) (colon - from) : length;

  u->user = decode (from, user);
  if (colon != NULL)
    u->password = decode (colon + 1, length - user - 1);
  return u->user != NULL && (colon == NULL || u->password != NULL);
}

/* [::1]:80 or host:80 */
static bool
split_host (const char *from, size_t length, struct url *u)
{
  const char *end = from + length, *p = from;
  bool bracket = length > 0 && *from == '[';

  if (bracket)
    p = memchr (from, ']', length);
  if (p == NULL)
    return false;
  if (bracket)
    u->host = cut (from + 1, p++ - from - 1);
  else {
    p = memchr (from, ':', length);
    p = p == NULL ? end : p;
    u->host = cut (from, p - from);
  }
  if (p == end)
    return u->host[0] != '\0';
  if (*p != ':' || strspn (p + 1, "0123456789") != (size_t) (end - p - 1))
    return false;
  if (p + 1 < end)
    u->port = cut (p + 1, end - p - 1);
  return u->host[0] != '\0';
}

static bool
is_printable (const char *text)
{
  for (; *text != '\0'; text++)
    if ((unsigned char) *text <= ' ' || *text == 0x7f)
      return false;
  return true;
}

static bool
split (const char *text, struct url *u)
{
  size_t scheme = strcspn (text, ":"), at;

  if (strncmp (text + scheme, "://", 3) != 0 || !is_printable (text))
    return false;
  u->scheme = cut (text, scheme);
  for (char *p = u->scheme; *p != '\0'; p++)
    *p = (char) tolower ((unsigned char) *p);
  const char *host = text + scheme + 3;
  const char *rest = host + strcspn (host, "/?#");
  for (at = rest - host; at > 0 && host[at - 1] != '@'; at--)
    ;
  if (at > 0 && !split_user (host, at - 1, u))
    return false;
  host += at;
  if (!split_host (host, rest - host, u))
    return false;
  size_t path = strcspn (rest, "?#"), whole = strcspn (rest, "#");
  u->path = path > 0 ? decode (rest, path) : cut ("/", 1);
  if (u->path == NULL)
    return false;
  if (whole > path)
    u->query = cut (rest + path, whole - path);
  u->plain = tool_format ("%s://%.*s", u->scheme, (int) (rest - host + whole),
                          host);
  u->shown = tool_format ("%s://%.*s", u->scheme, (int) (rest - host + path),
                          host);
  return true;
}

int
url_split (const char *text, struct url *u, char **why)
{
  memset (u, 0, sizeof *u);
  if (split (text, u))
    return 0;
  url_free (u);
  /* The message must not show the URL: it may contain a password at a place
   * that we cannot know. */
  *why = tool_format ("this URL is not of the form https://host/path; spaces "
                      "and the like are written as %%20");
  return -1;
}

void
url_free (struct url *u)
{
  free (u->scheme);
  free (u->user);
  free (u->password);
  free (u->host);
  free (u->port);
  free (u->path);
  free (u->query);
  free (u->plain);
  free (u->shown);
  memset (u, 0, sizeof *u);
}
