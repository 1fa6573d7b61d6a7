/* SPDX-License-Identifier: MIT */

/* A RAM disk whose server can be killed: see mortal.h. */

#include "mortal.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* One connection.  Its socket is closed after its thread was joined, because
 * until then other threads may shut the socket down. */
struct mortal_client {
  struct mortal_client *next;
  struct ram_server server;
  pthread_t thread;
  bool done;
};

void
mortal_open (struct mortal *m, size_t size, bool tcp)
{
  memset (m, 0, sizeof *m);
  ram_create (&m->ram, size);
  m->ram.durable = calloc (1, size);
  MUST (m->ram.durable != NULL);
  pthread_mutex_init (&m->lock, NULL);
  if (tcp)
    address_open_tcp (&m->address);
  else
    address_open (&m->address);
}

static void *
serve_client (void *opaque)
{
  struct mortal_client *c = opaque;

  ram_serve (&c->server);
  shutdown (c->server.fd, SHUT_RDWR);
  __atomic_store_n (&c->done, true, __ATOMIC_RELEASE);
  return NULL;
}

/* Free connections that have ended, or wait for the end of all. */
static void
bury (struct mortal *m, bool all)
{
  struct mortal_client **p = &m->clients, *c;

  while ((c = *p) != NULL) {
    if (!all && !__atomic_load_n (&c->done, __ATOMIC_ACQUIRE)) {
      p = &c->next;
      continue;
    }
    pthread_join (c->thread, NULL);
    close (c->server.fd);
    *p = c->next;
    free (c);
  }
}

static void
welcome (struct mortal *m, int fd)
{
  struct mortal_client *c = calloc (1, sizeof *c);

  MUST (c != NULL);
  c->server = (struct ram_server) {
    .ram = &m->ram,
    .style = m->style,
    .life = m->ram.life,
    .fd = fd,
    .cut_after = __atomic_load_n (&m->cut_after, __ATOMIC_RELAXED),
  };
  pthread_mutex_lock (&m->lock);
  bury (m, false);
  MUST (pthread_create (&c->thread, NULL, serve_client, c) == 0);
  c->next = m->clients;
  m->clients = c;
  pthread_mutex_unlock (&m->lock);
}

/* Accept connections until the listener is shut down. */
static void *
listen_thread (void *opaque)
{
  struct mortal *m = opaque;
  struct pollfd fd = { .fd = m->address.listener, .events = POLLIN };

  for (;;) {
    poll (&fd, 1, -1);
    if ((fd.revents & POLLHUP) != 0)
      return NULL;
    int client = accept4 (fd.fd, NULL, NULL, SOCK_CLOEXEC);
    if (client >= 0)
      welcome (m, client);
  }
}

void
mortal_start (struct mortal *m)
{
  address_listen (&m->address);
  MUST (pthread_create (&m->thread, NULL, listen_thread, m) == 0);
  m->listens = true;
}

/* Cut all connections.  When this returns, the threads have carried out what
 * they will carry out of those connections' requests. */
void
mortal_cut (struct mortal *m)
{
  pthread_mutex_lock (&m->lock);
  for (struct mortal_client *c = m->clients; c != NULL; c = c->next)
    shutdown (c->server.fd, SHUT_RDWR);
  bury (m, true);
  pthread_mutex_unlock (&m->lock);
}

static void
stop (struct mortal *m)
{
  if (!m->listens)
    return;
  shutdown (m->address.listener, SHUT_RDWR);
  pthread_join (m->thread, NULL);
  address_leave (&m->address);
  m->listens = false;
}

void
mortal_kill (struct mortal *m)
{
  stop (m);
  pthread_mutex_lock (&m->ram.lock);
  m->ram.life++;
  memcpy (m->ram.data, m->ram.durable, m->ram.size);
  pthread_mutex_unlock (&m->ram.lock);
  mortal_cut (m);
}

void
mortal_close (struct mortal *m)
{
  stop (m);
  mortal_cut (m);
  address_close (&m->address);
}

void
mortal_free (struct mortal *m)
{
  pthread_mutex_destroy (&m->lock);
  ram_free (&m->ram);
}
