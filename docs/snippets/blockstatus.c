/* SPDX-License-Identifier: MIT */
/* Examples: what is where on a disk. */
#include "snippet.h"

/* nbd_block_status */
static int
show_extents (void *user_data, const char *metacontext,
              uint64_t offset, uint32_t *entries, size_t nr_entries,
              int *error)
{
  /* Pairs of a length and its flags, one after the other. */
  for (size_t i = 0; i < nr_entries; i += 2) {
    printf ("%s: %" PRIu64 "+%" PRIu32 ": %" PRIu32 "\n",
            metacontext, offset, entries[i], entries[i + 1]);
    offset += entries[i];
  }
  return 0;
}

EXAMPLE (mapped)
{
  nbd_extent_callback extent = { .callback = show_extents };

  /* nbd_block_status_64 does this for any length. */
  if (nbd_block_status (nbd, 1 << 20, 0, extent, 0) == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
}

/* nbd_aio_block_status */
static int
count_data (void *data, const char *metacontext, uint64_t offset,
            uint32_t *entries, size_t nr_entries, int *error)
{
  if (strcmp (metacontext, LIBNBD_CONTEXT_BASE_ALLOCATION) == 0)
    for (size_t i = 0; i < nr_entries; i += 2)
      if (!(entries[i + 1] & LIBNBD_STATE_ZERO))
        *(uint64_t *) data += entries[i];
  return 0;
}

EXAMPLE (mapped)
{
  uint64_t data = 0;
  nbd_extent_callback extent = { count_data, &data, NULL };
  int64_t cookie = nbd_aio_block_status (nbd, 1 << 20, 0, extent,
                                         NBD_NULL_COMPLETION, 0);
  int done;

  if (cookie == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  while ((done = nbd_aio_command_completed (nbd, cookie)) == 0)
    if (nbd_poll (nbd, -1) == -1)
      errx (EXIT_FAILURE, "%s", nbd_get_error ());
  if (done == 1)
    printf ("at least %" PRIu64 " bytes of data\n", data);
}

/* nbd_block_status_64 */
static int
note_end (void *user_data, const char *metacontext, uint64_t offset,
          nbd_extent *entries, size_t nr_entries, int *error)
{
  uint64_t *end = user_data;

  if (strcmp (metacontext, LIBNBD_CONTEXT_BASE_ALLOCATION) != 0)
    return 0;
  for (size_t i = 0; i < nr_entries; i++) {
    printf ("%" PRIu64 ": %" PRIu64 " bytes%s\n", offset,
            entries[i].length,
            entries[i].flags & LIBNBD_STATE_ZERO ? ", zero" : "");
    offset += entries[i].length;
  }
  *end = offset;
  return 0;
}

EXAMPLE (mapped)
{
  uint64_t size = nbd_get_size (nbd);

  /* A server may answer for less than was asked: go on from there. */
  for (uint64_t from = 0, end; from < size; from = end) {
    nbd_extent64_callback extent = { note_end, &end, NULL };

    end = size; /* if there is no answer for this context */
    if (nbd_block_status_64 (nbd, size - from, from, extent, 0)
        == -1)
      errx (EXIT_FAILURE, "%s", nbd_get_error ());
  }
}

/* nbd_aio_block_status_64 */
static int
add_dirty (void *dirty, const char *metacontext, uint64_t offset,
           nbd_extent *entries, size_t nr_entries, int *error)
{
  if (strcmp (metacontext, "qemu:dirty-bitmap:changes") == 0)
    for (size_t i = 0; i < nr_entries; i++)
      if (entries[i].flags & LIBNBD_STATE_DIRTY)
        *(uint64_t *) dirty += entries[i].length;
  return 0;
}

EXAMPLE (mapped)
{
  uint64_t dirty = 0;
  nbd_extent64_callback extent = { add_dirty, &dirty, NULL };
  int64_t cookie = nbd_aio_block_status_64 (nbd, nbd_get_size (nbd),
                                            0, extent,
                                            NBD_NULL_COMPLETION, 0);
  int done;

  if (cookie == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  while ((done = nbd_aio_command_completed (nbd, cookie)) == 0)
    if (nbd_poll (nbd, -1) == -1)
      errx (EXIT_FAILURE, "%s", nbd_get_error ());
  if (done == 1)
    printf ("at least %" PRIu64 " bytes have changed\n", dirty);
}

/* nbd_block_status_filter */
static int
show_filtered (void *user_data, const char *metacontext,
               uint64_t offset, nbd_extent *entries,
               size_t nr_entries, int *error)
{
  printf ("%s: %zu extents\n", metacontext, nr_entries);
  return 0;
}

EXAMPLE (mapped)
{
  char *contexts[] = { "qemu:dirty-bitmap:changes", NULL };
  nbd_extent64_callback extent = { .callback = show_filtered };
  int r;

  if (nbd_can_block_status_payload (nbd) > 0)
    r = nbd_block_status_filter (nbd, 1 << 20, 0, contexts, extent,
                                 0);
  else /* this reports other contexts, too */
    r = nbd_block_status_64 (nbd, 1 << 20, 0, extent, 0);
  if (r == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
}

/* nbd_aio_block_status_filter */
static int
print_filtered (void *user_data, const char *metacontext,
                uint64_t offset, nbd_extent *entries,
                size_t nr_entries, int *error)
{
  printf ("%s: %zu extents\n", metacontext, nr_entries);
  return 0;
}

EXAMPLE (mapped)
{
  char *contexts[] = { "qemu:dirty-bitmap:changes", NULL };
  nbd_extent64_callback extent = { .callback = print_filtered };

  if (nbd_can_block_status_payload (nbd) > 0
      && nbd_aio_block_status_filter (nbd, 1 << 20, 0, contexts,
                                      extent, NBD_NULL_COMPLETION,
                                      0)
           == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  while (nbd_aio_in_flight (nbd) > 0)
    if (nbd_poll (nbd, -1) == -1)
      errx (EXIT_FAILURE, "%s", nbd_get_error ());
}
