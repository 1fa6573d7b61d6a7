/* SPDX-License-Identifier: MIT */
/* Options about staying connected, which are the same in every tool and apply
 * to each of its servers.  The library parses their values. */
#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "internal.h"

#define CALL "nbd_set_uri_options: "

/* Each option has the name of a parameter of URIs. */
static struct {
  const char *name;
  const char *value; /* NULL: not given */
} options[] = {
  [TOOL_COMMAND_TIMEOUT - TOOL_STAYING] = { .name = "command-timeout" },
  [TOOL_CONNECT_TIMEOUT - TOOL_STAYING] = { .name = "connect-timeout" },
  [TOOL_CONNECTIONS - TOOL_STAYING] = { .name = "connections" },
  [TOOL_RECONNECT_TIMEOUT - TOOL_STAYING] = { .name = "reconnect-timeout" },
  [TOOL_STALL_TIMEOUT - TOOL_STAYING] = { .name = "stall-timeout" },
};

#define NR_OPTIONS (sizeof options / sizeof options[0])

static unsigned default_connections; /* 0: those of the library */

static int
set (struct nbd_handle *h, const char *name, const char *value)
{
  char *text = tool_format ("%s=%s", name, value);
  int r = nbd_set_uri_options (h, text);
  free (text);
  return r;
}

/* A value is wrong: end with a usage error.  The library's error is complete
 * without its own call's name and the meaning of EINVAL, so these are left
 * out. */
static void
refuse (const char *name, const char *error, int errnum)
{
  char *meaning = tool_format (": %s", strerror (errnum));
  size_t length = strlen (error);
  if (strncmp (error, CALL, strlen (CALL)) == 0) {
    error += strlen (CALL);
    length -= strlen (CALL);
  }
  if (errnum == EINVAL && length > strlen (meaning)
      && strcmp (error + length - strlen (meaning), meaning) == 0)
    length -= strlen (meaning);
  tool_usage_error ("--%s: %.*s", name, (int) length, error);
}

void
tool_take_staying (int id, const char *value)
{
  const char *name = options[id - TOOL_STAYING].name;
  /* "&" would begin another parameter. */
  if (strchr (value, '&') != NULL)
    tool_usage_error ("--%s: \"%s\" is more than one value", name, value);

  struct nbd_handle *h = nbd_create ();
  if (h == NULL)
    tool_nbd_fail (NULL);
  int r = set (h, name, value);
  nbd_close (h);
  if (r == -1)
    refuse (name, tool_nbd_error (), nbd_get_errno ());
  options[id - TOOL_STAYING].value = value;
}

const char *
tool_staying_value (int id)
{
  return options[id - TOOL_STAYING].value;
}

void
tool_default_connections (unsigned count)
{
  default_connections = count;
}

/* Whether LIBNBD_URI_OPTIONS sets what the option sets. */
static bool
in_environment (int id)
{
  const char *text = secure_getenv ("LIBNBD_URI_OPTIONS");
  const char *name = options[id - TOOL_STAYING].name;
  while (text != NULL && *text != '\0') {
    size_t length = strcspn (text, "=&");
    if (length == strlen (name) && strncasecmp (text, name, length) == 0)
      return true;
    text += strcspn (text, "&");
    text += strspn (text, "&");
  }
  return false;
}

bool
tool_waits_for_server (void)
{
  return options[TOOL_CONNECT_TIMEOUT - TOOL_STAYING].value != NULL
         || in_environment (TOOL_CONNECT_TIMEOUT);
}

/* Remove a parameter from a URI. */
static void
cut (char *uri, const char *name)
{
  for (char *p = strchr (uri, '?'); p != NULL; p = strchr (p + 1, '&')) {
    size_t length = strcspn (p + 1, "=&");
    if (length != strlen (name) || strncasecmp (p + 1, name, length) != 0)
      continue;
    char *rest = p + 1 + strcspn (p + 1, "&");
    /* The next parameter takes its place behind the "?" or "&"; if there is
     * none, that separator goes, too. */
    if (*rest == '\0')
      *p = '\0';
    else
      memmove (p + 1, rest + 1, strlen (rest + 1) + 1);
    return;
  }
}

static bool
has_parameter (const char *uri, const char *name)
{
  char *copy = tool_format ("%s", uri);
  cut (copy, name);
  bool has = strlen (copy) < strlen (uri);
  free (copy);
  return has;
}

char *
tool_get_uri (struct nbd_handle *h, const struct tool_endpoint *endpoint)
{
  char *uri = nbd_get_uri (h);
  for (size_t i = 0; i < NR_OPTIONS && uri; i++)
    if (options[i].value && !has_parameter (endpoint->name, options[i].name))
      cut (uri, options[i].name);
  return uri;
}

int
tool_stay_connected (struct nbd_handle *h)
{
  if (default_connections != 0 && !in_environment (TOOL_CONNECTIONS)
      && nbd_set_connections (h, default_connections) == -1)
    return -1;
  for (size_t i = 0; i < NR_OPTIONS; i++)
    if (options[i].value && set (h, options[i].name, options[i].value) == -1)
      return -1;
  return 0;
}
