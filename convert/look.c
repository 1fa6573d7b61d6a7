/* SPDX-License-Identifier: MIT */
/* Record the facts about the source, and the goal, for the planner. */
#include <config.h>

#include <stdlib.h>
#include <string.h>
#include <sys/param.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "convert.h"
#include "probe.h"
#include "reflink.h"
#include "scratch.h"

/* ---- the codec ---- */

void
make_image (struct conversion *v, bool in_order)
{
  const struct image_settings settings = {
    .threads = v->o->settings.threads,
    .memory = v->o->memory,
  };
  struct input *in = v->checksum ? checksum_input (v->checksum)
                                 : v->source.input;

  if (v->image != NULL)
    image_free (v->image);
  v->image = in_order ? image_in_order (in, v->codec, &settings)
                      : image_of_parts (in, v->codec, &v->parts, &settings);
  if (v->image == NULL)
    tool_fail ("%s: cannot start to decode it: %m", v->source.name);
}

/* Find parts that can be decoded independently. */
static void
find_parts (struct conversion *v, struct facts *f)
{
  char *why = NULL;

  f->parts = 1;
  if (v->source.input->in_order || v->codec->find_parts == NULL)
    return;
  switch (v->codec->find_parts (v->source.input, &v->parts, &why)) {
  case PARTS_BROKEN: tool_fail ("%s: %s", v->source.name, why);
  case PARTS_FOUND:
    f->parts = v->parts.count;
    f->unpacked = v->parts.size;
    break;
  case PARTS_NONE:
    if (v->parts.size > 0)
      f->unpacked = v->parts.size;
    break;
  }
  free (why);
}

static void
look_at_codec (struct conversion *v, struct facts *f)
{
  struct probe_reader r = probe_reads_input (v->source.input);
  char *why = NULL;

  if (v->o->from_is_said && v->o->from == RAW)
    return;
  if (probe_codec (&r, &f->codec, &why) == -1) {
    tool_check_signal ();
    tool_fail ("%s: %s", v->source.name, why);
  }
  if (f->codec == PLAIN)
    return;
  v->codec = codec_of (f->codec);
  if (v->codec == NULL)
    tool_fail ("%s: this is compressed with %s, which this build of "
               "nbdconvert was not made to decode",
               v->source.name, codec_name (f->codec));
  find_parts (v, f);
  make_image (v, f->parts <= 1);
}

/* ---- the image itself ---- */

/* Whether a raw disk begins with a GPT, or has an MBR that says so. */
static bool
begins_with_gpt (struct probe_reader *r)
{
  unsigned char head[4096 + 8] = { 0 };
  char *why = NULL;

  if (r->read (r, head, sizeof head, 0, &why) == -1)
    free (why);
  return memcmp (&head[512], "EFI PART", 8) == 0
         || memcmp (&head[4096], "EFI PART", 8) == 0
         || (head[510] == 0x55 && head[511] == 0xaa && head[450] == 0xee);
}

/* What is inside of a compressed file is not decompressed again.  If it cannot
 * be read, probe_image says why. */
static void
refuse_twice (const struct source *s, struct probe_reader *r)
{
  enum codec_kind kind = PLAIN;
  char *why = NULL;

  if (probe_codec (r, &kind, &why) == -1)
    free (why);
  else if (kind != PLAIN)
    tool_fail ("%s: this is no disk but a file that was compressed twice; "
               "unpack it first (- reads from a pipe)",
               s->name);
}

