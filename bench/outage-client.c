/* SPDX-License-Identifier: MIT */
/* The program that bench/outages puts through outages.  It uses the public API
 * as ordinary programs do, in its own poll loop, and runs on any libnbd.so.0:
 * newer calls are looked up by dlsym.
 *
 *   outage-client --socket PATH [--reconnect-timeout MS] [--reopen]
 *
 * Its standard input has commands, its standard output their results:
 *
 *   write NUMBER OFFSET LENGTH BYTE     ok NUMBER
 *   read NUMBER OFFSET LENGTH           failed NUMBER MESSAGE
 *   flush NUMBER
 *
 * --reconnect-timeout is the library's setting.  With --reopen the program
 * does what many programs do: it opens a new handle when its handle is dead,
 * as often as needed, and repeats the commands that failed.  It still reports
 * each failure, as "again NUMBER MESSAGE". */

#include <dlfcn.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <libnbd.h>

#include "common.h"

#define MAX_COMMANDS 4096
#define LINE_SIZE 256
#define REOPEN_AFTER_NS (10 * 1000 * 1000)

/* A command, from its line to its result. */
struct command {
  char what;    /* w, r, f; 0: this slot is free */
  bool waiting; /* for a new handle */
  uint64_t number, offset;
  size_t length;
  char *buf;
};

static const struct option options[] = {
  { "reconnect-timeout", required_argument, NULL, 't' },
  { "reopen", no_argument, NULL, 'r' },
  { "socket", required_argument, NULL, 'u' },
  { NULL, 0, NULL, 0 },
};

static const char *socket_path;
static uint64_t reconnect_timeout;
static bool reopens;
static struct nbd_handle *nbd;
static struct command commands[MAX_COMMANDS];
static unsigned unfinished;

static void
set_reconnect_timeout (void)
{
  typedef int setter (struct nbd_handle *, int64_t);
  setter *set = (setter *) dlsym (RTLD_DEFAULT, "nbd_set_reconnect_timeout");

  if (set == NULL)
    die ("this library has no nbd_set_reconnect_timeout");
  if (set (nbd, reconnect_timeout) == -1)
    die ("nbd_set_reconnect_timeout: %s", nbd_get_error ());
}

/* False if there is no server. */
static bool
open_handle (void)
{
  nbd = nbd_create ();
  if (nbd == NULL)
    die ("nbd_create: %s", nbd_get_error ());
  if (reconnect_timeout != 0)
    set_reconnect_timeout ();
  return nbd_connect_unix (nbd, socket_path) == 0;
}

static void
finish (struct command *c)
{
  free (c->buf);
  *c = (struct command) { .what = 0 };
  unfinished--;
}

/* Report a failure.  With --reopen the command waits for the next handle. */
static void
fail (struct command *c, const char *message)
{
  printf ("%s %" PRIu64 " %s\n", reopens ? "again" : "failed", c->number,
          message);
  if (reopens)
    c->waiting = true;
  else
    finish (c);
}

static int
completed (void *opaque, int *error)
{
  struct command *c = opaque;

  if (*error != 0)
    fail (c, strerror (*error));
  else {
    printf ("ok %" PRIu64 "\n", c->number);
    finish (c);
  }
  return 1;
}

static void
issue (struct command *c)
{
  nbd_completion_callback done = { .callback = completed, .user_data = c };
  int64_t cookie = -1;

  c->waiting = false;
  switch (c->what) {
  case 'w':
    cookie = nbd_aio_pwrite (nbd, c->buf, c->length, c->offset, done, 0);
    break;
  case 'r':
    cookie = nbd_aio_pread (nbd, c->buf, c->length, c->offset, done, 0);
    break;
  case 'f': cookie = nbd_aio_flush (nbd, done, 0); break;
  }
  if (cookie == -1)
    fail (c, nbd_get_error ());
}

