/* SPDX-License-Identifier: MIT */
/* Find out what an image is, from its content and never from its name.
 *
 * Only the image itself is read, and no program is run, so probing is safe
 * for any image.  If an image comes in order, only its first INPUT_HEAD bytes
 * are examined.  Then a fixed VHD looks like a raw image, because only its
 * end says what it is: the result says that the end was not seen.
 *
 * If the user did not say the format, the image may be a raw disk to which a
 * guest wrote a header, with the name of any file on this machine in it.  So
 * the files that an image refers to must be regular files below the directory
 * that really holds the image.  Their names must not be hidden and must not
 * look like a protocol's.  Images that are not files themselves may not refer
 * to other files. */
#ifndef CONVERT_PROBE_H
#define CONVERT_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "facts.h"

struct input;
struct image;

/* What is probed: an input, or the content that it decodes to. */
struct probe_reader {
  /* The same contract as input_read. */
  ssize_t (*read) (struct probe_reader *r, void *buffer, size_t length,
                   uint64_t offset, char **why);
  uint64_t size; /* or UNKNOWN */
  bool in_order; /* only the first INPUT_HEAD bytes can be read */
  void *opaque;
};

struct probe_settings {
  const char *name; /* in messages */
  const char *path; /* of the image, if it is a regular file; or NULL */
  const enum format *from; /* the format that the user gave; or NULL */
  bool allow_backing;      /* the image may refer to any file */
  bool packed;             /* it is inside of a compressed file */
};

struct probe {
  enum format format;
  uint64_t size;   /* virtual, or UNKNOWN */
  uint64_t data;   /* allocated, or UNKNOWN */
  bool compressed; /* all clusters with data are compressed */
  bool end_unseen; /* a RAW image could be a fixed VHD */
  bool refers;     /* to other files, which was allowed */
  bool doubtful;   /* it does not look like the format that the user gave */
  char *warning;   /* for the user, to be freed; or NULL */
};

/* Find out the compression; PLAIN if there is none.  Returns 0, or -1 with
 * *WHY, to be freed. */
extern int probe_codec (struct probe_reader *r, enum codec_kind *kind,
                        char **why);
/* Find out the format.  Returns -1 with *WHY, to be freed, if the image
 * cannot be read, is encrypted, or refers to a file that it may not refer
 * to. */
extern int probe_image (struct probe_reader *r,
                        const struct probe_settings *settings,
                        struct probe *p, char **why);

/* Of images in order only the beginning is examined.  When they were copied to
 * FD: whether these SIZE bytes, of this format, have their end.  Returns false
 * with *WHY. */
extern bool probe_has_end (int fd, uint64_t size, enum format format,
                           char **why);

/* For images whose end was not seen: whether the last bytes of SIZE are the
 * footer of a fixed VHD, for the disk before it. */
#define PROBE_FOOTER 512
extern bool probe_ends_fixed_vhd (const unsigned char footer[PROBE_FOOTER],
                                  uint64_t size);

/* Readers for probing; they need not be freed. */
extern struct probe_reader probe_reads_input (struct input *in);
extern struct probe_reader probe_reads_image (struct image *image);

#endif /* CONVERT_PROBE_H */
