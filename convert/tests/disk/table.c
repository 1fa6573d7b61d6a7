/* SPDX-License-Identifier: MIT */
/* Call nbdconvert's functions for partition tables, for tests in shell:
 *
 *   table facts FILE [OLD_SIZE]            print what is found
 *   table follow FILE OLD_SIZE [N [torn]]  print each write; the N-th fails,
 *                                          TORN: after half of it was written
 *   table shrink FILE SIZE                 print "yes", or "no: why"
 *   table grow FILE OLD_SIZE NAME [move]   print the plan, and carry it out
 *
 * With BLOCK in the environment the file takes only whole blocks of this size.
 * Errors are printed to standard error, with status 1. */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "disk/blocks.h"
#include "disk/gpt.h"
#include "grow/grow.h"

struct file_disk {
  struct disk disk;
  int fd;
  uint64_t block;
  unsigned writes, fail_at;
  bool torn, tells;
};

static int
file_read (struct disk *d, void *buffer, uint64_t length, uint64_t offset,
           char **why)
{
  struct file_disk *f = (struct file_disk *) d;

  if ((offset | length) % f->block != 0)
    abort ();
  if (pread (f->fd, buffer, length, (off_t) offset) == (ssize_t) length)
    return 0;
  *why = strdup ("read beyond the end");
  return -1;
}

static int
file_write (struct disk *d, const void *buffer, uint64_t length,
            uint64_t offset, char **why)
{
  struct file_disk *f = (struct file_disk *) d;

  if (f->tells)
    printf ("write %" PRIu64 " %" PRIu64 "\n", offset, length);
  if (offset > d->size || length > d->size - offset
      || (offset | length) % f->block != 0)
    abort ();
  if (++f->writes == f->fail_at) {
    if (f->torn)
      pwrite (f->fd, buffer, length / 1024 * 512, (off_t) offset);
    *why = strdup ("this write fails");
    return -1;
  }
  if (pwrite (f->fd, buffer, length, (off_t) offset) == (ssize_t) length)
    return 0;
  *why = strdup (strerror (errno));
  return -1;
}

static int
tell_facts (struct disk *d, uint64_t old_size, char **why)
{
  static const char *const kinds[] = { "none", "mbr", "gpt" };
  struct table_facts f;

  if (table_read (d, old_size, &f, why) == -1)
    return -1;
  printf ("%s sector=%u count=%u end=%" PRIu64 " backup=%s\n", kinds[f.kind],
          f.sector, f.count, f.end, f.backup_at_end ? "end" : "elsewhere");
  return 0;
}

static int
tell_shrink (struct disk *d, uint64_t size, char **why)
{
  int r = table_may_shrink (d, size, why);

  if (r == 1)
    puts ("yes");
  else if (r == 0)
    printf ("no: %s\n", *why);
  return r;
}

static void
tell_growth (const struct growth *g)
{
  printf ("partition %u \"%s\" %" PRIu64 "+%" PRIu64 " to %" PRIu64
          "+%" PRIu64 " shift %" PRIu64 "\n",
          g->number, g->name, g->before.start, g->before.length,
          g->after.start, g->after.length, g->shift);
  for (size_t i = 0; i < g->nr_moves; i++)
    printf ("%s %u %" PRIu64 "+%" PRIu64 " to %" PRIu64 "\n",
            g->moves[i].swap_page > 0 ? "remake" : "move", g->moves[i].number,
            g->moves[i].from, g->moves[i].length, g->moves[i].to);
}

/* Plan with the old size of the disk, and carry out with the new size. */
static int
grow (struct disk *d, uint64_t old_size, const char *partition, bool move,
      char **why)
{
  struct growth_wish wish = { .partition = partition, .move = move };
  struct growth g;
  uint64_t size = d->size;

  d->size = old_size < size ? old_size : size;
  int r = growth_plan (d, old_size, size, &wish, &g, why);
  d->size = size;
  if (r == -1)
    return -1;
  tell_growth (&g);
  r = table_follow (d, old_size, why);
  if (r == 0 && g.shift > 0)
    r = growth_move (d, &g, why);
  if (r == 0)
    r = growth_apply (d, &g, why);
  growth_free (&g);
  return r;
}

static int
run (int argc, char **argv, struct file_disk *f, char **why)
{
  uint64_t size = argc > 3 ? strtoull (argv[3], NULL, 0) : f->disk.size;
  struct block_disk b;

  blocks_begin (&b, &f->disk, (uint32_t) f->block);

  if (strcmp (argv[1], "facts") == 0)
    return tell_facts (&b.disk, size, why);
  if (strcmp (argv[1], "shrink") == 0)
    return tell_shrink (&b.disk, size, why);
  if (strcmp (argv[1], "grow") == 0)
    return grow (&b.disk, size, argv[4], argc > 5, why);
  f->fail_at = argc > 4 ? (unsigned) atoi (argv[4]) : 0;
  f->torn = argc > 5;
  f->tells = true;
  return table_follow (&b.disk, size, why);
}

int
main (int argc, char **argv)
{
  struct file_disk f = {
    .disk = { .read = file_read, .write = file_write },
    .fd = -1,
    .block = 1,
  };
  struct stat st;
  const char *block = getenv ("BLOCK");
  char *why = NULL;

  if (argc < 3)
    return 2;
  if (block != NULL)
    f.block = strtoull (block, NULL, 0);
  f.fd = open (argv[2], O_RDWR | O_CLOEXEC);
  if (f.fd == -1 || fstat (f.fd, &st) == -1) {
    perror (argv[2]);
    return 2;
  }
  f.disk.size = (uint64_t) st.st_size;
  int r = run (argc, argv, &f, &why);

  if (r == -1)
    fprintf (stderr, "error: %s\n", why ? why : "no reason was given");
  free (why);
  close (f.fd);
  return r == -1;
}
