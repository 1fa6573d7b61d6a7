/* SPDX-License-Identifier: MIT */
/* What an image is, by its content and never by its name.
 *
 * Only the image itself is read, and no program is run, so this is safe for
 * any image.  Where an image comes in order, only its first INPUT_HEAD bytes
 * are looked at.  Then a fixed VHD cannot be told from a raw image, as what it
 * is stands at its end: the result says that the end was not seen.
 *
 * An image that was recognised, and not named by the user, may have been
 * written by a guest of a raw disk, with the name of any file of ours in it.
 * So what it refers to must be regular files below the directory that really
 * holds the image, by names that are no protocol's and not hidden.  Images
 * that are no files of their own may not refer to anything. */
#ifndef CONVERT_PROBE_H
#define CONVERT_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "facts.h"

struct input;
struct image;

/* What is looked at: an input, or what one decodes to. */
struct probe_reader {
  /* As input_read does it. */
  ssize_t (*read) (struct probe_reader *r, void *buffer, size_t length,
                   uint64_t offset, char **why);
  uint64_t size; /* or UNKNOWN */
  bool in_order; /* no more than the first INPUT_HEAD bytes can be read */
  void *opaque;
};

struct probe_settings {
  const char *name;        /* in messages */
  const char *path;        /* of a regular file that is the image; or NULL */
  const enum format *from; /* what the user says that it is; or NULL */
  bool allow_backing;      /* it may refer to any file */
};

struct probe {
  enum format format;
  uint64_t size;   /* virtual, or UNKNOWN */
  uint64_t data;   /* allocated, or UNKNOWN */
  bool compressed; /* some clusters are */
  bool end_unseen; /* RAW could be a fixed VHD */
  bool refers;     /* to other files, which were allowed */
  char *warning;   /* to be told to the user and freed; or NULL */
};

/* What it is compressed with, or PLAIN; -1 with *WHY. */
extern int probe_codec (struct probe_reader *r, enum codec_kind *kind,
                        char **why);
/* What image it is.  -1 with *WHY, to be freed, if it cannot be read, is
 * encrypted, or refers to what it may not refer to. */
extern int probe_image (struct probe_reader *r,
                        const struct probe_settings *settings,
                        struct probe *p, char **why);

/* For images whose end was not seen: does the footer of a fixed VHD, for the
 * disk before it, end these SIZE bytes? */
#define PROBE_FOOTER 512
extern bool probe_ends_fixed_vhd (const unsigned char footer[PROBE_FOOTER],
                                  uint64_t size);

/* Readers of what there is. */
extern struct probe_reader probe_reads_input (struct input *in);
extern struct probe_reader probe_reads_image (struct image *image);

#endif /* CONVERT_PROBE_H */
