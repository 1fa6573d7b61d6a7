/* SPDX-License-Identifier: MIT */
/* Compare two exports from a libuv loop, each with 8 reads in flight.
 *
 *   libuv-loop nbd://localhost/one nbd://localhost/other
 *
 * Two handles share the loop.  The status is 0 if the exports are equal, 1 if
 * they differ, and 2 on an error. */
#include <stdio.h>
#include <string.h>

#include <libnbd-uv.h>

#define CHUNK 131072
#define CHUNKS 8

static struct side {
  struct nbd_handle *h;
  struct nbd_uv *watch;
  int64_t size; /* -1: not known yet */
} sides[2] = { { NULL, NULL, -1 }, { NULL, NULL, -1 } };

static struct chunk {
  char data[2][CHUNK];
  int64_t count;
  int pending; /* how many of the two reads are in flight */
} chunks[CHUNKS];

static uv_loop_t loop;
static int64_t next;
static int status = -1; /* not known yet */

static void
finish (int result, const char *why)
{
  if (status != -1)
    return;
  if (why != NULL)
    fprintf (stderr, "libuv-loop: %s\n", why);
  status = result;
  uv_stop (&loop);
}

/* Half of a chunk is there.  Its handle is locked: no nbd_ calls on it here. */
static int
arrived (void *opaque, int *error)
{
  struct chunk *c = opaque;
  c->pending--;
  if (*error != 0)
    finish (2, strerror (*error));
  else if (c->pending == 0 && memcmp (c->data[0], c->data[1], c->count) != 0)
    finish (1, NULL);
  return 1;
}

static void
read_chunk (struct chunk *c)
{
  nbd_completion_callback done = { .callback = arrived, .user_data = c };
  int64_t left = sides[0].size - next;
  c->count = left < CHUNK ? left : CHUNK;
  c->pending = 2;
  for (int i = 0; i < 2; i++)
    if (nbd_aio_pread (sides[i].h, c->data[i], c->count, next, done, 0) == -1)
      finish (2, nbd_get_error ());
  next += c->count;
}

/* Something happened to one of the handles. */
static void
on_change (struct nbd_handle *h, int error, void *data)
{
  struct side *side = data;
  if (error == 0 && side->size == -1 && !nbd_aio_is_connecting (h))
    error = (side->size = nbd_get_size (h)) == -1;
  if (error != 0)
    finish (2, nbd_get_error ());
  if (status != -1 || sides[0].size == -1 || sides[1].size == -1)
    return;
  if (sides[0].size != sides[1].size)
    finish (1, NULL);
  int busy = 0;
  for (struct chunk *c = chunks; c < chunks + CHUNKS && status == -1; c++) {
    if (c->pending == 0 && next < sides[0].size)
      read_chunk (c);
    busy |= c->pending;
  }
  if (!busy)
    finish (0, NULL);
}

int
main (int argc, char *argv[])
{
  uv_loop_init (&loop);
  if (argc != 3)
    finish (2, "two URIs, please");
  for (int i = 0; i < 2 && status == -1; i++) {
    struct side *side = &sides[i];
    side->h = nbd_create ();
    if (side->h == NULL || nbd_aio_connect_uri (side->h, argv[i + 1]) == -1)
      finish (2, nbd_get_error ());
    else if ((side->watch = nbd_uv_start (&loop, side->h, on_change, side))
             == NULL)
      finish (2, strerror (errno));
  }
  if (status == -1)
    uv_run (&loop, UV_RUN_DEFAULT);
  for (int i = 0; i < 2; i++) {
    if (sides[i].watch != NULL)
      nbd_uv_stop (sides[i].watch);
    nbd_close (sides[i].h); /* ends the reads in flight */
  }
  uv_run (&loop, UV_RUN_DEFAULT); /* libuv frees what was stopped */
  uv_loop_close (&loop);
  return status;
}
