/* SPDX-License-Identifier: MIT */
/* Members of RAID arrays.  What looks like a file system on one disk of an
 * array may continue on another disk, or be different there.  So all of it is
 * kept. */
#include <config.h>

#include <string.h>

#include "disk/table.h"
#include "tool.h"
#include "unused/owner.h"

#define SECTOR 512u
#define LINUX_MAGIC UINT32_C (0xa92b4efc)
/* Superblocks of version 0.90 begin at a multiple of this. */
#define LINUX_OLD_PLACE UINT64_C (65536)

/* Where superblocks of version 1 store their own sector. */
#define OWN_PLACE 144u

static bool
is_linux (struct area *a, uint64_t at, uint32_t version)
{
  unsigned char s[OWN_PLACE + 8];

  return area_read (a, s, sizeof s, at) == 0 && get32 (s) == LINUX_MAGIC
         && get32 (s + 4) == version
         && (version == 0 || get64 (s + OWN_PLACE) == at / SECTOR);
}

/* Superblocks of version 0.90 and 1.0 are at the end, those of 1.1 and 1.2 at
 * or near the beginning. */
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

/* Superblocks of mainboards and controllers, at the end of disks. */
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
  return tool_format ("it is a member of a RAID array; if it no longer is, "
                      "wipefs removes the traces of that");
}

const struct owner owner_raid = { look, find };