static void
look_at_image (struct conversion *v, struct facts *f)
{
  const struct source *s = &v->source;
  struct probe_settings settings = {
    .name = s->name,
    .path = s->place == AT_FILE && f->codec == PLAIN && s->path == s->name
              ? s->name
              : NULL,
    .from = v->o->from_is_said ? &v->o->from : NULL,
    .allow_backing = v->o->allow_backing,
    .packed = f->codec != PLAIN,
  };
  struct probe_reader r = f->codec == PLAIN ? probe_reads_input (s->input)
                                            : probe_reads_image (v->image);
  struct probe p;
  char *why = NULL;

  if (f->codec != PLAIN)
    refuse_twice (s, &r);
  if (probe_image (&r, &settings, &p, &why) == -1) {
    tool_check_signal ();
    tool_fail ("%s: %s", s->name, why);
  }
  if (p.warning)
    say (v, "%s: %s", s->name, p.warning);
  free (p.warning);
  f->format = p.format;
  f->compressed = p.compressed;
  f->needs_files = p.refers;
  f->doubtful = p.doubtful;
  v->may_have_gpt = p.format != RAW || begins_with_gpt (&r);
  v->end_unseen = p.end_unseen;
  f->data = p.data;
  if (f->codec == PLAIN)
    f->unpacked = s->input->size;
  f->size = p.format == RAW ? f->unpacked : p.size;
}

/* How many bytes of a raw file are allocated. */
static void
look_at_holes (const struct source *s, struct facts *f)
{
  if (s->place == AT_FILE && f->codec == PLAIN && f->format == RAW)
    f->data = MIN ((uint64_t) s->st.st_blocks * 512, f->size);
}

void
begin_checksum (struct conversion *v)
{
  char *why = NULL;

  if (v->o->checksum.algorithm == NULL || v->checksum != NULL)
    return;
  v->checksum = checksum_begin (&v->o->checksum, v->source.input, &why);
  if (v->checksum == NULL)
    tool_fail ("%s: %s", v->source.name, why);
}

void
look_at_source (struct conversion *v, char ***words)
{
  struct facts *f = &v->problem.start;
  struct source *s = &v->source;

  source_open (s, words, v->o->settings.retry_ms);
  tool_guard_source (s->fd);
  if (s->input->in_order && v->o->plan == DO_IT)
    begin_checksum (v);
  *f = (struct facts) {
    .place = s->place,
    .access = s->input->in_order ? IN_ORDER : AT_RANDOM,
    .users = true,
    .stored = s->input->size,
    .unpacked = UNKNOWN,
    .size = UNKNOWN,
    .data = UNKNOWN,
  };
  look_at_codec (v, f);
  look_at_image (v, f);
  look_at_holes (s, f);
}

/* ---- the goal ---- */

/* Whether a partition table may have to follow the new size.  Whether there
 * is one is only found out when all is written.  For a stream that is too
 * late, so the beginning of the source decides. */
static bool
has_table (const struct conversion *v)
{
  return v->o->size != UNKNOWN
         && (v->to.place != AT_STREAM || v->may_have_gpt);
}

static uint64_t
room_for_scratch (const struct conversion *v)
{
  struct statvfs fs;

  if (statvfs (scratch_directory (v->o), &fs) == -1)
    return UNKNOWN;
  return (uint64_t) fs.f_bavail * fs.f_frsize;
}

void
look_at_goal (struct conversion *v)
{
  const struct options *o = v->o;
  const struct copy_settings *c = &o->settings;
  struct goal *g = &v->problem.goal;
  bool needs_engine = o->sparsify || c->verify || c->resume || c->rate != 0
                      || o->progress.kind != NO_PROGRESS;

  *g = (struct goal) {
    .place = v->to.place,
    .format = v->to.format,
    .compressed = o->compress,
    .size = o->size,
    .may_reflink = !c->verify && reflink_is_possible (&v->source, &v->to),
    .may_copy_range = !needs_engine && v->source.place == AT_FILE
                      && v->to.place == AT_FILE,
    .needs_engine = needs_engine,
    .must_check_order = o->checksum.algorithm != NULL,
    .read_back = c->verify,
    .drops_unused = o->sparsify,
    .has_options = o->format_options != NULL,
    .needs_size = o->options_need_size,
    .partitioned = has_table (v),
    .expands = o->grow.partition != NULL,
    .fills = o->grow.file_system,
    .moves = o->grow.move ? UNKNOWN : 0,
    .grows = UNKNOWN,
    .may_scratch = !o->no_scratch,
    .scratch_room = o->no_scratch ? 0 : room_for_scratch (v),
  };
}
