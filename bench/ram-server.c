/* SPDX-License-Identifier: MIT */
/* A server that is too fast to be the bottleneck: an export in memory, one
 * thread per connection, fixed newstyle, simple or structured replies.
 *
 *   ram-server --socket PATH [--size N] [--structured] [--store]
 *   ram-server --fd N ...        serve one connected socket, then exit
 *   ram-server --tls-keys FILE ...   encrypt for clients that ask for it
 *
 * Without --store written data is dropped, and the export repeats one small
 * pattern, which stays in the cache.  The server prints "ready" when a client
 * may connect. */

#include <errno.h>
#include <getopt.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common.h"
#include "ram-server.h"

/* The threads need little stack, and a thousand idle ones must be cheap. */
#define STACK_SIZE (256 * 1024)

/* The kernel lowers this to what the system allows. */
#define SEND_BUFFER (4 * 1024 * 1024)

static const struct option options[] = {
  { "fd", required_argument, NULL, 'f' },
  { "size", required_argument, NULL, 's' },
  { "socket", required_argument, NULL, 'u' },
  { "store", no_argument, NULL, 'w' },
  { "structured", no_argument, NULL, 'r' },
  { "tls-keys", required_argument, NULL, 'k' },
  { NULL, 0, NULL, 0 },
};

static struct ram_export export = { .size = UINT64_C (1) << 30 };

static void
allocate_export (void)
{
  uint64_t n = export.size;

  /* A read may start anywhere in the pattern and continue after its end. */
  if (!export.store)
    n = PATTERN_SIZE + MAX_PAYLOAD;
  export.data = mmap (NULL, n, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (export.data == MAP_FAILED)
    die ("mmap: %s", strerror (errno));
  pattern_fill (export.data, n, 0, 0);
}

static void
serve (int fd)
{
  int size = SEND_BUFFER;
  struct connection *c = malloc (sizeof *c);

  if (c != NULL) {
    setsockopt (fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    connection_init (c, fd, &export);
    if (negotiate (c))
      transmit (c);
    tls_end (c);
    free (c);
  }
  close (fd);
}

static void *
serve_thread (void *arg)
{
  serve ((int) (intptr_t) arg);
  return NULL;
}

static int
listen_on (const char *path)
{
  struct sockaddr_un addr = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  if (strlen (path) >= sizeof addr.sun_path)
    die ("--socket: name too long: %s", path);
  strcpy (addr.sun_path, path);
  if (fd == -1 || bind (fd, (struct sockaddr *) &addr, sizeof addr) == -1
      || listen (fd, SOMAXCONN) == -1)
    die ("%s: %s", path, strerror (errno));
  return fd;
}

static _Noreturn void
accept_all (int listener)
{
  pthread_attr_t attr;

  pthread_attr_init (&attr);
  pthread_attr_setstacksize (&attr, STACK_SIZE);
  pthread_attr_setdetachstate (&attr, PTHREAD_CREATE_DETACHED);
  for (;;) {
    pthread_t thread;
    int fd = accept4 (listener, NULL, NULL, SOCK_CLOEXEC);
    if (fd == -1) {
      if (errno == EINTR || errno == ECONNABORTED)
        continue;
      die ("accept: %s", strerror (errno));
    }
    int r = pthread_create (&thread, &attr, serve_thread,
                            (void *) (intptr_t) fd);
    if (r != 0)
      die ("pthread_create: %s", strerror (r));
  }
}

int
main (int argc, char *argv[])
{
  const char *path = NULL;
  int fd = -1, c;

  while ((c = getopt_long (argc, argv, "", options, NULL)) != -1) {
    switch (c) {
    case 'f': fd = parse_number (optarg, "fd"); break;
    case 'k': tls_load_keys (optarg); break;
    case 'r': export.structured = true; break;
    case 's': export.size = parse_number (optarg, "size"); break;
    case 'u': path = optarg; break;
    case 'w': export.store = true; break;
    default: exit (EXIT_FAILURE);
    }
  }
  if ((path == NULL) == (fd == -1))
    die ("either --socket or --fd is needed");
  allocate_export ();
  allow_many_files ();
  if (fd != -1) {
    serve (fd);
    return 0;
  }
  int listener = listen_on (path);
  puts ("ready");
  fflush (stdout);
  accept_all (listener);
}
