/* SPDX-License-Identifier: MIT */
/* Find out what is in a partition: ext2, ext3 and ext4 by their superblock,
 * others by their magic numbers.
 *
 * If two are found at once, neither can be trusted: one may be left over from
 * earlier use, or the partition is half of a RAID mirror, whose superblock is
 * at its end. */
#include <config.h>

#include <stdlib.h>
#include <sys/param.h>

#include "disk/ext.h"
#include "disk/table.h"
#include "grow/file-system.h"
#include "tool.h"

/* How much of the beginning and of the end of the partition is read. */
#define BEGINNING (68u * 1024)
#define END (128u * 1024)

/* ---- file systems other than ext ---- */

struct mark {
  const char *name, *advice;
  uint32_t at, length;
  const char *bytes;
};

#define MARK(name, at, bytes, advice)         \
  {                                           \
    name, advice, at, sizeof bytes - 1, bytes \
  }

#define IN_LVM "pvresize DEVICE && lvextend -r -l +100%FREE VG/LV"
#define IN_RAID                                                 \
  "mdadm --grow /dev/md0 --size=max, then what grows the file " \
  "system in it"
#define IN_WINDOWS "Resize-Partition, or \"Extend Volume\" of Disk Management"
#define IN_SWAP "swapoff DEVICE && mkswap DEVICE && swapon DEVICE"
#define LVM(at) MARK ("LVM", at, "LVM2 001", IN_LVM)
#define SWAP(page) MARK ("swap", page - 10, "SWAPSPACE2", IN_SWAP)

static const struct mark marks[] = {
  MARK ("xfs", 0, "XFSB", "xfs_growfs MOUNTPOINT"),
  MARK ("btrfs", 0x10040, "_BHRfS_M",
        "btrfs filesystem resize max MOUNTPOINT"),
  LVM (0x18),
  LVM (0x218),
  LVM (0x418),
  LVM (0x618),
  MARK ("LUKS", 0, "LUKS\xba\xbe",
        "cryptsetup resize NAME, then what grows the file system in it"),
  MARK ("RAID", 0, "\xfc\x4e\x2b\xa9", IN_RAID),
  MARK ("RAID", 4096, "\xfc\x4e\x2b\xa9", IN_RAID),
  MARK ("ntfs", 3, "NTFS    ", IN_WINDOWS),
  MARK ("refs", 3, "ReFS\0\0\0\0", IN_WINDOWS),
  MARK ("bitlocker", 3, "-FVE-FS-", IN_WINDOWS),
  MARK ("exfat", 3, "EXFAT   ", NULL),
  MARK ("fat", 82, "FAT32   ", NULL),
  MARK ("fat", 54, "FAT16   ", NULL),
  MARK ("fat", 54, "FAT12   ", NULL),
  MARK ("f2fs", 1024, "\x10\x20\xf5\xf2", "resize.f2fs DEVICE, unmounted"),
  MARK ("zfs", 0x4018, "version\0", "zpool online -e POOL DEVICE"),
  MARK ("jfs", 0x8000, "JFS1", "mount -o remount,resize MOUNTPOINT"),
  MARK ("reiserfs", 0x10034, "ReIsErFs", "resize_reiserfs DEVICE"),
  MARK ("reiserfs", 0x10034, "ReIsEr2Fs", "resize_reiserfs DEVICE"),
  MARK ("reiserfs", 0x10034, "ReIsEr3Fs", "resize_reiserfs DEVICE"),
  MARK ("bcachefs", 0x1018,
        "\xc6\x85\x73\xf6\x66\xce\x90\xa9\xd9\x6a\x60\xcf\x80\x3d\xf7\xef",
        "bcachefs device resize DEVICE"),
  MARK ("gfs2", 0x10000, "\x01\x16\x19\x70", "gfs2_grow MOUNTPOINT"),
  MARK ("ocfs2", 0x2000, "OCFSV2", "tunefs.ocfs2 -S DEVICE"),
  MARK ("ufs", 0x1055c, "\x19\x01\x54\x19", "growfs MOUNTPOINT"),
  MARK ("apfs", 32, "NXSB", "diskutil apfs resizeContainer DEVICE 0"),
  MARK ("hfs+", 1024, "H+\0\x04", "diskutil resizeVolume DEVICE R"),
  MARK ("hfs+", 1024, "HX\0\x05", "diskutil resizeVolume DEVICE R"),
  SWAP (4096),
  SWAP (8192),
  SWAP (16384),
  SWAP (32768),
  SWAP (65536),
  MARK ("squashfs", 0, "hsqs", NULL),
  MARK ("erofs", 1024, "\xe2\xe1\xf5\xe0", NULL),
  MARK ("iso9660", 0x8001, "CD001", NULL),
};

