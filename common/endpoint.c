/* SPDX-License-Identifier: MIT */
/* Servers as they are named on the command line. */
#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "internal.h"

bool
tool_can_reconnect (const struct tool_endpoint *endpoint)
{
  switch (endpoint->transport) {
  case TOOL_URI:
  case TOOL_TCP:
  case TOOL_UNIX:
  case TOOL_VSOCK: return true;
  case TOOL_ACTIVATION:
  case TOOL_COMMAND:
  case TOOL_FD: return false;
  }
  return false;
}

bool
tool_is_uri (const char *word)
{
  struct nbd_handle *h = tool_create (NULL, NULL, NULL);
  int r = nbd_is_uri (h, word);
  tool_close (h);
  return r == 1;
}

static bool
is_socket (const char *path)
{
  struct stat st;
  return stat (path, &st) == 0 && S_ISSOCK (st.st_mode);
}

/* Whether the path names nothing, so that it may be the socket of a server
 * that is being started. */
static bool
is_missing (const char *path)
{
  return path[0] != '[' && strchr (path, '/') != NULL && !tool_is_uri (path)
         && access (path, F_OK) == -1;
}

static size_t
count_words (char **words)
{
  size_t n = 0;
  while (words[n] != NULL)
    n++;
  return n;
}

/* Fill the endpoint with COUNT words.  They are never freed; the list keeps
 * them reachable, so that a leak checker does not report them. */
static void
set_endpoint (struct tool_endpoint *endpoint, enum tool_transport transport,
              char **words, size_t count)
{
  struct copy {
    struct copy *next;
    unsigned left_out;
    char *words[];
  };
  static struct copy *copies;
  struct copy *copy = tool_alloc (sizeof *copy
                                  + (count + 1) * sizeof copy->words[0]);
  memcpy (copy->words, words, count * sizeof words[0]);
  copy->next = copies;
  copies = copy;
  *endpoint = (struct tool_endpoint) {
    .transport = transport,
    .words = copy->words,
    .name = copy->words[0],
    .left_out = &copy->left_out,
  };
}

void
tool_set_helper (struct tool_endpoint *endpoint, char *socket,
                 const char *name)
{
  set_endpoint (endpoint, TOOL_UNIX, &socket, 1);
  endpoint->name = name;
  endpoint->is_helper = true;
}

/* The index of the bracket that closes WORDS, or 0. */
static size_t
closing_bracket (char **words, bool last)
{
  size_t n = count_words (words);
  if (last)
    return strcmp (words[n - 1], "]") == 0 ? n - 1 : 0;
  for (size_t i = 1; i < n; i++)
    if (strcmp (words[i], "]") == 0)
      return i;
  return 0;
}

bool
tool_take_endpoint (char ***words, bool last, struct tool_endpoint *endpoint)
{
  char **w = *words;
  if (w[0] == NULL)
    return false;
  if (strcmp (w[0], "[") == 0) {
    size_t end = closing_bracket (w, last);
    if (end == 0)
      tool_usage_error ("\"[\" is not closed by \"]\" %s",
                        last ? "as the last argument"
                             : "as an argument of its own");
    if (end == 1)
      tool_usage_error ("there is no command between \"[\" and \"]\"");
    set_endpoint (endpoint, TOOL_ACTIVATION, w + 1, end - 1);
    *words += end + 1;
    return true;
  }
  if (tool_is_uri (w[0]))
    set_endpoint (endpoint, TOOL_URI, w, 1);
  else if (is_socket (w[0]))
    set_endpoint (endpoint, TOOL_UNIX, w, 1);
  else
    return false;
  *words += 1;
  return true;
}

/* Say why the word is not the name of a server. */
static void
refuse_name (const char *word)
{
  struct stat st;
  if (stat (word, &st) == 0 && (S_ISREG (st.st_mode) || S_ISBLK (st.st_mode)))
    tool_usage_error ("%s is a file and not a server; a server for a disk "
                      "image is: [ qemu-nbd -f FORMAT %s ]",
                      word, word);
  if (word[0] == '[')
    tool_usage_error ("%s: there must be a space behind the bracket, as in "
                      "[ COMMAND ... ]",
                      word);
  bool is_path = word[strcspn (word, ":/")] == '/';
  if (is_path && is_missing (word))
    tool_usage_error ("%s: there is no such socket: %s", word,
                      strerror (errno));
  tool_usage_error ("\"%s\" is not an NBD URI, such as nbd://localhost or "
                    "nbd+unix:///?socket=/tmp/socket",
                    word);
}

void
tool_only_endpoint (char **words, struct tool_endpoint *endpoint)
{
  if (words[0] == NULL)
    tool_usage_error ("a server is needed, such as nbd://localhost");
  const char *first = words[0];
  if (tool_waits_for_server () && is_missing (first))
    set_endpoint (endpoint, TOOL_UNIX, words++, 1);
  else if (!tool_take_endpoint (&words, true, endpoint))
    refuse_name (first);
  if (words[0] != NULL)
    tool_usage_error ("there is one argument too many: \"%s\"", words[0]);
}

void
tool_take_mode (char **words, struct tool_endpoint *endpoint)
{
  static const struct {
    const char *word;
    enum tool_transport transport;
    size_t min, max;
    const char *arguments;
  } modes[] = {
    { "--uri", TOOL_URI, 1, 1, "one URI" },
    { "--command", TOOL_COMMAND, 1, SIZE_MAX, "a command" },
    { "--cmd", TOOL_COMMAND, 1, SIZE_MAX, "a command" },
    { "--socket-activation", TOOL_ACTIVATION, 1, SIZE_MAX, "a command" },
    { "--systemd-socket-activation", TOOL_ACTIVATION, 1, SIZE_MAX,
      "a command" },
    { "--fd", TOOL_FD, 1, 1, "the number of a socket" },
    { "--tcp", TOOL_TCP, 2, 2, "a host and a port" },
    { "--unix", TOOL_UNIX, 1, 1, "the path of a socket" },
    { "--vsock", TOOL_VSOCK, 2, 2, "a context and a port" },
  };

  if (words[0] == NULL || words[0][0] != '-') {
    tool_only_endpoint (words, endpoint);
    return;
  }
  for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
    if (strcmp (words[0], modes[i].word) != 0)
      continue;
    size_t n = count_words (words + 1);
    if (n < modes[i].min || n > modes[i].max)
      tool_usage_error ("%s needs %s, but %zu arguments follow it", words[0],
                        modes[i].arguments, n);
    if (modes[i].transport == TOOL_FD)
      tool_socket_argument (words[0], words[1]);
    if (modes[i].transport == TOOL_VSOCK) {
      tool_number_argument (words[0], words[1], 0, UINT32_MAX);
      tool_number_argument (words[0], words[2], 0, UINT32_MAX);
    }
    set_endpoint (endpoint, modes[i].transport, words + 1, n);
    return;
  }
  tool_usage_error ("%s is not a way to name a server; use a URI, or one of "
                    "--uri, --command, --socket-activation, --fd, --tcp, "
                    "--unix and --vsock; options come before the mount point",
                    words[0]);
}
