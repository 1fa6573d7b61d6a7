/* SPDX-License-Identifier: MIT */
/* Names and properties of facts. */
#include <config.h>

#include <string.h>

#include "facts.h"

static const char *const places[] = {
  [AT_FILE] = "file", [AT_DEVICE] = "device", [AT_NBD] = "NBD server",
  [AT_URL] = "URL",   [AT_STREAM] = "stream",
};

static const char *const codecs[CODECS] = {
  [PLAIN] = "none", [XZ] = "xz",       [ZSTD] = "zstd",
  [GZIP] = "gzip",  [BZIP2] = "bzip2",
};

/* Our names, and those of qemu. */
static const char *const formats[FORMATS][2] = {
  [RAW] = { "raw", "raw" },
  [QCOW2] = { "qcow2", "qcow2" },
  [VMDK] = { "vmdk", "vmdk" },
  [VDI] = { "vdi", "vdi" },
  [VHDX] = { "vhdx", "vhdx" },
  [VPC] = { "vhd", "vpc" },
  [QED] = { "qed", "qed" },
  [QCOW] = { "qcow", "qcow" },
  [PARALLELS] = { "parallels", "parallels" },
  [LUKS] = { "luks", "luks" },
  [ISO] = { "iso", "raw" },
};

bool
facts_equal (const struct facts *a, const struct facts *b)
{
  return a->place == b->place && a->access == b->access
         && a->codec == b->codec && a->parts == b->parts
         && a->format == b->format && a->compressed == b->compressed
         && a->needs_files == b->needs_files && a->doubtful == b->doubtful
         && a->users == b->users && a->complete == b->complete
         && a->partitions_grown == b->partitions_grown
         && a->unused_dropped == b->unused_dropped && a->moved == b->moved
         && a->expanded == b->expanded && a->filled == b->filled
         && a->guessed == b->guessed && a->stored == b->stored
         && a->unpacked == b->unpacked && a->size == b->size
         && a->data == b->data;
}

/* An image that does not look like its format is not copied unseen: qemu
 * reports what is wrong. */
bool
facts_have_format (const struct facts *f, const struct goal *g)
{
  if (format_is_raw (f->format))
    return g->format == RAW;
  return f->format == g->format && !g->has_options && !f->doubtful;
}

bool
facts_reach (const struct facts *f, const struct goal *g)
{
  return f->complete && f->place == g->place && f->format == g->format
         && (f->compressed || !g->compressed)
         && (g->size == UNKNOWN || f->size == g->size)
         && (!g->partitioned || f->partitions_grown)
         && (!g->drops_unused || f->unused_dropped)
         && (!g->expands || f->expanded) && (!g->fills || f->filled);
}

const char *
place_name (enum place p)
{
  return places[p];
}

const char *
codec_name (enum codec_kind c)
{
  return codecs[c];
}

const char *
format_name (enum format f)
{
  return formats[f][0];
}

const char *
format_driver (enum format f)
{
  return formats[f][1];
}

bool
format_is_written (enum format f)
{
  return f == RAW || f == QCOW2 || f == VMDK || f == VDI || f == VHDX
         || f == VPC;
}

bool
format_by_name (const char *name, enum format *f)
{
  for (*f = RAW; *f < ISO; (*f)++)
    if (strcmp (name, formats[*f][0]) == 0
        || strcmp (name, formats[*f][1]) == 0)
      return true;
  return false;
}

bool
format_is_raw (enum format f)
{
  return f == RAW || f == ISO;
}

bool
format_is_read (enum format f)
{
  return !format_is_raw (f) && f != LUKS;
}
