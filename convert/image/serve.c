/* SPDX-License-Identifier: MIT */
/* The NBD server: start, connections and end. */
#include <config.h>

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "image/serve.h"
#include "threads.h"
#include "tool.h"

/* Further connections are closed at once; qemu-nbd makes one.  A connection
 * whose client has left counts until the server notices. */
#define MOST_CONNECTIONS 64

/* ---- connections ---- */

static void *
serve_connection (void *opaque)
{
  struct connection *c = opaque;

  if (serve_handshake (c))
    serve_requests (c);
  pthread_mutex_lock (&c->server->lock);
  c->finished = true;
  pthread_mutex_unlock (&c->server->lock);
  /* A client that sees the end may connect again at once, so FINISHED is set
   * before. */
  shutdown (c->fd, SHUT_RDWR);
  return NULL;
}

static void
free_connection (struct connection *c)
{
  close (c->fd);
  pthread_cond_destroy (&c->changed);
  pthread_mutex_destroy (&c->lock);
  free (c);
}

/* Free the connections that have finished; with ALL, wait for the others and
 * free them, too.  Returns how many are left. */
static unsigned
reap (struct server *s, bool all)
{
  struct connection **at = &s->connections, *c;
  unsigned count = 0;

  while ((c = *at) != NULL) {
    pthread_mutex_lock (&s->lock);
    bool finished = c->finished;
    pthread_mutex_unlock (&s->lock);
    if (!finished && !all) {
      count++;
      at = &c->next;
      continue;
    }
    *at = c->next;
    pthread_join (c->thread, NULL);
    free_connection (c);
  }
  return count;
}

static void
add_connection (struct server *s, int fd)
{
  struct connection *c = tool_alloc (sizeof *c);

  c->server = s;
  c->fd = fd;
  c->done_end = &c->done;
  pthread_mutex_init (&c->lock, NULL);
  pthread_cond_init (&c->changed, NULL);
  if (reap (s, false) >= MOST_CONNECTIONS
      || thread_start (&c->thread, serve_connection, c) != 0) {
    free_connection (c);
    return;
  }
  c->next = s->connections;
  s->connections = c;
}

/* Accept connections until the server ends, or accepting fails for good.
 * Existing connections continue then. */
static void *
accept_connections (void *opaque)
{
  struct server *s = opaque;
  struct pollfd p[2] = {
    { .fd = s->stop_fd, .events = POLLIN },
    { .fd = s->listening, .events = POLLIN },
  };

  while (!s->ending) {
    if (poll (p, 2, -1) == -1 || p[1].revents == 0)
      continue;
    int fd = accept4 (s->listening, NULL, NULL, SOCK_CLOEXEC);
    if (fd != -1)
      add_connection (s, fd);
    else if (errno != EINTR && errno != ECONNABORTED && errno != EAGAIN)
      break;
  }
  return NULL;
}

/* ---- begin and end ---- */

struct server *
image_serve (struct image *image, int listening)
{
  if (image_is_in_order (image)) {
    errno = ESPIPE;
    return NULL;
  }
  struct server *s = tool_alloc (sizeof *s);

  s->image = image;
  s->listening = listening;
  pthread_mutex_init (&s->lock, NULL);
  s->stop_fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (s->stop_fd != -1) {
    errno = thread_start (&s->thread, accept_connections, s);
    if (errno == 0)
      return s;
    close (s->stop_fd);
  }
  pthread_mutex_destroy (&s->lock);
  free (s);
  return NULL;
}

const char *
image_serve_why (const struct server *s)
{
  return s->why;
}

void
image_serve_end (struct server *s)
{
  uint64_t one = 1;

  s->ending = true;
  if (write (s->stop_fd, &one, sizeof one) == -1)
    tool_error ("eventfd: %m");
  pthread_join (s->thread, NULL);
  image_stop (s->image);
  for (struct connection *c = s->connections; c != NULL; c = c->next)
    shutdown (c->fd, SHUT_RDWR);
  reap (s, true);
  close (s->stop_fd);
  pthread_mutex_destroy (&s->lock);
  free (s);
}
