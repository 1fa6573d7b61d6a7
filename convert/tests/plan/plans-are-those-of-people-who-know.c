/* SPDX-License-Identifier: MIT */
/* The plan for each input is the one that an expert would choose.  If there
 * is none, the refusal says why and what is nearest. */
#include <config.h>

#include <stdlib.h>

#include "check.h"
#include "inputs.h"
#include "tool.h"

/* clang-format off */
static const struct {
  const char *source, *goal, *steps;
} inputs[] = {
  /* The format and the size are right already. */
  { "file qcow2", "file qcow2 reflink", "reflink" },
  { "file qcow2", "file qcow2", "copy range" },
  { "file qcow2", "file qcow2 size=10G", "copy range" },
  { "file qcow2", "file qcow2 size=10G gpt", "copy range" },
  { "file raw", "file raw reflink", "reflink" },
  { "file raw", "file raw", "copy range" },
  { "file iso", "file raw", "copy range" },
  { "file vmdk", "file vmdk", "copy range" },
  { "file qcow2 compressed", "file qcow2", "copy range" },
  { "file qcow2 compressed", "file qcow2 compressed", "copy range" },
  { "file qcow2", "file qcow2 reflink checksum", "reflink" },
  { "file raw", "file raw rate", "write raw" },
  { "file qcow2", "file qcow2 rate", "write as is" },
  { "file qcow2", "stream qcow2", "write as is" },
  { "stream qcow2", "file qcow2", "write as is" },
  { "url qcow2", "file qcow2", "read ranges, write as is" },
  { "url in-order qcow2", "file qcow2", "read in order, write as is" },
  { "file xz qcow2", "file qcow2", "unpack in order, write as is" },
  { "file xz qcow2", "file qcow2 no-scratch", "unpack in order, write as is" },
  { "file xz*64 qcow2", "file qcow2", "unpack parts, write as is" },

  /* They are right, but an image has to be made anew. */
  { "file qcow2", "file qcow2 reflink options", "convert locally" },
  { "file qcow2 doubtful", "file qcow2 reflink", "convert locally" },
  { "stream gzip raw", "file qcow2 options",
    "unpack in order, write format" },
  { "stream gzip raw", "file qcow2 options needs-size",
    "unpack in order, scratch, convert locally" },

  /* The backing file would be missing. */
  { "file qcow2 backed", "file qcow2 reflink", "convert locally" },
  { "file qcow2 backed", "file qcow2 rate", "read format, write format" },

  /* A compressed image; another format and size. */
  { "file xz*64 raw", "file qcow2 size=20G", "unpack parts, write format" },
  { "file xz raw", "file qcow2 size=20G gpt",
    "unpack in order, write format, follow table" },
  { "url xz*64 qcow2", "file raw size=20G gpt",
    "read ranges, unpack parts, read format, write raw, follow table" },
  { "url xz qcow2", "file raw size=20G gpt",
    "read ranges, unpack in order, scratch, read format, write raw, "
    "follow table" },

  /* A partition grows in the destination.  The disk is examined before. */
  { "file raw", "file raw size=20G gpt expand",
    "write raw, follow table, expand partition" },
  { "file raw", "file raw size=10G gpt expand",
    "copy range, follow table, expand partition" },
  { "file qcow2", "file qcow2 size=10G gpt expand move=1G fill",
    "read format, write format, follow table, move partitions, "
    "expand partition, grow file system" },
  { "stream xz raw", "nbd raw size=20G gpt expand fill",
    "unpack in order, write raw, follow table, expand partition, "
    "grow file system" },

  /* Files of this machine, in formats that qemu-img supports. */
  { "file qcow2", "file raw", "convert locally" },
  { "file raw", "file qcow2", "convert locally" },
  { "file vmdk", "file qcow2", "convert locally" },
  { "file qcow2", "file qcow2 compressed", "convert locally" },
  { "file qcow2", "file qcow2 size=20G", "convert locally" },
  { "device raw", "file vhdx", "convert locally" },
  { "file qcow2", "device raw", "convert locally" },
  { "file raw", "device qcow2", "convert locally" },
  { "file qcow2", "file raw rate", "read format, write raw" },
  { "file raw", "file qcow2 rate", "write format" },
  { "file qcow2", "file raw size=5G", "read format, write raw" },
  { "file vdi", "file vpc size=5G", "read format, write format" },

  /* Raw disks. */
  { "file raw", "file raw size=20G", "write raw" },
  { "file raw", "file raw size=20G gpt", "write raw, follow table" },
  { "file raw", "device raw verify", "write raw" },
  { "device raw", "nbd raw", "write raw" },
  { "nbd raw", "nbd raw", "write raw" },
  { "nbd raw", "nbd raw size=20G gpt", "write raw, follow table" },
  { "nbd raw", "file qcow2", "write format" },
  { "nbd qcow2", "nbd raw", "read format, write raw" },
  { "nbd qcow2", "file vmdk", "read format, write format" },
  { "file qcow2", "nbd raw", "read format, write raw" },

  /* Streams. */
  { "stream raw", "file raw", "write raw" },
  { "stream raw", "stream raw", "write raw" },
  { "stream raw", "file qcow2 size=20G", "write format" },
  { "stream xz raw", "nbd raw", "unpack in order, write raw" },
  { "stream zstd raw", "file raw", "unpack in order, write raw" },
  { "stream gzip raw", "file qcow2 size=20G",
    "unpack in order, write format" },
  { "stream gzip raw", "file qcow2",
    "unpack in order, write format" },
  { "stream gzip raw", "file vmdk",
    "unpack in order, scratch, convert locally" },
  { "stream qcow2", "file raw", "scratch, convert locally" },
  { "stream qcow2", "nbd raw", "scratch, read format, write raw" },
  { "stream xz qcow2", "stream raw",
    "unpack in order, scratch, read format, write raw" },
  { "file qcow2", "stream raw", "read format, write raw" },
  { "file bzip2 raw", "stream raw", "unpack in order, write raw" },

  /* One part and many parts, of each codec. */
  { "file xz raw", "file raw", "unpack in order, write raw" },
  { "file xz*64 raw", "file raw", "unpack parts, write raw" },
  { "file zstd raw", "file qcow2", "unpack in order, write format" },
  { "file zstd*9 raw", "nbd raw", "unpack parts, write raw" },
  { "file gzip*9 raw", "device raw", "unpack parts, write raw" },
  { "nbd xz*64 raw", "file vdi", "unpack parts, write format" },
  { "file xz qcow2", "file raw",
    "unpack in order, scratch, convert locally" },
  { "file xz qcow2", "nbd raw",
    "unpack in order, scratch, read format, write raw" },
  { "file xz qcow2", "nbd raw room=4G",
    "unpack in order, scratch, read format, write raw" },
  { "file xz*64 qcow2", "file raw no-scratch",
    "unpack parts, read format, write raw" },
  { "file xz*64 vmdk", "file qcow2 compressed",
    "unpack parts, read format, write format" },
  { "file gzip size-hidden qcow2", "file raw",
    "unpack in order, scratch, convert locally" },

  /* Servers with and without ranges. */
  { "url raw", "file raw", "read ranges, write raw" },
  { "url in-order raw", "file raw", "read in order, write raw" },
  { "url qcow2", "file raw", "read ranges, read format, write raw" },
  { "url in-order qcow2", "nbd raw",
    "read in order, scratch, read format, write raw" },
  { "url xz*64 raw", "file qcow2", "read ranges, unpack parts, write format" },
  { "url in-order xz*64 raw", "file qcow2",
    "read in order, unpack in order, write format" },
  { "url zstd raw", "nbd raw", "read ranges, unpack in order, write raw" },

  /* A checksum needs the stored bytes in order. */
  { "url raw", "file raw checksum", "read in order, write raw" },
  { "url zstd*9 raw", "file raw checksum",
    "read in order, unpack in order, write raw" },
  { "url xz*64 raw", "file raw checksum cores=8",
    "read in order, unpack in order, write raw" },
  { "url bzip2*99 raw", "file raw checksum",
    "read ranges, unpack parts, write raw" },
  { "url qcow2", "file raw checksum", "read ranges, read format, write raw" },
  { "url in-order qcow2", "file raw checksum",
    "read in order, scratch, convert locally" },

  /* Without scratch files, or with too little space for them. */
  { "stream qcow2", "file raw no-scratch",
    "! random access, which qcow2 needs, cannot be reached: the source is a "
    "stream, and scratch files are not allowed (--no-scratch); nearest: a "
    "scratch file of about 4.0G" },
  { "stream xz qcow2", "file raw no-scratch",
    "! random access, which qcow2 needs, cannot be reached: the source is a "
    "stream, and scratch files are not allowed (--no-scratch); nearest: a "
    "scratch file of about 10.0G" },
  { "file xz qcow2", "nbd raw no-scratch",
    "! random access, which qcow2 needs, cannot be reached: the source is xz "
    "of one part, which is unpacked in order, and scratch files are not "
    "allowed (--no-scratch); nearest: a scratch file of 4.0G" },
  { "file xz qcow2", "nbd raw room=1G",
    "! random access, which qcow2 needs, cannot be reached: the source is xz "
    "of one part, which is unpacked in order, and there is room for only 1.0G "
    "of scratch files (--scratch names another directory); nearest: a "
    "scratch file of 4.0G" },
  { "url in-order vmdk", "file raw no-scratch",
    "! random access, which vmdk needs, cannot be reached: the source's server "
    "sends no ranges, and scratch files are not allowed (--no-scratch); "
    "nearest: a scratch file of 4.0G" },
  { "stream gzip raw", "file vmdk no-scratch",
    "! the size of the disk, which vmdk needs from the beginning, cannot be "
    "reached: the source is a stream, and scratch files are not allowed "
    "(--no-scratch); nearest: to say it (--size), or a scratch file of about "
    "16.0G" },

  /* Impossible. */
  { "file raw", "stream qcow2",
    "! qcow2 on a destination that is no file (stream) cannot be reached: "
    "qemu makes it only in files; nearest: a qcow2 file, or raw on the "
    "stream" },
  { "file qcow2", "nbd qcow2",
    "! qcow2 on a destination that is no file (NBD server) cannot be reached: "
    "qemu makes it only in files; nearest: a qcow2 file, or raw on the NBD "
    "server" },
  { "file qcow2", "device vmdk",
    "! vmdk on a destination that is no file (device) cannot be reached: qemu "
    "makes it only in files; nearest: a vmdk file, or raw on the device" },
  { "file raw", "url raw",
    "! a URL cannot be reached: they are only read; nearest: a raw file" },
  { "file raw", "stream raw verify",
    "! verification cannot be reached: a stream cannot be read back; nearest: "
    "the same without --verify" },
  { "file raw", "stream raw size=20G gpt",
    "! a partition table that follows the new size cannot be reached: what was "
    "written to a stream cannot be changed any more; nearest: a raw file, or "
    "the size that the source has" },
  { "file raw", "file vmdk compressed",
    "! compressed clusters cannot be reached: only qcow2 is written with them, "
    "not vmdk; nearest: vmdk without them" },
  { "file qcow2", "file parallels",
    "! parallels cannot be reached: it is not one of the formats that are "
    "written; nearest: raw, or qcow2 in a file" },
  { "file luks", "file qcow2",
    "! the disk in the source cannot be reached: luks is not one of the "
    "formats that are read; nearest: to take its bytes as they are (--from "
    "raw)" },
  { "file xz qcow2", "stream vdi no-scratch",
    "! random access, which qcow2 needs, cannot be reached: the source is xz "
    "of one part, which is unpacked in order, and scratch files are not "
    "allowed (--no-scratch); nearest: a scratch file of 4.0G; besides, vdi on "
    "a destination that is no file (stream) cannot be reached: qemu makes it "
    "only in files; nearest: a vdi file, or raw on the stream" },
};
/* clang-format on */

static void
run (size_t i)
{
  struct problem p = problem_of (inputs[i].source, inputs[i].goal);
  struct plan best, others[2];
  size_t nr;
  char *why;
  char *came;
  if (plan_find (&p, &best, others, &nr, &why) == 0)
    came = plan_steps (&best);
  else {
    came = tool_format ("! %s", why);
    free (why);
  }
  CHECK_STRING (came, inputs[i].steps);
  free (came);
}

void
test (void)
{
  /* Static, because a failed check leaves run with longjmp. */
  static size_t i;
  static char *name;
  for (i = 0; i < sizeof inputs / sizeof inputs[0]; i++) {
    name = tool_format ("%s -> %s", inputs[i].source, inputs[i].goal);
    if (ROW (name))
      run (i);
    free (name);
  }
  check_rows_end ();
}
