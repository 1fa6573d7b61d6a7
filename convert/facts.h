/* SPDX-License-Identifier: MIT */
/* What is known of the source, what is wanted, and what the steps cost: all
 * that the planner knows.  The planner does no I/O; look.c and probe/ find
 * the facts. */
#ifndef CONVERT_FACTS_H
#define CONVERT_FACTS_H

#include <stdbool.h>
#include <stdint.h>

/* Where the bytes of an image are. */
enum place {
  AT_FILE,
  AT_DEVICE, /* a block device */
  AT_NBD,    /* an NBD server's export */
  AT_URL,    /* http, https, ftp, sftp: read by a helper */
  AT_STREAM, /* standard input or output, a pipe */
};

enum access {
  IN_ORDER,  /* once, from the beginning */
  AT_RANDOM, /* any range, several at a time */
};

enum codec_kind { PLAIN, XZ, ZSTD, GZIP, BZIP2, CODECS };

enum format {
  RAW,
  QCOW2,
  VMDK,
  VDI,
  VHDX,
  VPC, /* "VHD" */
  QED,
  QCOW,
  PARALLELS,
  LUKS,
  ISO, /* treated as RAW; only named in messages */
  FORMATS,
};

#define UNKNOWN UINT64_MAX

/* The state of the data between two steps: a node of the planner's search. */
struct facts {
  enum place place;
  enum access access;
  enum codec_kind codec; /* compression around the format */
  uint64_t parts;        /* that can be decoded independently; 1: only in
                            order; 0 if PLAIN */
  enum format format;
  bool compressed;       /* all clusters with data are compressed */
  bool needs_files;      /* a backing file or extents: the bytes of this file
                            alone are not enough */
  bool doubtful;         /* the user said the format, but the image does not
                            look like it */
  bool users;            /* the user's own source, which is never changed */
  bool complete;         /* it is the destination, except for what follows:
                            partitions and file systems */
  bool partitions_grown; /* the backup GPT is at the end of the new size */
  bool unused_dropped;   /* what file systems do not use reads as zeroes */
  bool moved;            /* partitions behind the growing one were moved */
  bool expanded;         /* the partition has its new size */
  bool filled;           /* the file system fills the partition */
  bool guessed;      /* the next four are the planner's estimates, where the
                        source's were UNKNOWN */
  uint64_t stored;   /* bytes as stored, or UNKNOWN */
  uint64_t unpacked; /* bytes of the file after decompression, or UNKNOWN;
                        same as STORED if PLAIN */
  uint64_t size;     /* virtual size, or UNKNOWN before it is decoded */
  uint64_t data;     /* allocated bytes of SIZE, or UNKNOWN */
};

/* The destination. */
struct goal {
  enum place place;
  enum format format;
  bool compressed;
  uint64_t size;         /* virtual; UNKNOWN: same as the source */
  bool may_reflink;      /* it is on the source's file system, which can share
                            blocks */
  bool may_copy_range;   /* both are files of this machine */
  bool must_check_order; /* --checksum: all stored bytes are read in order */
  bool read_back;        /* --verify: the result is read and compared */
  bool needs_engine;     /* --rate, --resume and the like: only nbdcopy's
                            engine has these, not qemu-img */
  bool drops_unused;     /* --sparsify */
  bool has_options;      /* --format-option: the image is made anew, even if
                            the source has the same format */
  bool needs_size;       /* one of them makes sense only for a known size */
  bool partitioned;      /* a GPT has to follow the new size */
  bool expands;          /* --expand */
  bool fills;            /* --resize-fs */
  uint64_t moves;        /* bytes that have to be moved first; UNKNOWN:
                            perhaps some */
  uint64_t grows;        /* bytes that the partition gains; or UNKNOWN */
  bool may_scratch;      /* scratch files are allowed */
  uint64_t scratch_room; /* the most bytes that they may take */
};

/* Speeds in bytes per second, if not said otherwise. */
struct rates {
  unsigned cores;
  double process;     /* seconds to start a process */
  double network;     /* from the source, a URL or NBD server */
  double network_out; /* to the destination, an NBD server */
  double disk_read, disk_write;
  double memory;         /* copying in memory */
  double decode[CODECS]; /* on one core, in decoded bytes */
  double encode;         /* compressing clusters, on one core */
  double format;         /* through qemu-nbd */
};

/* plan/amounts.c: typical rates of a machine that nobody has measured. */
extern struct rates rates_usual (unsigned cores);

/* Whether two sets of facts are the same. */
extern bool facts_equal (const struct facts *a, const struct facts *b);

/* Whether the format is the wanted one, and nothing asks to make the image
 * anew. */
extern bool facts_have_format (const struct facts *f, const struct goal *g);

/* Whether the facts are what the goal asks for. */
extern bool facts_reach (const struct facts *f, const struct goal *g);

/* The names in messages, plans and options. */
extern const char *place_name (enum place p);
extern const char *codec_name (enum codec_kind c);
extern const char *format_name (enum format f);
/* The name that qemu uses: "vpc". */
extern const char *format_driver (enum format f);
/* Whether images of this format can be made.  Other formats can only be
 * read. */
extern bool format_is_written (enum format f);
/* Find a format by our name or by qemu's.  Returns false if there is none. */
extern bool format_by_name (const char *name, enum format *f);

/* Whether the image is the content of the disk itself. */
extern bool format_is_raw (enum format f);
/* Whether qemu reads the format for us.  LUKS would need a secret. */
extern bool format_is_read (enum format f);

#endif /* CONVERT_FACTS_H */
