/* SPDX-License-Identifier: MIT */
/* Files that are no disks but hold them, or were downloaded instead of them:
 * archives, other compressions, and error pages of web servers. */
#include <config.h>

#include <string.h>
#include <strings.h>
#include <sys/param.h>

#include "probe/internal.h"

static const struct mark {
  const char *name;
  unsigned at, length;
  const char *bytes;
} marks[] = {
  { "a zip archive", 0, 4, "PK\3\4" },
  { "a 7z archive", 0, 6, "7z\xbc\xaf\x27\x1c" },
  { "a rar archive", 0, 6, "Rar!\x1a\7" },
  { "a tar archive, as an OVA is", 257, 5, "ustar" },
  { "a backup of Proxmox VE (vma)", 0, 4, "VMA\0" },
  { "a Windows image (wim)", 0, 8, "MSWIM\0\0\0" },
  { "an Android sparse image (simg)", 0, 4, "\x3a\xff\x26\xed" },
  { "a file that lz4 packed", 0, 4, "\4\"M\x18" },
  { "a file that lz4 packed", 0, 4, "\2!L\x18" },
  { "a file that lzip packed", 0, 5, "LZIP\1" },
  { "a file that lrzip packed", 0, 5, "LRZI\0" },
  { "a file that lzop packed", 0, 9, "\x89LZO\0\r\n\x1a\n" },
  { "a file that compress packed", 0, 3, "\x1f\x9d\x90" },
};

/* A file of LZMA alone has no magic number: its first byte has parameters,
 * which all programs choose alike, and the sizes of the dictionary and of the
 * content follow.  Each of these numbers and the zero behind them has to be
 * what such a program writes, so hardly any disk begins like this. */
static bool
begins_as_lzma (const struct looking *l)
{
  static const unsigned char usual = 0x5d;
  const unsigned char *h = l->head;

  if (l->have < 14 || h[0] != usual || h[13] != 0)
    return false;
  uint64_t dictionary = le32 (h + 1), content = le64 (h + 5);
  uint64_t odd = dictionary % 3 == 0 ? dictionary / 3 : dictionary;
  return powerof2 (odd) && dictionary >= 4096
         && (content == UNKNOWN || (content > 0 && content >> 38 == 0));
}

static bool
begins_as_page (const struct looking *l)
{
  static const char *const beginnings[] = { "<!DOCTYPE html", "<html" };

  for (size_t i = 0; i < 2; i++) {
    size_t length = strlen (beginnings[i]);
    if (l->have >= length
        && strncasecmp ((const char *) l->head, beginnings[i], length) == 0)
      return true;
  }
  return false;
}

/* Apple's image has its header in its last sector. */
static bool
ends_as_dmg (struct looking *l)
{
  char end[4];

  return l->r->size != UNKNOWN && l->r->size >= 512
         && look_at (l, end, sizeof end, l->r->size - 512)
         && memcmp (end, "koly", sizeof end) == 0;
}

const char *
probe_archive (struct looking *l)
{
  for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
    const struct mark *m = &marks[i];
    if (l->have >= m->at + m->length
        && memcmp (l->head + m->at, m->bytes, m->length) == 0)
      return m->name;
  }
  if (begins_as_lzma (l))
    return "a file that lzma packed";
  if (begins_as_page (l))
    return "a page of a web site (HTML)";
  return ends_as_dmg (l) ? "an Apple disk image (dmg)" : NULL;
}
