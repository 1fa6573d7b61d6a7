/* SPDX-License-Identifier: MIT */
/* What the files of the probe share.
 *
 * Each format has a record.  Its function reads the header as qemu will do
 * later, and is at least as strict: every other file that qemu would open is
 * in the list of references. */
#ifndef CONVERT_PROBE_INTERNAL_H
#define CONVERT_PROBE_INTERNAL_H

#include "probe.h"

/* How much of the beginning is enough to tell all formats apart. */
#define PROBE_HEAD 4096

/* Another file that the image refers to. */
struct reference {
  const char *what; /* "backing file" */
  char *name;       /* as in the image; NULL: unknown */
  bool named;       /* the image says the format of the file: FORMAT */
  enum format format;
  bool odd;       /* the image says a format that we do not know */
  uint64_t bytes; /* the image uses so many bytes of the file, or 0 */
};

#define MOST_REFERENCES 1024

struct references {
  struct reference *list;
  size_t count;
};

/* The state of probing an image. */
struct looking {
  struct probe_reader *r;
  unsigned char head[PROBE_HEAD];
  size_t have; /* valid bytes of HEAD */
  struct probe *p;
  struct references refers;
  const char *refused; /* why nbdconvert cannot read such an image; or NULL */
  const char *broken;  /* what is wrong with the header, or NULL */
  uint64_t number;     /* the wrong value, or UNKNOWN */
  char *failed;        /* why the image could not be read, or NULL */
  uint64_t needed; /* bytes of the file that the disk takes, as far as tables
                      were read */
  bool packed;     /* the image is inside of a compressed file */
};

struct known {
  enum format format;
  /* Whether the image looks like this format, even if it is damaged. */
  bool (*recognizes) (const struct looking *l);
  /* Examine the image.  Returns false with L->broken or L->failed. */
  bool (*look) (struct looking *l);
};

extern const struct known probe_qcow2;                        /* qcow.c */
extern const struct known probe_qcow, probe_qed;              /* old.c */
extern const struct known probe_vmdk_sparse, probe_vmdk_text; /* vmdk.c */
extern const struct known probe_vpc, probe_vpc_fixed;         /* vpc.c */
extern const struct known probe_vhdx;                         /* vhdx.c */
extern const struct known probe_vdi, probe_parallels, probe_luks;

/* Numbers in headers. */
extern uint16_t be16 (const unsigned char *p);
extern uint32_t be32 (const unsigned char *p);
extern uint64_t be64 (const unsigned char *p);
extern uint16_t le16 (const unsigned char *p);
extern uint32_t le32 (const unsigned char *p);
extern uint64_t le64 (const unsigned char *p);

/* Whether the image begins with these bytes. */
extern bool begins (const struct looking *l, const void *bytes,
                    size_t length);
/* Read all of these bytes.  Returns false if the image ends before, if only
 * its beginning can be read and that is shorter, or with L->failed. */
extern bool look_at (struct looking *l, void *buffer, size_t length,
                     uint64_t offset);
/* Read as many of these bytes as possible.  Returns how many. */
extern size_t look_at_most (struct looking *l, void *buffer, size_t length,
                            uint64_t offset);
/* Record what is wrong with the header.  Returns false. */
extern bool is_broken (struct looking *l, const char *what, uint64_t number);
/* What the file is, if it is no disk but an archive or the like; or NULL. */
extern const char *probe_archive (struct looking *l);
/* Reasons for L->refused.  qemu would read wrong data from an image that has a
 * parent. */
extern const char probe_is_cut[];
extern const char probe_needs_parent[];
extern const char probe_is_encrypted[];
/* What is before the advice to add --from raw, which does not decompress. */
extern const char *probe_before_raw (const struct looking *l);
/* Record that the image refers to another file, NAME of LENGTH bytes.  NULL:
 * it is not known which file. */
extern struct reference *refers (struct looking *l, const char *what,
                                 const void *name, size_t length);
/* The same, with a name that is at OFFSET in the image.  If it cannot be read,
 * the file is unknown. */
#define LONGEST_NAME 1023
extern struct reference *refers_at (struct looking *l, const char *what,
                                    uint64_t offset, uint32_t length);

/* ---- end.c ---- */

/* Record that the disk takes LENGTH bytes of the file, from AT on. */
extern void probe_needs (struct looking *l, uint64_t at, uint64_t length);
/* The same for a cluster at AT, unless that is 0, which has what the disk has
 * at PLACE.  What the last cluster has behind the end of the disk need not be
 * in the file. */
extern void probe_needs_cluster (struct looking *l, uint64_t at,
                                 uint64_t place, uint64_t length);
/* The same for all clusters of a table with four bytes for each. */
struct clusters {
  uint32_t (*number) (const unsigned char *p);
  uint64_t table;
  uint32_t count;
  uint32_t marks; /* from here on, entries are for no cluster */
  uint64_t first; /* where the cluster is whose entry is 0 */
  uint64_t unit;  /* what entries count, in bytes */
  uint64_t size;  /* of a cluster */
};
extern void probe_needs_clusters (struct looking *l,
                                  const struct clusters *c);
/* Refuse an image whose file ends before what was recorded. */
extern void probe_look_for_end (struct looking *l);

/* ---- probe.c ---- */

/* Probe what R reads, for FORMAT only if that is not NULL.  Returns the
 * record of the format; NULL for raw images, and with L->failed. */
extern const struct known *probe_look (struct looking *l,
                                       const enum format *format);
extern void probe_forget (struct looking *l);
/* A reader for a file. */
extern struct probe_reader probe_reads_file (int fd, uint64_t size);

/* ---- refer.c ---- */

/* Whether the image may refer to all files that it refers to, and these are
 * whole.  Returns false with *WHY. */
extern bool probe_may_refer (const struct looking *l,
                             const struct probe_settings *settings,
                             char **why);

#endif /* CONVERT_PROBE_INTERNAL_H */
