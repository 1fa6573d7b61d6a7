/* SPDX-License-Identifier: MIT */
/* Read parts of an image for probing. */
#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "probe/internal.h"
#include "source/input.h"
#include "tool.h"

uint16_t
be16 (const unsigned char *p)
{
  return (uint16_t) (p[0] << 8 | p[1]);
}

uint32_t
be32 (const unsigned char *p)
{
  return (uint32_t) be16 (p) << 16 | be16 (p + 2);
}

uint64_t
be64 (const unsigned char *p)
{
  return (uint64_t) be32 (p) << 32 | be32 (p + 4);
}

uint16_t
le16 (const unsigned char *p)
{
  return (uint16_t) (p[1] << 8 | p[0]);
}

uint32_t
le32 (const unsigned char *p)
{
  return (uint32_t) le16 (p + 2) << 16 | le16 (p);
}

uint64_t
le64 (const unsigned char *p)
{
  return (uint64_t) le32 (p + 4) << 32 | le32 (p);
}

bool
begins (const struct looking *l, const void *bytes, size_t length)
{
  return l->have >= length && memcmp (l->head, bytes, length) == 0;
}

size_t
look_at_most (struct looking *l, void *buffer, size_t length, uint64_t offset)
{
  size_t done = 0;

  if (l->r->in_order && offset >= INPUT_HEAD)
    return 0;
  if (l->r->in_order && length > INPUT_HEAD - offset)
    length = INPUT_HEAD - offset;
  if (l->r->size != UNKNOWN && offset >= l->r->size)
    return 0;
  while (done < length && l->failed == NULL) {
    ssize_t n = l->r->read (l->r, (char *) buffer + done, length - done,
                            offset + done, &l->failed);
    if (n == -1 && errno == EINTR && l->failed == NULL)
      continue;
    if (n == -1 && l->failed == NULL)
      l->failed = tool_format ("it cannot be read: %s", strerror (errno));
    if (n <= 0)
      break;
    done += n;
  }
  return done;
}

bool
look_at (struct looking *l, void *buffer, size_t length, uint64_t offset)
{
  return look_at_most (l, buffer, length, offset) == length
         && l->failed == NULL;
}

bool
is_broken (struct looking *l, const char *what, uint64_t number)
{
  l->broken = what;
  l->number = number;
  return false;
}

const char probe_is_encrypted[] =
  "it is encrypted, and there is no way to give nbdconvert the key";
const char probe_is_cut[] =
  "its end is missing, and data of the disk with it";
const char probe_needs_parent[] =
  "it has only what differs from a parent, and qemu cannot add that; merge "
  "them first, with the program that made it";

const char *
probe_before_raw (const struct looking *l)
{
  return l->packed ? "unpack it first, then " : "";
}

struct reference *
refers (struct looking *l, const char *what, const void *name, size_t length)
{
  struct references *r = &l->refers;

  if (r->count == 0)
    r->list = tool_alloc (MOST_REFERENCES * sizeof *r->list);
  /* No honest image has so many.  Further references count as one to an
   * unknown file, which is refused. */
  if (r->count == MOST_REFERENCES) {
    name = NULL;
    free (r->list[--r->count].name);
  }
  struct reference *new = &r->list[r->count++];
  *new = (struct reference) { .what = what };
  if (name != NULL)
    new->name = tool_format ("%.*s", (int) length, (const char *) name);
  return new;
}

/* qemu does not accept longer names. */
struct reference *
refers_at (struct looking *l, const char *what, uint64_t offset,
           uint32_t length)
{
  char name[LONGEST_NAME + 1];

  if (length > LONGEST_NAME || !look_at (l, name, length, offset))
    return refers (l, what, NULL, 0);
  return refers (l, what, name, length);
}

void
probe_forget (struct looking *l)
{
  for (size_t i = 0; i < l->refers.count; i++)
    free (l->refers.list[i].name);
  if (l->refers.count > 0)
    free (l->refers.list);
  free (l->failed);
  l->refers = (struct references) { .count = 0 };
  l->failed = NULL;
}
