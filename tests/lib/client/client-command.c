/* SPDX-License-Identifier: MIT */
/* Data commands. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client.h"

/* Flags by their letters: f FUA, h NO_HOLE, z FAST_ZERO, d DF, 1 REQ_ONE;
 * "-" for none. */
static uint32_t
command_flags (const char *letters)
{
  uint32_t flags = 0;
  for (; *letters != '\0'; letters++)
    switch (*letters) {
    case '-': break;
    case 'f': flags |= LIBNBD_CMD_FLAG_FUA; break;
    case 'h': flags |= LIBNBD_CMD_FLAG_NO_HOLE; break;
    case 'z': flags |= LIBNBD_CMD_FLAG_FAST_ZERO; break;
    case 'd': flags |= LIBNBD_CMD_FLAG_DF; break;
    case '1': flags |= LIBNBD_CMD_FLAG_REQ_ONE; break;
    default: die ("no such flag: %c", *letters);
    }
  return flags;
}

static char *
allocate (size_t count)
{
  char *buf = malloc (count + 1);
  if (buf == NULL)
    die ("out of memory");
  return buf;
}

static void
save (const char *path, const char *buf, size_t count)
{
  FILE *fp = fopen (path, "we");
  if (fp == NULL || fwrite (buf, 1, count, fp) != count || fclose (fp) != 0)
    die ("%s: %s", path, strerror (errno));
}

/* Read exactly COUNT bytes from the beginning of a file. */
static char *
load (const char *path, size_t count)
{
  char *buf = allocate (count);
  FILE *fp = fopen (path, "re");
  if (fp == NULL || fread (buf, 1, count, fp) != count)
    die ("%s: cannot read %zu bytes", path, count);
  fclose (fp);
  return buf;
}

/* read OFFSET COUNT FILE */
static int
do_read (struct nbd_handle *h, char **arg)
{
  size_t count = number (arg[1]);
  char *buf = allocate (count);
  memset (buf, 0xee, count);
  int r = nbd_pread (h, buf, count, number (arg[0]), 0);
  if (r == 0)
    save (arg[2], buf, count);
  free (buf);
  return r;
}

/* write OFFSET COUNT FILE FLAGS */
static int
do_write (struct nbd_handle *h, char **arg)
{
  size_t count = number (arg[1]);
  char *buf = load (arg[2], count);
  int r = nbd_pwrite (h, buf, count, number (arg[0]), command_flags (arg[3]));
  free (buf);
  return r;
}

/* copy FILE: read all of the export, with 16 reads in flight. */
#define COPY_CHUNK ((size_t) 96 * 1024)
static int
do_copy (struct nbd_handle *h, char **arg)
{
  int64_t size = nbd_get_size (h);
  if (size == -1)
    return -1;
  char *buf = allocate (size);
  size_t next = 0;
  while (next < (size_t) size || nbd_aio_in_flight (h) > 0) {
    while (next < (size_t) size && nbd_aio_in_flight (h) < 16) {
      size_t count = size - next < COPY_CHUNK ? size - next : COPY_CHUNK;
      if (nbd_aio_pread (h, buf + next, count, next, NBD_NULL_COMPLETION, 0)
          == -1)
        return -1;
      next += count;
    }
    if (nbd_poll (h, -1) == -1)
      return -1;
    int64_t cookie;
    while ((cookie = nbd_aio_peek_command_completed (h)) > 0)
      if (nbd_aio_command_completed (h, cookie) == -1)
        return -1;
  }
  save (arg[0], buf, size);
  free (buf);
  return 0;
}

/* pattern OFFSET COUNT: each 8 bytes are their own offset, big endian. */
static int
do_pattern (struct nbd_handle *h, char **arg)
{
  uint64_t offset = number (arg[0]);
  size_t count = number (arg[1]);
  unsigned char *buf = (unsigned char *) allocate (count);
  int r = nbd_pread (h, buf, count, offset, 0);
  for (size_t i = 0; r == 0 && i < count; i++) {
    uint64_t at = offset + i;
    unsigned char want = (at & ~UINT64_C (7)) >> (56 - 8 * (at & 7)) & 0xff;
    if (buf[i] != want)
      die ("byte at %" PRIu64 " is %02x, not %02x", at, buf[i], want);
  }
  free (buf);
  return r;
}

