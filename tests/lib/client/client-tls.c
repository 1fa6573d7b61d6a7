/* SPDX-License-Identifier: MIT */
/* TLS: its settings, the option and its result; and a main loop. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client.h"

static bool
yes (const char *word)
{
  if (strcmp (word, "yes") != 0 && strcmp (word, "no") != 0)
    die ("neither yes nor no: %s", word);
  return word[0] == 'y';
}

static int
print_answer (int answer)
{
  if (answer == -1)
    return -1;
  printf ("%s\n", answer ? "yes" : "no");
  return 0;
}

static int
tls_level (const char *word)
{
  static const char *const levels[] = { "disable", "allow", "require" };
  for (int i = 0; i < 3; i++)
    if (strcmp (word, levels[i]) == 0)
      return i;
  die ("no such TLS level: %s", word);
}

static int
do_tls (struct nbd_handle *h, char **arg)
{
  return nbd_set_tls (h, tls_level (arg[0]));
}

static int
do_certificates (struct nbd_handle *h, char **arg)
{
  return nbd_set_tls_certificates (h, arg[0]);
}

static int
do_hostname (struct nbd_handle *h, char **arg)
{
  return nbd_set_tls_hostname (h, arg[0]);
}

static int
do_priority (struct nbd_handle *h, char **arg)
{
  return nbd_set_tls_priority (h, arg[0]);
}

static int
do_psk_file (struct nbd_handle *h, char **arg)
{
  return nbd_set_tls_psk_file (h, arg[0]);
}

static int
do_username (struct nbd_handle *h, char **arg)
{
  return nbd_set_tls_username (h, arg[0]);
}

static int
do_verify (struct nbd_handle *h, char **arg)
{
  return nbd_set_tls_verify_peer (h, yes (arg[0]));
}

static int
do_uri_local_file (struct nbd_handle *h, char **arg)
{
  return nbd_set_uri_allow_local_file (h, yes (arg[0]));
}

static int
do_uri_priority (struct nbd_handle *h, char **arg)
{
  return nbd_set_uri_allow_tls_priority (h, yes (arg[0]));
}

static int
do_uri_tls (struct nbd_handle *h, char **arg)
{
  return nbd_set_uri_allow_tls (h, tls_level (arg[0]));
}

static int
do_starttls (struct nbd_handle *h, char **arg)
{
  (void) arg;
  return print_answer (nbd_opt_starttls (h));
}

static int
do_structured_reply (struct nbd_handle *h, char **arg)
{
  (void) arg;
  return print_answer (nbd_opt_structured_reply (h));
}

static int
ignore_context (void *unused, const char *name)
{
  (void) unused, (void) name;
  return 0;
}

static int
do_set_contexts (struct nbd_handle *h, char **arg)
{
  (void) arg;
  nbd_context_callback cb = { .callback = ignore_context };
  return nbd_opt_set_meta_context (h, cb);
}

static int
do_negotiated (struct nbd_handle *h, char **arg)
{
  (void) arg;
  return print_answer (nbd_get_tls_negotiated (h));
}

/* says WORD: the message of the last error must have WORD in it.  A "_" in
 * WORD may stand for a space. */
static int
do_says (struct nbd_handle *h, char **arg)
{
  (void) h;
  const char *message = nbd_get_error ();
  if (message != NULL && strcasestr (message, arg[0]) != NULL)
    return 0;
  for (char *p = arg[0]; *p != '\0'; p++)
    if (*p == '_')
      *p = ' ';
  if (message == NULL || strcasestr (message, arg[0]) == NULL)
    die ("expected \"%s\" in the error: %s", arg[0], message);
  return 0;
}

/* One turn of a main loop: poll the handle's descriptor for what the handle
 * waits for, and notify the handle. */
