/* SPDX-License-Identifier: MIT */
/* NBD exports: blocking commands, and reading and writing of ranges that are
 * not whole blocks, which needs several of them. */
#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine/endpoints/nbd.h"

/* ---- errors of the library ---- */

const char *
nbd_error_words (void)
{
  static const char after[] = ": command failed: ";
  const char *text = tool_nbd_error (), *p = strstr (text, after);

  return p ? p + sizeof after - 1 : text;
}

void
nbd_set_why (struct io *io, const char *why)
{
  free (io->why);
  io->why = strdup (why);
}

void
nbd_done (struct io *io, int error)
{
  if (error != 0)
    nbd_set_why (io, nbd_error_words ());
  io_done (io, error);
}

/* ---- waiting for a command ---- */

int
nbd_last_errno (void)
{
  int error = nbd_get_errno ();
  return error ? error : EIO;
}

int
nbd_await (struct nbd_link *l, int64_t cookie)
{
  struct copy *c = l->nbd->e.copy;
  int r = cookie == -1 ? -1 : 0;

  while (r == 0) {
    r = nbd_aio_command_completed (l->h, cookie);
    if (r == 0 && c->stop) {
      l->nbd->interrupted = true;
      return EINTR;
    }
    if (r == 0 && nbd_poll2 (l->h, c->stop_fd, -1) == -1)
      r = -1;
  }
  return r == 1 ? 0 : nbd_last_errno ();
}

/* ---- ranges that are not whole blocks ---- */

/* A buffer with all blocks that contain parts of the range. */
struct around {
  char *p; /* to be freed */
  uint64_t start, length;
};

/* Free the buffer.  But if the operation was INTERRUPTED the library still
 * uses the buffer.  Then it is kept in a list, so that a leak checker does not
 * report it. */
static void
let_go (struct around *a, bool interrupted)
{
  struct kept {
    struct kept *next;
    char *p;
  };
  static struct kept *_Atomic all;

  if (!interrupted) {
    free (a->p);
    return;
  }
  struct kept *k = tool_alloc (sizeof *k);
  k->p = a->p;
  k->next = atomic_exchange (&all, k);
}

/* Read all blocks around a range.  Blocking; 0 or errno. */
static int
read_around (struct nbd_link *l, uint64_t offset, uint64_t length,
             struct around *a)
{
  const struct endpoint *e = &l->nbd->e;
  uint64_t m = e->minimum;
  uint64_t end = MIN ((offset + length + m - 1) / m * m, (uint64_t) e->size);

  a->start = offset - offset % m;
  a->length = end - a->start;
  a->p = tool_alloc (a->length);
  int error = nbd_await (l, nbd_aio_pread (l->h, a->p, a->length, a->start,
                                           NBD_NULL_COMPLETION, 0));
  if (error != 0)
    let_go (a, error == EINTR);
  return error;
}

int
nbd_write_part (struct nbd_link *l, const char *data, uint64_t offset,
                uint64_t length)
{
  struct around a;
  int error = read_around (l, offset, length, &a);

  if (error != 0)
    return error;
  if (data)
    memcpy (a.p + (offset - a.start), data, length);
  else
    memset (a.p + (offset - a.start), 0, length);
  error = nbd_await (l, nbd_aio_pwrite (l->h, a.p, a.length, a.start,
                                        NBD_NULL_COMPLETION, 0));
  let_go (&a, error == EINTR);
  return error;
}

int
nbd_read_part (struct nbd_link *l, char *data, uint64_t offset,
               uint64_t length)
{
  struct around a;
  int error = read_around (l, offset, length, &a);

  if (error != 0)
    return error;
  memcpy (data, a.p + (offset - a.start), length);
  let_go (&a, false);
  return 0;
}
