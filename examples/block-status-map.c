/* SPDX-License-Identifier: MIT */
/* Print a map of what is allocated in an export, what is a hole and what
 * reads as zeroes.
 *
 *   block-status-map nbd://localhost/disk
 *
 * A server describes as much of a request as it likes, so we continue from
 * where each answer ended. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libnbd.h>

#define MAX_COUNT (UINT64_C (1) << 30) /* without extended headers < 2^32 */

static const char *const meaning[4] = {
  [0] = "data",
  [LIBNBD_STATE_HOLE] = "hole, contents unknown",
  [LIBNBD_STATE_ZERO] = "zeroes, allocated",
  [LIBNBD_STATE_HOLE | LIBNBD_STATE_ZERO] = "hole",
};

/* One answer: consecutive extents, the first of which begins at OFFSET. */
static int
print_extents (void *nextv, const char *context, uint64_t offset,
               nbd_extent *entries, size_t nr_entries, int *error)
{
  (void) error;
  uint64_t *next = nextv;
  if (strcmp (context, LIBNBD_CONTEXT_BASE_ALLOCATION) != 0)
    return 0;
  for (size_t i = 0; i < nr_entries; i++) {
    printf ("%14" PRIu64 " %14" PRIu64 "  %s\n", offset, entries[i].length,
            meaning[entries[i].flags & 3]);
    offset += entries[i].length;
  }
  *next = offset;
  return 0;
}

/* The whole map; -1 with libnbd's error set. */
static int
print_map (struct nbd_handle *nbd, const char *uri)
{
  if (nbd_add_meta_context (nbd, LIBNBD_CONTEXT_BASE_ALLOCATION) == -1
      || nbd_connect_uri (nbd, uri) == -1)
    return -1;
  int64_t size = nbd_get_size (nbd);
  int can_map = nbd_can_meta_context (nbd, LIBNBD_CONTEXT_BASE_ALLOCATION);
  if (size == -1 || can_map == -1)
    return -1;
  if (can_map == 0) {
    printf ("%14d %14" PRIi64 "  the server cannot tell\n", 0, size);
    return nbd_shutdown (nbd, 0);
  }

  for (uint64_t next = 0; next < (uint64_t) size;) {
    uint64_t count = size - next < MAX_COUNT ? size - next : MAX_COUNT;
    nbd_extent64_callback cb = { print_extents, &next, NULL };
    if (nbd_block_status_64 (nbd, count, next, cb, 0) == -1)
      return -1;
  }
  return nbd_shutdown (nbd, 0);
}

int
main (int argc, char *argv[])
{
  if (argc != 2) {
    fprintf (stderr, "usage: %s URI\n", argv[0]);
    return EXIT_FAILURE;
  }
  struct nbd_handle *nbd = nbd_create ();
  int status = EXIT_SUCCESS;
  if (nbd == NULL || print_map (nbd, argv[1]) == -1) {
    fprintf (stderr, "%s: %s\n", argv[0], nbd_get_error ());
    status = EXIT_FAILURE;
  }
  nbd_close (nbd);
  return status;
}
