/* SPDX-License-Identifier: MIT */
/* Helpers that read URLs.
 *
 * Secrets of a URL are passed to helpers in files that only the user can
 * read, because everybody can see the arguments of a process.  The only
 * exception is the query of a URL that nbdkit reads: nbdkit takes it only as
 * an argument. */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "helper/helper.h"
#include "helper/internal.h"
#include "helper/words.h"
#include "tool.h"

/* Seconds for one request to a server. */
#define REQUEST_SECONDS 120
/* A stream without any data for so many seconds is given up. */
#define STALL_SECONDS "120"

static bool
is_one_of (const char *word, const char *const *list)
{
  for (; *list != NULL; list++)
    if (strcmp (word, *list) == 0)
      return true;
  return false;
}

static bool
is_web (const struct url *u)
{
  static const char *const schemes[] = { "http", "https", NULL };
  return is_one_of (u->scheme, schemes);
}

static bool
is_ftp (const struct url *u)
{
  static const char *const schemes[] = { "ftp", "ftps", NULL };
  return is_one_of (u->scheme, schemes);
}

static bool
is_ssh (const struct url *u)
{
  static const char *const schemes[] = { "ssh", "sftp", NULL };
  return is_one_of (u->scheme, schemes);
}

/* The protocols that a redirection may lead to. */
static const char *
protocols (const struct url *u)
{
  return is_web (u) ? "http,https" : "ftp,ftps";
}

static bool
is_known (const struct url *u, char **why)
{
  if (is_web (u) || is_ftp (u) || is_ssh (u))
    return true;
  *why = tool_format ("%s:// URLs are not known; http, https, ftp, ftps, "
                      "ssh and sftp are",
                      u->scheme);
  return false;
}

/* Write a file in the temporary directory that only the user can read.
 * Returns its path, to be freed, or NULL with *WHY. */
