/* SPDX-License-Identifier: MIT */
/* Amounts of data, and how long it takes to move them. */
#include <config.h>

#include <stdio.h>

#include "plan/amounts.h"

#define GUESSED_STORED \
  (UINT64_C (4) << 30)  /* if the size of the source is unknown */
#define GUESSED_RATIO 4 /* size of a disk image compared with its xz file */
#define LONGEST_GUESS (UINT64_C (1) << 60)

/* Rates of decoding were measured with xz -dc and the like, on files of
 * /usr/bin and /usr/lib that the same programs had compressed at their
 * default level: 90, 950, 190 and 39 MB/s on a core of 2024.  Empty areas of
 * disks decode faster.  The other rates are those of qemu-nbd over a Unix
 * socket, of qemu-img -c with the same data, of a solid state disk, and of a
 * network of 1 Gbit/s. */
struct rates
rates_usual (unsigned cores)
{
  return (struct rates) {
    .cores = cores > 0 ? cores : 1,
    .process = 0.03,
    .network = 100e6,
    .network_out = 100e6,
    .disk_read = 1e9,
    .disk_write = 1e9,
    .memory = 8e9,
    .decode = { [PLAIN] = 8e9,
                [XZ] = 90e6,
                [ZSTD] = 900e6,
                [GZIP] = 200e6,
                [BZIP2] = 40e6 },
    .encode = 30e6,
    .format = 2e9,
  };
}

static uint64_t
times (uint64_t bytes, unsigned ratio)
{
  return bytes < LONGEST_GUESS / ratio ? bytes * ratio : LONGEST_GUESS;
}

static uint64_t
fewer_bytes (uint64_t a, uint64_t b)
{
  return a < b ? a : b;
}

double
longer_time (double a, double b)
{
  return a > b ? a : b;
}

static uint64_t
guess_stored (const struct facts *f, uint64_t unpacked)
{
  unsigned ratio = f->codec == PLAIN ? 1 : GUESSED_RATIO;
  if (unpacked != UNKNOWN)
    return unpacked / ratio;
  /* An image is hardly larger than the disk in it. */
  return fewer_bytes (GUESSED_STORED, f->size / ratio);
}

struct amounts
amounts_of (const struct facts *f)
{
  bool raw = format_is_raw (f->format), plain = f->codec == PLAIN;
  struct amounts a = {
    .stored = f->stored,
    .unpacked = plain ? f->stored : f->unpacked,
    .data = f->data,
    .stored_guessed = f->guessed,
  };
  if (a.unpacked == UNKNOWN && raw)
    a.unpacked = f->size;
  if (a.stored == UNKNOWN) {
    a.stored_guessed |= !plain || a.unpacked == UNKNOWN;
    a.stored = guess_stored (f, a.unpacked);
  }
  a.unpacked_guessed = a.unpacked == UNKNOWN || (plain && a.stored_guessed);
  if (a.unpacked == UNKNOWN)
    a.unpacked = plain
                   ? a.stored
                   : fewer_bytes (times (a.stored, GUESSED_RATIO), f->size);
  /* For a raw disk, unknown holes count as data, which is no guess. */
  a.data_guessed = f->guessed
                   || (a.data == UNKNOWN && (!raw || a.unpacked_guessed));
  if (a.data == UNKNOWN)
    a.data = fewer_bytes (times (a.unpacked, f->compressed ? 2 : 1), f->size);
  return a;
}

/* Until bytes have come from where they are.  What helpers and other steps
 * give to us costs them the time, not us. */
double
time_reading (const struct facts *f, const struct rates *r, uint64_t bytes)
{
  switch (f->place) {
  case AT_FILE:
  case AT_DEVICE: return bytes / r->disk_read;
  case AT_URL: return bytes / r->network;
  case AT_NBD: return f->users ? bytes / r->network : 0;
  case AT_STREAM: return f->users ? bytes / r->memory : 0;
  }
  return 0;
}

/* If a checksum has to be checked: what is read here and there has to be read
 * in order once more. */
double
time_checking (const struct facts *f, const struct goal *g,
               const struct rates *r)
{
  if (!g->must_check_order || !f->users || f->access == IN_ORDER)
    return 0;
  return time_reading (f, r, amounts_of (f).stored);
}

/* The same for the disk that is read as it is there. */
double
time_reading_disk (const struct facts *f, const struct goal *g,
                   const struct rates *r)
{
  struct amounts a = amounts_of (f);
  return time_reading (f, r, f->access == IN_ORDER ? a.stored : a.data)
         + time_checking (f, g, r);
}

/* Until so many bytes are at the destination. */
double
time_writing (const struct goal *g, const struct rates *r, uint64_t bytes)
{
  if (g->place == AT_STREAM)
    return bytes / r->memory;
  return bytes / (g->place == AT_NBD ? r->network_out : r->disk_write);
}

/* And until they have been compared. */
double
time_reading_back (const struct goal *g, const struct rates *r,
                   uint64_t bytes)
{
  if (!g->read_back)
    return 0;
  return bytes / (g->place == AT_NBD ? r->network_out : r->disk_read);
}

const char *
size_words (char buffer[SIZE_WORDS], uint64_t bytes)
{
  static const char units[] = "KMGTPE";
  if (bytes < 1024)
    snprintf (buffer, SIZE_WORDS, "%u", (unsigned) bytes);
  else {
    double scaled = bytes / 1024.0;
    size_t unit = 0;
    for (; scaled >= 1023.95; unit++)
      scaled /= 1024;
    snprintf (buffer, SIZE_WORDS, "%.1f%c", scaled, units[unit]);
  }
  return buffer;
}