static int
turn (struct nbd_handle *h)
{
  unsigned direction = nbd_aio_get_direction (h);
  struct pollfd pfd = { .fd = nbd_aio_get_fd (h) };
  if (direction == 0)
    die ("nothing is awaited, and nothing will happen");
  if (direction & LIBNBD_AIO_DIRECTION_READ)
    pfd.events |= POLLIN;
  if (direction & LIBNBD_AIO_DIRECTION_WRITE)
    pfd.events |= POLLOUT;
  if (poll (&pfd, 1, -1) == -1)
    die ("poll: %s", strerror (errno));
  if (pfd.events & POLLIN && pfd.revents & (POLLIN | POLLHUP | POLLERR))
    return nbd_aio_notify_read (h);
  return nbd_aio_notify_write (h);
}

/* loop-unix SOCKET: connect without blocking. */
static int
do_loop_unix (struct nbd_handle *h, char **arg)
{
  if (nbd_aio_connect_unix (h, arg[0]) == -1)
    return -1;
  while (nbd_aio_is_connecting (h))
    if (turn (h) == -1)
      return -1;
  return 0;
}

/* Read or write all of the export, with DEPTH requests in flight. */
static int
move (struct nbd_handle *h, char *buf, uint64_t size, size_t chunk, int depth,
      bool writing)
{
  uint64_t next = 0;
  while (next < size || nbd_aio_in_flight (h) > 0) {
    while (next < size && nbd_aio_in_flight (h) < depth) {
      size_t count = size - next < chunk ? size - next : chunk;
      int64_t cookie = writing ? nbd_aio_pwrite (h, buf + next, count, next,
                                                 NBD_NULL_COMPLETION, 0)
                               : nbd_aio_pread (h, buf + next, count, next,
                                                NBD_NULL_COMPLETION, 0);
      if (cookie == -1)
        return -1;
      next += count;
    }
    if (turn (h) == -1)
      return -1;
    int64_t cookie;
    while ((cookie = nbd_aio_peek_command_completed (h)) > 0)
      if (nbd_aio_command_completed (h, cookie) == -1)
        return -1;
  }
  return 0;
}

/* Move all of the export between the server and a file, which gets the size of
 * the export and is mapped into memory. */
static int
move_file (struct nbd_handle *h, char **arg, bool writing)
{
  int64_t size = nbd_get_size (h);
  if (size == -1)
    return -1;
  int fd = open (arg[0], O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (fd == -1 || ftruncate (fd, size) == -1)
    die ("%s: %s", arg[0], strerror (errno));
  char *buf = mmap (NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close (fd);
  if (buf == MAP_FAILED)
    die ("%s: %s", arg[0], strerror (errno));
  int r = move (h, buf, size, number (arg[1]), number (arg[2]), writing);
  munmap (buf, size);
  return r;
}

/* loop-read FILE CHUNK DEPTH: read all of the export. */
static int
do_loop_read (struct nbd_handle *h, char **arg)
{
  return move_file (h, arg, false);
}

/* loop-write FILE CHUNK DEPTH: overwrite all of the export. */
static int
do_loop_write (struct nbd_handle *h, char **arg)
{
  return move_file (h, arg, true);
}

const struct verb tls_verbs[] = {
  { "loop-read", 3, do_loop_read },
  { "loop-unix", 1, do_loop_unix },
  { "loop-write", 3, do_loop_write },
  { "says", 1, do_says },
  { "set-contexts", 0, do_set_contexts },
  { "starttls", 0, do_starttls },
  { "structured-reply", 0, do_structured_reply },
  { "tls", 1, do_tls },
  { "tls-certificates", 1, do_certificates },
  { "tls-hostname", 1, do_hostname },
  { "tls-negotiated", 0, do_negotiated },
  { "tls-priority", 1, do_priority },
  { "tls-psk-file", 1, do_psk_file },
  { "tls-username", 1, do_username },
  { "tls-verify", 1, do_verify },
  { "uri-local-file", 1, do_uri_local_file },
  { "uri-tls", 1, do_uri_tls },
  { "uri-tls-priority", 1, do_uri_priority },
  { NULL, 0, NULL },
};
