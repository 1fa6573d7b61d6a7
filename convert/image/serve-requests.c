/* SPDX-License-Identifier: MIT */
/* The requests of a client that reads an image, and the replies. */
#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "image/serve.h"
#include "threads.h"

/* What one connection may have in flight: so many requests and bytes, but
 * always one request. */
#define MOST_REQUESTS 64
#define MOST_BYTES (UINT64_C (64) << 20)
/* The longest message of an error that is sent. */
#define MOST_WORDS 1000

struct served {
  struct served *next;
  struct connection *on;
  uint64_t cookie;
  uint32_t error; /* an error number of the protocol, or 0 */
  const char *why;
  struct image_read read;
  char data[];
};

struct request {
  uint16_t flags, type;
  uint64_t cookie, offset;
  uint32_t length;
};

/* ---- replies ---- */

/* Queue a reply for the thread that sends. */
static void
hand_over (struct served *s)
{
  struct connection *c = s->on;

  pthread_mutex_lock (&c->lock);
  s->next = NULL;
  *c->done_end = s;
  c->done_end = &s->next;
  pthread_cond_broadcast (&c->changed);
  pthread_mutex_unlock (&c->lock);
}

/* Called on a thread of the image, or on our own. */
static void
was_read (struct image_read *r)
{
  struct served *s = r->opaque;

  if (r->error != 0) {
    s->error = r->error == ECANCELED ? NBD_ESHUTDOWN : NBD_EIO;
    s->why = r->why ? r->why : strerror (r->error);
    if (r->error != ECANCELED)
      s->on->server->why = s->why;
  }
  hand_over (s);
}

static bool
send_simple (struct connection *c, const struct served *s)
{
  uint8_t head[NBD_SIMPLE_REPLY_SIZE], *p = head;

  p = nbdi_put32 (p, NBD_SIMPLE_REPLY_MAGIC);
  p = nbdi_put32 (p, s->error);
  nbdi_put64 (p, s->cookie);
  return serve_send (c, head, sizeof head)
         && (s->error != 0 || serve_send (c, s->data, s->read.length));
}

/* Send a reply of a single chunk.  The payload is FIRST, then REST. */
static bool
send_chunk (struct connection *c, const struct served *s, uint16_t type,
            const uint8_t *first, uint32_t nr_first, const void *rest,
            uint32_t nr_rest)
{
  uint8_t head[NBD_STRUCTURED_REPLY_SIZE + 8], *p = head;

  p = nbdi_put32 (p, NBD_STRUCTURED_REPLY_MAGIC);
  p = nbdi_put16 (p, NBD_REPLY_FLAG_DONE);
  p = nbdi_put16 (p, type);
  p = nbdi_put64 (p, s->cookie);
  p = nbdi_put32 (p, nr_first + nr_rest);
  if (nr_first > 0)
    memcpy (p, first, nr_first);
  return serve_send (c, head, NBD_STRUCTURED_REPLY_SIZE + nr_first)
         && serve_send (c, rest, nr_rest);
}

static bool
send_structured (struct connection *c, const struct served *s)
{
  uint8_t first[8];

  if (s->error != 0) {
    size_t words = s->why ? strnlen (s->why, MOST_WORDS) : 0;
    nbdi_put16 (nbdi_put32 (first, s->error), words);
    return send_chunk (c, s, NBD_REPLY_TYPE_ERROR, first, NBD_ERROR_SIZE,
                       s->why, words);
  }
  if (s->read.length == 0)
    return send_chunk (c, s, NBD_REPLY_TYPE_NONE, NULL, 0, NULL, 0);
  nbdi_put64 (first, s->read.offset);
  return send_chunk (c, s, NBD_REPLY_TYPE_OFFSET_DATA, first,
                     NBD_OFFSET_DATA_SIZE, s->data, s->read.length);
}

/* Wait for the next reply to send.  Returns NULL after the last one. */
static struct served *
next_done (struct connection *c)
{
  struct served *s;

  pthread_mutex_lock (&c->lock);
  while (c->done == NULL && !(c->ends && c->requests == 0))
    pthread_cond_wait (&c->changed, &c->lock);
  s = c->done;
  if (s != NULL)
    c->done = s->next;
  if (c->done == NULL)
    c->done_end = &c->done;
  pthread_mutex_unlock (&c->lock);
  return s;
}

