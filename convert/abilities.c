/* SPDX-License-Identifier: MIT */
/* --machine-readable: what this build can do, for programs. */
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "abilities.h"
#include "codec/codec.h"
#include "helper/helper.h"

/* Print this fact only if the program that it needs is installed. */
static void
print_if (const char *program, const char *fact)
{
  if (helper_exists (program))
    puts (fact);
}

static void
print_formats (void)
{
  puts ("format raw read write");
  for (enum format f = RAW + 1; f < ISO; f++) {
    if (f == LUKS || !helper_exists ("qemu-nbd"))
      continue;
    bool writes = format_is_written (f) && helper_exists ("qemu-img");
    printf ("format %s read%s%s\n", format_name (f), writes ? " write" : "",
            f == QCOW2 && writes ? " compress" : "");
  }
}

static void
print_codecs (void)
{
  for (enum codec_kind c = PLAIN + 1; c < CODECS; c++) {
    const struct codec *codec = codec_of (c);
    if (codec)
      printf ("codec %s%s\n", codec_name (c),
              codec->find_parts ? " parallel" : "");
  }
}

void
abilities_print (const struct tool_option *rows)
{
  print_formats ();
  print_codecs ();
  puts ("transport file");
  puts ("transport device");
  puts ("transport nbd");
  puts ("transport stream");
  print_if ("nbdkit", "transport ssh");
  print_if ("nbdkit", "transport url ranges");
  print_if ("curl", "transport url in-order");
#ifdef HAVE_FDISK
  puts ("partition-table gpt");
  puts ("expand gpt");
#endif
  puts ("expand mbr");
#ifdef HAVE_EXT2FS
  puts ("sparsify ext2 ext3 ext4");
#endif
  puts ("sparsify swap lvm");
  puts ("plan json");
  for (const struct tool_option *row = rows; row->id != 0; row++)
    if (row->names[0] != '\0')
      printf ("option --%.*s\n", (int) strcspn (row->names, " "), row->names);
  tool_finish (EXIT_SUCCESS);
}
