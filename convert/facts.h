/* SPDX-License-Identifier: MIT */
/* What is known of an image, what is wanted, and what things cost: all that
 * the planner sees.  It does no I/O; probe.c finds the facts. */
#ifndef CONVERT_FACTS_H
#define CONVERT_FACTS_H

#include <stdbool.h>
#include <stdint.h>

/* Where bytes are. */
enum place {
  AT_FILE,
  AT_DEVICE, /* a block device */
  AT_NBD,    /* an NBD server's export */
  AT_URL,    /* http, https, ftp, sftp: read by a helper */
  AT_STREAM, /* standard input or output, a pipe */
};

enum access {
  IN_ORDER,  /* once, from the beginning */
  AT_RANDOM, /* at any place, several at a time */
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
  ISO, /* RAW to all others; only named in messages */
  FORMATS,
};

#define UNKNOWN UINT64_MAX

/* A node of the search. */
struct facts {
  enum place place;
  enum access access;
  enum codec_kind codec; /* what is around the format; the rest of the
                            compressed image is known as far as it could
                            be looked into */
  uint64_t parts;        /* that can be decoded each by itself; 1: in order
                            only; 0 if PLAIN */
  enum format format;
  bool compressed;       /* clusters of the format are compressed */
  bool needs_files;      /* a backing file, extents: to copy its bytes alone
                            is not enough */
  bool users;            /* the user's source, which is never changed */
  bool complete;         /* it is the destination, with all that is wanted */
  bool partitions_grown; /* the backup GPT is at the end of the new size */
  bool unused_dropped;   /* what file systems do not use reads as zeroes */
  bool moved;            /* what was in the way of the partition that grows */
  bool expanded;         /* that has its new size */
  bool filled;           /* and the file system in it, too */
  bool guessed;      /* what follows is an estimate of the planner's, where
                            the source's was UNKNOWN */
  uint64_t stored;   /* bytes there, or UNKNOWN */
  uint64_t unpacked; /* bytes of the file inside of the codec, or UNKNOWN;
                            as stored if PLAIN */
  uint64_t size;     /* virtual size, or UNKNOWN before it is decoded */
  uint64_t data;     /* how much of that is allocated, or UNKNOWN */
};

/* The destination. */
struct goal {
  enum place place;
  enum format format;
  bool compressed;
  uint64_t size;         /* virtual; UNKNOWN: as the source */
  bool may_reflink;      /* it is on the source's file system, which can */
  bool may_copy_range;   /* both are files of one machine */
  bool must_check_order; /* --checksum: all that is stored is read in order */
  bool read_back;        /* --verify */
  bool needs_engine;     /* --rate, --resume and the like: only our engine
                            does that, not qemu-img alone */
  bool drops_unused;     /* --sparsify */
  bool partitioned;      /* there is a GPT that has to follow a new size */
  bool expands;          /* --expand */
  bool fills;            /* --resize-fs */
  uint64_t moves;        /* bytes to be moved before; UNKNOWN: perhaps some */
  uint64_t grows;        /* by so many bytes; or UNKNOWN */
  bool may_scratch;      /* scratch files are allowed, */
  uint64_t scratch_room; /* at most so large */
};

/* Measured, or what an ordinary machine does; bytes per second, but for the
 * first two. */
struct rates {
  unsigned cores;
  double process;     /* seconds to start one */
  double network;     /* from the source, a URL or NBD server */
  double network_out; /* to the destination, an NBD server */
  double disk_read, disk_write;
  double memory;         /* copying */
  double decode[CODECS]; /* of one core, in decoded bytes */
  double encode;         /* compressing clusters, one core */
  double format;         /* going through qemu-nbd */
};

/* plan/amounts.c: of a machine that nobody has measured. */
extern struct rates rates_usual (unsigned cores);

/* Is the same known of both? */
extern bool facts_equal (const struct facts *a, const struct facts *b);

/* Is this what is wanted? */
extern bool facts_reach (const struct facts *f, const struct goal *g);

/* Words of messages, plans and options. */
extern const char *place_name (enum place p);
extern const char *codec_name (enum codec_kind c);
extern const char *format_name (enum format f);
/* As qemu calls it: "vpc". */
extern const char *format_driver (enum format f);
/* Can it be made?  The others are only read. */
extern bool format_is_written (enum format f);
/* By either name; false: there is none. */
extern bool format_by_name (const char *name, enum format *f);

/* The disk itself. */
extern bool format_is_raw (enum format f);
/* Does qemu read it for us?  For LUKS it would want a secret. */
extern bool format_is_read (enum format f);

#endif /* CONVERT_FACTS_H */