static void
obey (const char *line)
{
  struct command *c = commands;
  char what[8];
  unsigned byte = 0;

  while (c < commands + MAX_COMMANDS && c->what != 0)
    c++;
  if (c == commands + MAX_COMMANDS)
    die ("more than %d commands at once", MAX_COMMANDS);
  int n = sscanf (line, "%7s %" SCNu64 " %" SCNu64 " %zu %u", what,
                  &c->number, &c->offset, &c->length, &byte);
  if (n < 2 || (strcmp (what, "flush") != 0 && n < 4))
    die ("cannot understand: %s", line);
  c->what = what[0];
  if (c->length > 0) {
    c->buf = allocate (c->length);
    memset (c->buf, (int) byte, c->length);
  }
  unfinished++;
  issue (c);
}

/* Obey all whole lines that are there.  False at the end of the input. */
static bool
read_lines (void)
{
  static char input[16 * LINE_SIZE];
  static size_t filled;
  ssize_t n = read (STDIN_FILENO, input + filled, sizeof input - filled - 1);
  char *start = input, *end;

  if (n <= 0)
    return false;
  filled += n;
  input[filled] = '\0';
  while ((end = strchr (start, '\n')) != NULL) {
    *end = '\0';
    obey (start);
    start = end + 1;
  }
  filled = input + filled - start;
  memmove (input, start, filled);
  return true;
}

/* Tell the library about events on its socket. */
static void
notify (unsigned direction, short revents)
{
  int r = 0;

  if ((direction & LIBNBD_AIO_DIRECTION_READ)
      && (revents & (POLLIN | POLLHUP | POLLERR)))
    r = nbd_aio_notify_read (nbd);
  else if ((direction & LIBNBD_AIO_DIRECTION_WRITE)
           && (revents & (POLLOUT | POLLERR)))
    r = nbd_aio_notify_write (nbd);
  if (r == -1)
    fprintf (stderr, "%s\n", nbd_get_error ());
}

static bool
is_over (void)
{
  return nbd_aio_is_dead (nbd) || nbd_aio_is_closed (nbd);
}

static void
reopen (void)
{
  const struct timespec while_away = { .tv_nsec = REOPEN_AFTER_NS };

  do {
    nbd_close (nbd);
    nanosleep (&while_away, NULL);
  } while (!open_handle ());
  for (unsigned i = 0; i < MAX_COMMANDS; i++)
    if (commands[i].waiting)
      issue (&commands[i]);
}

/* Wait for the next line and for the server.  False at the end. */
static bool
turn (bool more)
{
  unsigned direction = is_over () ? 0 : nbd_aio_get_direction (nbd);
  struct pollfd fds[] = {
    { .fd = more ? STDIN_FILENO : -1, .events = POLLIN },
    { .fd = direction != 0 ? nbd_aio_get_fd (nbd) : -1 },
  };

  if (direction & LIBNBD_AIO_DIRECTION_READ)
    fds[1].events |= POLLIN;
  if (direction & LIBNBD_AIO_DIRECTION_WRITE)
    fds[1].events |= POLLOUT;
  fflush (stdout);
  if (poll (fds, 2, -1) == -1 && errno != EINTR)
    die ("poll: %s", strerror (errno));
  notify (direction, fds[1].revents);
  return !more || fds[0].revents == 0 || read_lines ();
}

int
main (int argc, char *argv[])
{
  bool more = true;
  int c;

  while ((c = getopt_long (argc, argv, "", options, NULL)) != -1) {
    switch (c) {
    case 'r': reopens = true; break;
    case 't': reconnect_timeout = parse_number (optarg, "timeout"); break;
    case 'u': socket_path = optarg; break;
    default: exit (EXIT_FAILURE);
    }
  }
  if (socket_path == NULL)
    die ("--socket is needed");
  if (!open_handle ())
    die ("%s", nbd_get_error ());
  puts ("ready");
  while (more || unfinished > 0) {
    more = turn (more) && more;
    if (reopens && is_over ())
      reopen ();
  }
  nbd_close (nbd);
  return 0;
}
