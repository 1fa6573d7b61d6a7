/* SPDX-License-Identifier: MIT */
/* What the parts of the probe have in common.
 *
 * Each format is one record.  Its function looks at the header as qemu will
 * do later, and is at least as strict: whatever qemu would follow to another
 * file is in the list of references. */
#ifndef CONVERT_PROBE_INTERNAL_H
#define CONVERT_PROBE_INTERNAL_H

#include "probe.h"

/* So much of the beginning tells all formats apart. */
#define PROBE_HEAD 4096

/* Another file that belongs to the image. */
struct reference {
  const char *what; /* "backing file" */
  char *name;       /* as in the image */
  bool named;       /* its format is, and is this one */
  enum format format;
  bool odd; /* its format is named, but not one that we know */
};

#define MOST_REFERENCES 1024

struct references {
  struct reference *list;
  size_t count;
};

/* An image that is looked at. */
struct looking {
  struct probe_reader *r;
  unsigned char head[PROBE_HEAD];
  size_t have; /* of it */
  struct probe *p;
  struct references refers;
  const char *refused; /* why nobody here can read it; or NULL */
  const char *broken;  /* what is wrong with the header, */
  uint64_t number;     /* and the value that is */
  char *failed;        /* why it could not be read */
};

struct known {
  enum format format;
  /* Does an image that begins so look like one, even if it is damaged? */
  bool (*recognizes) (const struct looking *l);
  /* Find out about it.  False: L->broken or L->failed. */
  bool (*look) (struct looking *l);
};

extern const struct known probe_qcow2, probe_qcow, probe_qed; /* qcow.c */
extern const struct known probe_vmdk_sparse, probe_vmdk_text; /* vmdk.c */
extern const struct known probe_vpc, probe_vpc_fixed;         /* vpc.c */
extern const struct known probe_vhdx;                         /* vhdx.c */
extern const struct known probe_vdi, probe_parallels, probe_luks;

/* The numbers of headers. */
extern uint16_t be16 (const unsigned char *p);
extern uint32_t be32 (const unsigned char *p);
extern uint64_t be64 (const unsigned char *p);
extern uint16_t le16 (const unsigned char *p);
extern uint32_t le32 (const unsigned char *p);
extern uint64_t le64 (const unsigned char *p);

/* Does the image begin with these bytes? */
extern bool begins (const struct looking *l, const void *bytes,
                    size_t length);
/* Read all of this.  False if the image ends before, or does not come so far
 * while only its beginning can be read, or after L->failed. */
extern bool look_at (struct looking *l, void *buffer, size_t length,
                     uint64_t offset);
/* The same, as far as it goes: how much. */
extern size_t look_at_most (struct looking *l, void *buffer, size_t length,
                            uint64_t offset);
/* The header is not what it should be.  Returns false. */
extern bool is_broken (struct looking *l, const char *what, uint64_t number);
/* Why differencing images are refused: qemu would read something else. */
extern const char probe_needs_parent[];
extern const char probe_is_encrypted[];
/* The image refers to another file, LENGTH bytes of NAME.  NULL: it is not
 * known which. */
extern struct reference *refers (struct looking *l, const char *what,
                                 const void *name, size_t length);

/* ---- probe.c ---- */

/* Look at what R reads, as what it is, or as FORMAT if that is not NULL.  The
 * record that knows it, or NULL for raw images and after L->failed. */
extern const struct known *probe_look (struct looking *l,
                                       const enum format *format);
extern void probe_forget (struct looking *l);
/* A reader of a file. */
extern struct probe_reader probe_reads_file (int fd, uint64_t size);

/* ---- refer.c ---- */

/* May the image refer to what it refers to?  False with *WHY. */
extern bool probe_may_refer (const struct looking *l,
                             const struct probe_settings *settings,
                             char **why);

#endif /* CONVERT_PROBE_INTERNAL_H */
