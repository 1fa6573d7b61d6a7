/* SPDX-License-Identifier: MIT */
/* The list of codecs. */
#include <config.h>

#include <string.h>

#include "codec/codecs.h"

/* A codec that this build lacks has no functions.  Its files are still
 * recognized, by their first bytes. */
static const struct {
  const struct codec *codec;
  size_t length;
  unsigned char magic[6];
} codecs[] = {
  { &codec_xz, 6, { 0xfd, '7', 'z', 'X', 'Z', 0 } },
  { &codec_zstd, 4, { 0x28, 0xb5, 0x2f, 0xfd } },
  { &codec_gzip, 3, { 0x1f, 0x8b, 8 } },
  { &codec_bzip2, 3, { 'B', 'Z', 'h' } },
};
#define COUNT (sizeof codecs / sizeof codecs[0])

const struct codec *
codec_of (enum codec_kind kind)
{
  for (size_t i = 0; i < COUNT; i++)
    if (codecs[i].codec->kind == kind)
      return codecs[i].codec->begin ? codecs[i].codec : NULL;
  return NULL;
}

enum codec_kind
codec_recognize (const unsigned char *head, size_t length)
{
  for (size_t i = 0; i < COUNT; i++) {
    const struct codec *c = codecs[i].codec;
    if (c->recognizes
          ? c->recognizes (head, length)
          : length >= codecs[i].length
              && memcmp (head, codecs[i].magic, codecs[i].length) == 0)
      return c->kind;
  }
  return PLAIN;
}
