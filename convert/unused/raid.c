/* SPDX-License-Identifier: MIT */
/* Parts of RAID arrays.  What looks like a file system on one disk of an array
 * may go on on another one, or be different there; so all of it is kept. */
#include <config.h>

#include <string.h>

#include "disk/table.h"
#include "tool.h"
#include "unused/owner.h"

#define SECTOR 512u
#define LINUX_MAGIC UINT32_C (0xa92b4efc)
#define LINUX_OLD_PLACE UINT64_C (65536) /* from a multiple of this on */

/* Where versions from 1 on say in which sector they are. */
#define OWN_PLACE 144u

static bool
is_linux (struct area *a, uint64_t at, uint32_t version)
{
  unsigned char s[OWN_PLACE + 8];

  return area_read (a, s, sizeof s, at) == 0 && get32 (s) == LINUX_MAGIC
         && get32 (s + 4) == version
         && (version == 0 || get64 (s + OWN_PLACE) == at / SECTOR);
}

/* Its superblock is at the end in versions 0.90 and 1.0, and at the beginning
 * or near it in 1.1 and 1.2. */
static bool
is_linux_array (struct area *a)
{
  uint64_t sectors = a->length / SECTOR;

  return is_linux (a, 0, 1) || is_linux (a, 8 * SECTOR, 1)
         || (sectors > 16 && is_linux (a, (sectors - 16) / 8 * 8 * SECTOR, 1))
         || (a->length >= 2 * LINUX_OLD_PLACE
             && is_linux (
               a, (a->length / LINUX_OLD_PLACE - 1) * LINUX_OLD_PLACE, 0));
}

/* What mainboards and controllers put at the end of disks. */
static bool
is_firmware_array (struct area *a)
{
  static const char intel[] = "Intel Raid ISM Cfg Sig. ";
  static const unsigned char ddf[] = { 0xde, 0x11, 0xde, 0x11 };
  unsigned char s[2 * SECTOR];

  return a->length >= sizeof s
         && area_read (a, s, sizeof s, a->length - sizeof s) == 0
         && (memcmp (s, intel, sizeof intel - 1) == 0
             || memcmp (s + SECTOR, ddf, sizeof ddf) == 0);
}

static const char *
look (struct area *a)
{
  return is_linux_array (a) || is_firmware_array (a) ? "RAID" : NULL;
}

static char *
find (struct area *a, struct unused *u, struct volumes *volumes)
{
  (void) a;
  (void) u;
  (void) volumes;
  return tool_format (
    "it is a part of an array; wipefs removes what says so, "
    "if that is old");
}

const struct owner owner_raid = { look, find };
