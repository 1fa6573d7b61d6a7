/* SPDX-License-Identifier: MIT */
/* Print what nbdconvert finds unused on a disk, for tests in shell and Python:
 *
 *   unused FILE          each area, and its result
 *   unused FILE ranges   start and end of each unused range
 *   unused FILE drop     punch holes into the file
 *   unused FILE fail N   each area; read number N fails, counted from 1 */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "disk/gpt.h"
#include "tool.h"
#include "unused/unused.h"

struct file_disk {
  struct disk disk;
  int fd;
  int fails; /* reads until one fails; or 0: none */
};

static int
file_read (struct disk *d, void *buffer, uint64_t length, uint64_t offset,
           char **why)
{
  struct file_disk *f = (struct file_disk *) d;

  if (f->fails > 0 && --f->fails == 0) {
    *why = tool_format ("as it was told to");
    return -1;
  }
  if (offset > d->size || length > d->size - offset)
    abort ();
  if (pread (f->fd, buffer, length, (off_t) offset) == (ssize_t) length)
    return 0;
  *why = tool_format ("%m");
  return -1;
}

static void
print_area (void *opaque, const struct unused_area *a)
{
  (void) opaque;
  printf ("%u%s%s %" PRIu64 " %" PRIu64 " %s %" PRIu64 "%s%s\n", a->number,
          a->volume ? ":" : "", a->volume ? a->volume : "", a->start,
          a->length, a->what ? a->what : "unknown", a->unused,
          a->why ? " " : "", a->why ? a->why : "");
}

static void
say_nothing (void *opaque, const struct unused_area *a)
{
  (void) opaque;
  (void) a;
}

int
main (int argc, char **argv)
{
  const char *what = argc > 2 ? argv[2] : "areas";
  struct file_disk f = { .disk.read = file_read };
  struct unused u;
  struct stat st;
  char *why = NULL;

  f.fd = open (argv[1], O_RDWR | O_CLOEXEC);
  if (f.fd == -1 || fstat (f.fd, &st) == -1)
    return EXIT_FAILURE;
  f.disk.size = st.st_size;
  if (argc > 3)
    f.fails = atoi (argv[3]);
  if (unused_find (&f.disk, &u, argc != 3 ? print_area : say_nothing, NULL,
                   &why)
      == -1) {
    fprintf (stderr, "unused: %s\n", why);
    return EXIT_FAILURE;
  }
  for (size_t i = 0; i < u.count; i++) {
    const struct unused_range *r = &u.ranges[i];
    if (strcmp (what, "ranges") == 0)
      printf ("%" PRIu64 " %" PRIu64 "\n", r->start, r->end);
    if (strcmp (what, "drop") == 0
        && fallocate (f.fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                      r->start, r->end - r->start)
             == -1)
      return EXIT_FAILURE;
  }
  unused_free (&u);
  free (why);
  return EXIT_SUCCESS;
}
