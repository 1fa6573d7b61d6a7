/* SPDX-License-Identifier: MIT */
/* Find out how an image is compressed. */
#include <config.h>

#include "codec/codec.h"
#include "probe/internal.h"

int
probe_codec (struct probe_reader *r, enum codec_kind *kind, char **why)
{
  struct probe p;
  struct looking l = { .r = r, .p = &p };

  l.have = look_at_most (&l, l.head, PROBE_HEAD, 0);
  *kind = codec_recognize (l.head, l.have);
  *why = l.failed;
  return l.failed != NULL ? -1 : 0;
}