static void
forget (struct served *s)
{
  struct connection *c = s->on;

  pthread_mutex_lock (&c->lock);
  c->requests--;
  c->bytes -= s->read.length;
  pthread_cond_broadcast (&c->changed);
  pthread_mutex_unlock (&c->lock);
  free (s);
}

/* After the client has left, this still waits for the reads that are in
 * flight. */
static void *
send_replies (void *opaque)
{
  struct connection *c = opaque;
  bool there = true;
  struct served *s;

  while ((s = next_done (c)) != NULL) {
    there = there
            && (c->structured ? send_structured (c, s) : send_simple (c, s));
    if (!there)
      shutdown (c->fd, SHUT_RDWR);
    forget (s);
  }
  return NULL;
}

/* ---- requests ---- */

static bool
receive_request (struct connection *c, struct request *r)
{
  uint8_t head[NBD_REQUEST_SIZE];

  if (!serve_receive (c, head, sizeof head)
      || nbdi_get32 (head) != NBD_REQUEST_MAGIC)
    return false;
  *r = (struct request) {
    .flags = nbdi_get16 (head + 4),
    .type = nbdi_get16 (head + 6),
    .cookie = nbdi_get64 (head + 8),
    .offset = nbdi_get64 (head + 16),
    .length = nbdi_get32 (head + 24),
  };
  return true;
}

/* Returns an error number if the read is invalid, or 0. */
static uint32_t
check_read (const struct connection *c, const struct request *r)
{
  uint64_t size = image_size (c->server->image);
  uint16_t known = c->structured ? NBD_CMD_FLAG_DF : 0;

  if ((r->flags & ~known) != 0 || r->length > SERVE_MAXIMUM
      || r->offset > size || r->length > size - r->offset)
    return NBD_EINVAL;
  return 0;
}

static uint32_t
check_request (const struct connection *c, const struct request *r)
{
  switch (r->type) {
  case NBD_CMD_READ: return check_read (c, r);
  case NBD_CMD_WRITE:
  case NBD_CMD_TRIM:
  case NBD_CMD_WRITE_ZEROES: return NBD_EPERM;
  default: return NBD_EINVAL;
  }
}

/* Wait until another request may be in flight, and count it. */
static void
count_in (struct connection *c, uint64_t bytes)
{
  pthread_mutex_lock (&c->lock);
  while (c->requests > 0
         && (c->requests >= MOST_REQUESTS || c->bytes + bytes > MOST_BYTES))
    pthread_cond_wait (&c->changed, &c->lock);
  c->requests++;
  c->bytes += bytes;
  pthread_mutex_unlock (&c->lock);
}

/* Start to serve a request.  Returns false if there is no memory even for an
 * error reply. */
static bool
serve (struct connection *c, const struct request *r)
{
  uint32_t error = check_request (c, r);
  uint64_t length = error == 0 ? r->length : 0;
  struct served *s = malloc (sizeof *s + length);

  if (s == NULL) {
    error = NBD_ENOMEM;
    length = 0;
    s = malloc (sizeof *s);
  }
  if (s == NULL)
    return false;
  *s = (struct served) {
    .on = c,
    .cookie = r->cookie,
    .error = error,
    .read = {
      .buffer = s->data,
      .offset = r->offset,
      .length = length,
      .done = was_read,
      .opaque = s,
    },
  };
  count_in (c, length);
  if (error == 0)
    image_read (c->server->image, &s->read);
  else
    hand_over (s);
  return true;
}

static bool
serve_next (struct connection *c)
{
  struct request r;

  if (!receive_request (c, &r) || r.type == NBD_CMD_DISC)
    return false;
  /* The data of a write follows the request. */
  if (r.type == NBD_CMD_WRITE
      && (r.length > SERVE_MAXIMUM || !serve_skip (c, r.length)))
    return false;
  return serve (c, &r);
}

void
serve_requests (struct connection *c)
{
  pthread_t sender;

  if (thread_start (&sender, send_replies, c) != 0)
    return;
  while (serve_next (c))
    ;
  pthread_mutex_lock (&c->lock);
  c->ends = true;
  pthread_cond_broadcast (&c->changed);
  pthread_mutex_unlock (&c->lock);
  pthread_join (sender, NULL);
}