static char *
write_secret (const char *text, char **why)
{
  static unsigned number;
  char *base = tool_format ("secret%u", ++number);
  char *name = helper_path (base);
  size_t length = strlen (text);
  int fd = open (name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  bool good = fd != -1 && write (fd, text, length) == (ssize_t) length;

  free (base);
  if (fd != -1 && close (fd) == -1)
    good = false;
  if (good)
    return name;
  *why = tool_format ("cannot write %s: %m", name);
  free (name);
  return NULL;
}

static bool
add_password (struct words *w, const struct url *u, char **why)
{
  if (u->user != NULL)
    words_format (w, "user=%s", u->user);
  if (u->password == NULL)
    return true;
  char *file = write_secret (u->password, why);
  if (file == NULL)
    return false;
  words_format (w, "password=+%s", file);
  free (file);
  return true;
}

/* The filter retry repeats a request after 1, 2, 4, 8 and 16 seconds if a
 * connection breaks.  nbdkit makes one connection to the server for each of
 * ours, and sends one request at a time on it.  The filter multi-conn allows
 * us several connections.  nbdkit calls that unsafe, because it does not know
 * that none of them writes. */
static void
add_nbdkit (struct words *w)
{
  words_add (w, "nbdkit");
  words_add (w, "--foreground");
  words_add (w, "--readonly");
  words_add (w, "--filter=multi-conn");
  words_add (w, "--filter=retry");
}

static void
add_retries (struct words *w)
{
  words_add (w, "multi-conn-mode=unsafe");
  words_add (w, "retries=5");
  words_add (w, "retry-delay=1");
  words_add (w, "retry-readonly=yes");
}

static bool
add_curl (struct words *w, const struct url *u, char **why)
{
  add_nbdkit (w);
  words_add (w, "curl");
  words_format (w, "url=%s", u->plain);
  words_format (w, "protocols=%s", protocols (u));
  words_format (w, "timeout=%d", REQUEST_SECONDS);
  words_add (w, "tcp-keepalive=true");
  if (!add_password (w, u, why))
    return false;
  add_retries (w);
  return true;
}

static bool
add_ssh (struct words *w, const struct url *u, char **why)
{
  add_nbdkit (w);
  words_add (w, "ssh");
  words_format (w, "host=%s", u->host);
  if (u->port != NULL)
    words_format (w, "port=%s", u->port);
  words_format (w, "path=%s", u->path);
  if (!add_password (w, u, why))
    return false;
  add_retries (w);
  return true;
}

/* The message if nbdkit lacks a plugin or filter, of which nbdkit says only:
 * "cannot open filter 'retry'".  NULL if that is not the fault.  To be
 * freed. */
static char *
explain_missing (const struct url *u, const char *said)
{
  static const char *const kinds[] = { "plugin", "filter" };

  for (size_t i = 0; i < 2; i++) {
    char *start = tool_format ("cannot open %s '", kinds[i]);
    const char *name = strstr (said, start);
    size_t skip = strlen (start);
    free (start);
    if (name == NULL)
      continue;
    name += skip;
    int length = (int) strcspn (name, "'");
    return tool_format ("nbdkit's %s %.*s is needed to read %s:// URLs by "
                        "ranges; it is in the package nbdkit, or else in "
                        "nbdkit-%.*s-%s",
                        kinds[i], length, name, u->scheme, length, name,
                        kinds[i]);
  }
  return NULL;
}

/* Whether nbdkit's message says that the server does not support ranges or
 * does not tell lengths.  URLs that are signed for GET only are refused when
 * nbdkit asks for the length with HEAD. */
static bool
lacks_ranges (const char *said)
{
  static const char *const words[] = {
    "does not support 'range'",
    "could not get length of remote file",
  };
  static const char *const refusals[] = { "403", "405", "501" };
  const char *asked = strstr (said, "HEAD request");
  const char *error = asked ? strstr (asked, "returned error: ") : NULL;

  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
    if (strstr (said, words[i]) != NULL)
      return true;
  for (size_t i = 0; i < 3 && error != NULL; i++)
    if (strstr (error, refusals[i]) != NULL)
      return true;
  return false;
}

/* Improve *WHY, and set errno as helper_url documents it. */
static void
explain (const struct url *u, char **why)
{
  char *said = *why, *missing = explain_missing (u, said);

  errno = missing ? ENOENT : lacks_ranges (said) ? ENOTSUP : EIO;
  if (missing != NULL) {
    free (said);
    *why = missing;
  }
}

static struct helper *
serve_url (const struct url *u, char **socket, char **why)
{
  struct words w = { .count = 0 };
  struct helper *h = NULL;

  if (!helper_exists ("nbdkit")) {
    char *purpose = tool_format ("read %s:// URLs by ranges", u->scheme);
    *why = helper_missing ("nbdkit", purpose);
    free (purpose);
    errno = ENOENT;
    return NULL;
  }
  if (is_ssh (u) ? add_ssh (&w, u, why) : add_curl (&w, u, why)) {
    const char *secrets[] = { u->password, u->query };
    *socket = helper_socket ();
    h = helper_serve_hiding (w.list, *socket, secrets, 2, why);
    if (h == NULL) {
      free (*socket);
      *socket = NULL;
      explain (u, why);
    }
  }
  words_free (&w);
  return h;
}

struct helper *
helper_url (const char *url, char **socket, char **why)
{
  struct url u;
  struct helper *h = NULL;

  errno = EINVAL;
  if (url_split (url, &u, why) == -1)
    return NULL;
  if (is_known (&u, why))
    h = serve_url (&u, socket, why);
  int error = errno;
  url_free (&u);
  errno = error;
  return h;
}

/* ---- in order ---- */

/* Write a line of curl's configuration, with quotes and backslashes
 * escaped. */
static void
config_line (FILE *f, const char *option, const char *value)
{
  fprintf (f, "%s = \"", option);
  for (; *value != '\0'; value++) {
    if (*value == '"' || *value == '\\')
      fputc ('\\', f);
    fputc (*value, f);
  }
  fputs ("\"\n", f);
}

/* curl is not told to retry, because it would begin from the start. */
static char *
make_config (const struct url *u)
{
  char *text, *user;
  size_t size;
  FILE *f = open_memstream (&text, &size);

  if (f == NULL)
    tool_fail ("out of memory");
  user = tool_format ("%s:%s", u->user ? u->user : "",
                      u->password ? u->password : "");
  char *url = tool_format ("%s%s", is_ssh (u) ? "sftp" : u->scheme,
                           strstr (u->plain, "://"));
  config_line (f, "url", url);
  if (u->user != NULL)
    config_line (f, "user", user);
  config_line (f, "proto",
               is_ssh (u)   ? "=sftp"
               : is_web (u) ? "=http,https"
                            : "=ftp,ftps");
  config_line (f, "speed-time", STALL_SECONDS);
  config_line (f, "speed-limit", "1");
  fputs ("fail\nsilent\nshow-error\nlocation\ngloboff\n", f);
  free (user);
  free (url);
  if (fclose (f) == EOF)
    tool_fail ("out of memory");
  return text;
}

static struct helper *
pipe_url (const struct url *u, int *fd, char **why)
{
  if (!helper_exists ("curl")) {
    char *purpose = tool_format ("read %s:// URLs in order", u->scheme);
    *why = helper_missing ("curl", purpose);
    free (purpose);
    return NULL;
  }
  char *config = make_config (u), *file = write_secret (config, why);
  free (config);
  if (file == NULL)
    return NULL;
  const char *const words[] = { "curl", "--disable", "--config", file, NULL };
  struct helper *h = helper_pipe (words, fd, why);
  if (h != NULL) {
    helper_hide (h, u->password);
    helper_hide (h, u->query);
  }
  free (file);
  return h;
}

struct helper *
helper_url_in_order (const char *url, int *fd, char **why)
{
  struct url u;
  struct helper *h = NULL;

  if (url_split (url, &u, why) == -1)
    return NULL;
  if (is_known (&u, why))
    h = pipe_url (&u, fd, why);
  url_free (&u);
  return h;
}

char *
helper_url_name (const char *url)
{
  struct url u;
  char *ignored = NULL, *name;

  if (url_split (url, &u, &ignored) == -1) {
    free (ignored);
    return tool_format ("the URL");
  }
  name = tool_format ("%s", u.shown);
  url_free (&u);
  return name;
}