static int
print_chunk (void *unused, const void *subbuf, size_t count, uint64_t offset,
             unsigned status, int *error)
{
  (void) unused, (void) subbuf, (void) error;
  const char *const name[] = { "?", "data", "hole", "error" };
  printf ("%" PRIu64 " %zu %s\n", offset, count, name[status & 3]);
  return 0;
}

/* chunks OFFSET COUNT FILE FLAGS: a structured read that prints its chunks. */
static int
do_chunks (struct nbd_handle *h, char **arg)
{
  size_t count = number (arg[1]);
  char *buf = allocate (count);
  memset (buf, 0xee, count);
  nbd_chunk_callback cb = { .callback = print_chunk };
  int r = nbd_pread_structured (h, buf, count, number (arg[0]), cb,
                                command_flags (arg[3]));
  if (r == 0)
    save (arg[2], buf, count);
  free (buf);
  return r;
}

struct map {
  const char *context;
  uint64_t next;
  uint64_t start, length, flags; /* the extent not yet printed */
};

static void
print_extent (const struct map *map)
{
  if (map->length > 0)
    printf ("%" PRIu64 " %" PRIu64 " %" PRIu64 "\n", map->start, map->length,
            map->flags);
}

static int
add_extents (void *mapv, const char *context, uint64_t offset,
             uint32_t *entries, size_t nr_entries, int *error)
{
  (void) error;
  struct map *map = mapv;
  if (strcmp (context, map->context) != 0)
    return 0;
  for (size_t i = 0; i < nr_entries; i += 2) {
    if (map->length > 0 && map->flags == entries[i + 1])
      map->length += entries[i];
    else {
      print_extent (map);
      map->start = offset;
      map->length = entries[i];
      map->flags = entries[i + 1];
    }
    offset += entries[i];
  }
  map->next = offset;
  return 0;
}

/* map CONTEXT OFFSET COUNT FLAGS: print the extents; neighbours of the same
 * kind are joined. */
static int
do_map (struct nbd_handle *h, char **arg)
{
  struct map map = { .context = arg[0], .next = number (arg[1]) };
  uint64_t end = map.next + number (arg[2]);
  while (map.next < end) {
    uint64_t before = map.next;
    nbd_extent_callback cb = { .callback = add_extents, .user_data = &map };
    if (nbd_block_status (h, end - map.next, map.next, cb,
                          command_flags (arg[3]))
        == -1)
      return -1;
    if (map.next == before)
      die ("no extent for %s at %" PRIu64, map.context, before);
  }
  print_extent (&map);
  return 0;
}

/* trim OFFSET COUNT FLAGS */
static int
do_trim (struct nbd_handle *h, char **arg)
{
  return nbd_trim (h, number (arg[1]), number (arg[0]),
                   command_flags (arg[2]));
}

/* zero OFFSET COUNT FLAGS */
static int
do_zero (struct nbd_handle *h, char **arg)
{
  return nbd_zero (h, number (arg[1]), number (arg[0]),
                   command_flags (arg[2]));
}

/* cache OFFSET COUNT */
static int
do_cache (struct nbd_handle *h, char **arg)
{
  return nbd_cache (h, number (arg[1]), number (arg[0]), 0);
}

static int
do_flush (struct nbd_handle *h, char **arg)
{
  (void) arg;
  return nbd_flush (h, 0);
}

static int
do_shutdown (struct nbd_handle *h, char **arg)
{
  (void) arg;
  return nbd_shutdown (h, 0);
}

static void
open_and_close (const char *path, int flags)
{
  int fd = open (path, flags | O_CLOEXEC);
  if (fd == -1)
    die ("%s: %s", path, strerror (errno));
  close (fd);
}

/* rest FIFO: wait until the test reads FIFO, and then until it writes FIFO. */
static int
do_rest (struct nbd_handle *h, char **arg)
{
  (void) h;
  open_and_close (arg[0], O_WRONLY);
  open_and_close (arg[0], O_RDONLY);
  return 0;
}

const struct verb command_verbs[] = {
  { "cache", 2, do_cache },
  { "chunks", 4, do_chunks },
  { "copy", 1, do_copy },
  { "flush", 0, do_flush },
  { "map", 4, do_map },
  { "pattern", 2, do_pattern },
  { "read", 3, do_read },
  { "rest", 1, do_rest },
  { "shutdown", 0, do_shutdown },
  { "trim", 3, do_trim },
  { "write", 4, do_write },
  { "zero", 3, do_zero },
  { NULL, 0, NULL },
};
