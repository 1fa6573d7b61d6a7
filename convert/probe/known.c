/* SPDX-License-Identifier: MIT */
/* All formats, and which of them an image has. */
#include <config.h>

#include <unistd.h>

#include "probe/internal.h"

/* The last ones have no magic number at the very beginning, so the others are
 * tried first. */
static const struct known *const all[] = {
  &probe_qcow2,     &probe_qcow, &probe_qed,       &probe_vmdk_sparse,
  &probe_vmdk_text, &probe_vhdx, &probe_vpc,       &probe_parallels,
  &probe_luks,      &probe_vdi,  &probe_vpc_fixed,
};

static ssize_t
read_file (struct probe_reader *r, void *buffer, size_t length,
           uint64_t offset, char **why)
{
  (void) why;
  return pread ((int) (intptr_t) r->opaque, buffer, length, offset);
}

struct probe_reader
probe_reads_file (int fd, uint64_t size)
{
  return (struct probe_reader) {
    .read = read_file,
    .size = size,
    .opaque = (void *) (intptr_t) fd,
  };
}

static bool
read_head (struct looking *l)
{
  l->have = look_at_most (l, l->head, PROBE_HEAD, 0);
  return l->failed == NULL;
}

const struct known *
probe_look (struct looking *l, const enum format *format)
{
  l->p->size = l->p->data = UNKNOWN;
  l->p->format = format ? *format : RAW;
  if (!read_head (l))
    return NULL;
  for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
    const struct known *k = all[i];
    if ((format != NULL && k->format != *format) || !k->recognizes (l))
      continue;
    if (l->failed != NULL || (!k->look (l) && l->failed != NULL))
      return NULL;
    l->p->format = k->format;
    return k;
  }
  return NULL;
}