/* The bytes that were read. */
struct bytes {
  unsigned char *beginning, *end;
  uint64_t length, end_length; /* of BEGINNING and of END */
  uint64_t place;              /* length of the partition */
};

static bool
has_mark (const struct bytes *b, const struct mark *m)
{
  return m->at + m->length <= b->length
         && memcmp (b->beginning + m->at, m->bytes, m->length) == 0;
}

/* Whether there is a RAID superblock of version 0.90 or 1.0, which is near
 * the end. */
static bool
has_raid_at_end (const struct bytes *b)
{
  const uint64_t places[] = { (b->place & ~UINT64_C (65535)) - 65536,
                              (b->place - 8192) & ~UINT64_C (4095) };
  uint64_t start = b->place - b->end_length;

  if (b->place < 65536)
    return false;
  for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
    if (places[i] >= start && places[i] <= b->place - 4
        && get32 (b->end + (places[i] - start)) == 0xa92b4efc)
      return true;
  return false;
}

static const struct mark *
find_mark (const struct bytes *b)
{
  for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
    if (has_mark (b, &marks[i]))
      return &marks[i];
  return NULL;
}

/* ---- ext ---- */

/* The features that e2fsprogs 1.47 knows, and so grows, except for those that
 * ext_is_unfit rejects. */
#define COMPAT 0x1e3fu
#define INCOMPAT 0x3e7d6u
#define RO_COMPAT 0x1a57bu

static char *
has_unknown (const struct ext *e)
{
  uint32_t compat = e->compat & ~COMPAT, incompat = e->incompat & ~INCOMPAT,
           ro = e->ro_compat & ~RO_COMPAT;

  if ((compat | incompat | ro) == 0)
    return NULL;
  return tool_format ("it has features that are not known: compat %#x, "
                      "incompat %#x, ro_compat %#x",
                      compat, incompat, ro);
}

/* Returns NULL, or why it should not be grown from outside the guest. */
static char *
ext_is_unfit (const struct ext *e, uint64_t length)
{
  char *odd = ext_does_not_fit (e, length);

  if (odd == NULL)
    odd = ext_is_unclean (e);
  if (odd == NULL && (e->ro_compat & EXT_HAS_CLUSTERS))
    odd =
      tool_format ("it has clusters (bigalloc), of which resize2fs leaves "
                   "wrong counts; without --resize-fs only the partition "
                   "grows");
  if (odd == NULL && (e->incompat & EXT_HAS_MMP))
    odd = tool_format ("it is protected against being mounted twice (mmp), "
                       "which e2fsprogs looks for in the wrong place of a "
                       "disk; resize2fs inside the guest grows it");
  return odd ? odd : has_unknown (e);
}

/* ---- all file systems ---- */

static int
name_one (const struct bytes *b, struct file_system *f, char **why)
{
  const struct mark *m = find_mark (b);
  struct ext e;
  bool is_ext = b->length >= EXT_SUPERBLOCK_AT + EXT_SUPERBLOCK_SIZE
                && ext_parse (&e, b->beginning + EXT_SUPERBLOCK_AT);

  if (has_raid_at_end (b))
    return table_fault (why, "it is part of a RAID that is described at its "
                             "end, where mdadm would not find that if the "
                             "partition were larger");
  /* The boot sector before an ext superblock may look like that of FAT. */
  if (is_ext && m != NULL && strcmp (m->name, "fat") != 0)
    return table_fault (why,
                        "it looks like %s and like %s; \"wipefs\" shows "
                        "and mends that",
                        e.name, m->name);
  if (!is_ext) {
    if (m != NULL)
      *f = (struct file_system) { m->name, false, m->advice };
    return 0;
  }
  *f = (struct file_system) { .name = e.name, .grows = true };
  char *odd = ext_is_unfit (&e, b->place);
  if (odd == NULL)
    return 0;
  *why = tool_format ("%s: %s", e.name, odd);
  free (odd);
  return -1;
}

int
file_system_look (struct disk *d, uint64_t start, uint64_t length,
                  struct file_system *f, char **why)
{
  struct bytes b = { .length = MIN (length, BEGINNING),
                     .end_length = MIN (length, END),
                     .place = length };

  *f = (struct file_system) { 0 };
  if (start > d->size || length > d->size - start)
    return table_fault (why, "it ends behind the disk");
  b.beginning = tool_alloc (BEGINNING + 1);
  b.end = tool_alloc (END + 1);
  int r = d->read (d, b.beginning, b.length, start, why);
  if (r == 0)
    r = d->read (d, b.end, b.end_length, start + length - b.end_length, why);
  if (r == 0)
    r = name_one (&b, f, why);
  free (b.beginning);
  free (b.end);
  return r;
}
