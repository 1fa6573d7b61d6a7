/* SPDX-License-Identifier: MIT */
/* Fetch a whole export into a file from a poll loop of our own.
 *
 *   fetch-with-poll nbd://localhost/disk disk.img
 *
 * Nothing waits but poll: one_turn drives it all, with 16 reads in flight. */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <libnbd.h>

#define CHUNK 131072
static struct slot {
  char data[CHUNK];
  int64_t count; /* 0 = the slot is free */
  off_t offset;
} slots[16];
static int out;

static void
fail (const char *what)
{
  fprintf (stderr, "fetch-with-poll: %s\n", what);
  exit (EXIT_FAILURE);
}

static int64_t
check (int64_t result)
{
  if (result == -1)
    fail (nbd_get_error ());
  return result;
}

/* Wait for what the handle wants next, and tell it what happened. */
static void
one_turn (struct nbd_handle *nbd)
{
  unsigned dir = nbd_aio_get_direction (nbd);
  short want = (dir & LIBNBD_AIO_DIRECTION_READ ? POLLIN : 0)
               | (dir & LIBNBD_AIO_DIRECTION_WRITE ? POLLOUT : 0);
  struct pollfd pfd = { .fd = nbd_aio_get_fd (nbd), .events = want };
  if (poll (&pfd, 1, -1) == -1)
    return; /* a signal: the next turn polls again */

  /* One event at a time, reading first: it can change what is wanted. */
  if ((want & POLLIN) && (pfd.revents & (POLLIN | POLLHUP | POLLERR)))
    check (nbd_aio_notify_read (nbd));
  else
    check (nbd_aio_notify_write (nbd));
}

/* A read is complete.  The handle is locked: no nbd_ calls on it in here. */
static int
save (void *slotv, int *error)
{
  struct slot *s = slotv;
  if (*error != 0)
    fail ("the server could not read");
  if (pwrite (out, s->data, s->count, s->offset) != s->count)
    fail ("cannot write the file");
  s->count = 0;
  return 1; /* retire the command: we never ask for it by its cookie */
}

int
main (int argc, char *argv[])
{
  if (argc != 3)
    fail ("usage: fetch-with-poll URI FILE");
  struct nbd_handle *nbd = nbd_create ();
  check (nbd ? nbd_aio_connect_uri (nbd, argv[1]) : -1);
  while (nbd_aio_is_connecting (nbd))
    one_turn (nbd);
  int64_t size = check (nbd_get_size (nbd)), next = 0;
  if ((out = creat (argv[2], 0666)) == -1)
    fail ("cannot create the file");

  while (next < size || check (nbd_aio_in_flight (nbd)) > 0) {
    for (struct slot *s = slots; s < slots + 16 && next < size; s++) {
      if (s->count > 0)
        continue;
      s->offset = next;
      s->count = size - next < CHUNK ? size - next : CHUNK;
      next += s->count;
      nbd_completion_callback done = { .callback = save, .user_data = s };
      check (nbd_aio_pread (nbd, s->data, s->count, s->offset, done, 0));
    }
    one_turn (nbd);
  }
  check (nbd_aio_disconnect (nbd, 0));
  while (!nbd_aio_is_closed (nbd))
    one_turn (nbd);
  nbd_close (nbd);
  if (close (out) == -1)
    fail ("cannot write the file");
}
