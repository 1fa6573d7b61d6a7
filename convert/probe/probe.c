/* SPDX-License-Identifier: MIT */
/* Find out what an image is. */
#include <config.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "probe/internal.h"
#include "tool.h"

/* ---- images with a damaged header ---- */

static void
become_raw (struct looking *l, const struct known *k)
{
  char number[32] = "";

  if (l->number != UNKNOWN)
    snprintf (number, sizeof number, ": %" PRIu64, l->number);
  l->p->warning = tool_format (
    "this looks like a damaged %s image (%s%s), so it is taken for a raw "
    "one; %s--from raw confirms that, --from %s reads it as such an image",
    format_name (k->format), l->broken, number, probe_before_raw (l),
    format_name (k->format));
  l->p->format = RAW;
  l->p->size = l->r->size;
  l->p->data = UNKNOWN;
  l->p->compressed = false;
}

/* What looks like no image is raw, but written to a disk an archive is of no
 * use.  Returns -1 with *WHY. */
static int
look_at_raw (struct looking *l, char **why)
{
  struct probe *p = l->p;
  const char *archive = probe_archive (l);

  p->size = l->r->size;
  p->end_unseen = l->r->in_order || l->r->size == UNKNOWN;
  if (l->failed != NULL) {
    *why = l->failed;
    l->failed = NULL;
    return -1;
  }
  if (archive == NULL)
    return 0;
  *why = tool_format ("this is no disk but %s, which nbdconvert does not "
                      "unpack; unpack it first (- reads from a pipe); "
                      "--from raw copies it as it is",
                      archive);
  return -1;
}

/* ---- refusals ---- */

/* Returns false with *WHY.  That an image is LUKS may only be known from
 * --from. */
static bool
is_allowed (struct looking *l, const struct known *k,
            const struct probe_settings *s, char **why)
{
  if (k == &probe_luks)
    l->refused = probe_is_encrypted;
  if (l->refused != NULL) {
    *why = tool_format ("this is a %s image, but %s; %s--from raw copies it "
                        "as it is",
                        format_name (k->format), l->refused,
                        probe_before_raw (l));
    return false;
  }
  l->p->refers = l->refers.count > 0;
  return probe_may_refer (l, s, why);
}

static int
judge (struct looking *l, const struct known *k,
       const struct probe_settings *s, char **why)
{
  if (l->failed != NULL) {
    *why = l->failed;
    l->failed = NULL;
    return -1;
  }
  if (k == NULL && l->p->format == LUKS)
    k = &probe_luks;
  l->p->doubtful = s->from != NULL && (k == NULL || l->broken != NULL);
  if (k == NULL)
    return l->p->format == RAW ? look_at_raw (l, why) : 0;
  if (l->broken == NULL)
    return is_allowed (l, k, s, why) ? 0 : -1;
  if (s->from == NULL)
    become_raw (l, k);
  else /* qemu will report what is wrong */
    l->p->size = l->p->data = UNKNOWN;
  return 0;
}

int
probe_image (struct probe_reader *r, const struct probe_settings *settings,
             struct probe *p, char **why)
{
  struct looking l = { .r = r, .p = p, .packed = settings->packed };

  *p = (struct probe) { .format = RAW };
  if (settings->from != NULL && *settings->from == RAW) {
    p->size = r->size;
    p->data = UNKNOWN;
    return 0;
  }
  const struct known *k = probe_look (&l, settings->from);
  int result = judge (&l, k, settings, why);
  probe_forget (&l);
  return result;
}

bool
probe_has_end (int fd, uint64_t size, enum format format, char **why)
{
  struct probe_reader r = probe_reads_file (fd, size);
  struct probe p = { .format = RAW };
  struct looking l = { .r = &r, .p = &p };
  bool good = true;

  if (probe_look (&l, &format) != NULL)
    good = l.refused != probe_is_cut;
  if (!good)
    *why = tool_format ("this is a %s image, but %s", format_name (format),
                        probe_is_cut);
  probe_forget (&l);
  return good;
}
