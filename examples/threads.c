/* SPDX-License-Identifier: MIT */
/* Fetch an export into a file with four threads, each with its own handle
 * and many requests in flight.
 *
 *   threads nbd://localhost/disk disk.img
 *
 * Handles in different threads share nothing and need no lock.  To write to an
 * export with several handles, check nbd_can_multi_conn first. */
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <libnbd.h>

#define THREADS 4
#define IN_FLIGHT 16
#define CHUNK 65536

static const char *uri;
static int out;

struct request {
  char data[CHUNK];
  int64_t count, offset;
};

static int64_t
check (int64_t result)
{
  if (result == -1) {
    fprintf (stderr, "threads: %s\n", nbd_get_error ());
    exit (EXIT_FAILURE);
  }
  return result;
}

/* The data of one request is here: write it to its place in the file. */
static int
save (void *reqv, int *error)
{
  struct request *req = reqv;
  if (*error != 0)
    return -1; /* not retired, so fetch finds it and reports it */
  if (pwrite (out, req->data, req->count, req->offset) != req->count) {
    perror ("threads: write");
    exit (EXIT_FAILURE);
  }
  return 1; /* retired, and so freed */
}

/* Fetch every fourth chunk, starting with the one of our own number. */
static void *
fetch (void *numberv)
{
  struct nbd_handle *nbd = nbd_create ();
  check (nbd != NULL ? nbd_connect_uri (nbd, uri) : -1);
  int64_t size = check (nbd_get_size (nbd));
  int64_t next = (intptr_t) numberv * CHUNK;
  while (next < size || check (nbd_aio_in_flight (nbd)) > 0) {
    while (next < size && nbd_aio_in_flight (nbd) < IN_FLIGHT) {
      struct request *req = malloc (sizeof *req);
      if (req == NULL)
        abort ();
      req->offset = next;
      req->count = size - next < CHUNK ? size - next : CHUNK;
      nbd_completion_callback done = { save, req, free };
      check (nbd_aio_pread (nbd, req->data, req->count, next, done, 0));
      next += THREADS * CHUNK;
    }
    check (nbd_poll (nbd, -1));
    int64_t failed = nbd_aio_peek_command_completed (nbd);
    if (failed > 0)
      check (nbd_aio_command_completed (nbd, failed));
  }
  check (nbd_shutdown (nbd, 0));
  nbd_close (nbd);
  return NULL;
}

int
main (int argc, char *argv[])
{
  if (argc != 3 || (out = creat (argv[2], 0666)) == -1) {
    fprintf (stderr, "usage: %s URI FILE, which can be written\n", argv[0]);
    return EXIT_FAILURE;
  }
  uri = argv[1];
  pthread_t threads[THREADS];
  for (intptr_t i = 0; i < THREADS; i++)
    if (pthread_create (&threads[i], NULL, fetch, (void *) i) != 0)
      abort ();
  for (int i = 0; i < THREADS; i++)
    pthread_join (threads[i], NULL);
  return close (out) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
