/* SPDX-License-Identifier: MIT */
/* Names of what there is. */
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

/* As people call them, and as qemu does. */
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
format_by_name (const char *name, enum format *f)
{
  for (*f = RAW; *f < ISO; (*f)++)
    if (strcmp (name, formats[*f][0]) == 0
        || strcmp (name, formats[*f][1]) == 0)
      return true;
  return false;
}
