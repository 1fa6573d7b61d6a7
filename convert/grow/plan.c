/* SPDX-License-Identifier: MIT */
/* Plan how a partition takes the space that a disk has gained. */
#include <config.h>

#include <inttypes.h>
#include <stdlib.h>

#include "grow/layout.h"
#include "plan/amounts.h"
#include "tool.h"

#define MIB (UINT64_C (1) << 20)
/* The first sector that an MBR cannot address. */
#define MBR_SECTORS (UINT64_C (1) << 32)

/* ---- which partition is meant ---- */

static int
unknown (const struct layout *l, const char *wanted, char **why)
{
  char *there = layout_words (l), *quoted = tool_quoted (wanted);

  table_fault (why, "there is no partition %s; %s%s", quoted, there,
               l->table.facts.kind == TABLE_MBR
                 ? "; those of an MBR have numbers only"
                 : "");
  free (there);
  free (quoted);
  return -1;
}

static int
ambiguous (const struct layout *l, const char *name, char **why)
{
  char *numbers = tool_format ("%s", ""), *quoted = tool_quoted (name);

  for (size_t i = 0; i < l->count; i++) {
    if (strcmp (l->parts[i].name, name) != 0)
      continue;
    char *more = tool_format ("%s%s%u", numbers, numbers[0] ? ", " : "",
                              l->parts[i].number);
    free (numbers);
    numbers = more;
  }
  table_fault (why, "partitions %s are all named %s; say the number", numbers,
               quoted);
  free (numbers);
  free (quoted);
  return -1;
}

/* The number that TEXT is; 0 if TEXT is no number or too large. */
static unsigned
number_of (const char *text)
{
  size_t length = strlen (text);

  if (length == 0 || length > 6 || strspn (text, "0123456789") != length)
    return 0;
  return strtoul (text, NULL, 10);
}

/* The partition that ends last, which need not have the largest number. */
static struct part *
last_part (const struct layout *l)
{
  struct part *last = NULL;

  for (size_t i = 0; i < l->count; i++) {
    struct part *p = &l->parts[i];
    if (!p->is_extended && (last == NULL || part_end (p) > part_end (last)))
      last = p;
  }
  return last;
}

static int
by_name (const struct layout *l, const char *name, struct part **found,
         char **why)
{
  *found = NULL;
  for (size_t i = 0; i < l->count && name[0] != '\0'; i++) {
    if (strcmp (l->parts[i].name, name) != 0)
      continue;
    if (*found != NULL)
      return ambiguous (l, name, why);
    *found = &l->parts[i];
  }
  return *found ? 0 : unknown (l, name, why);
}

static int
find_part (const struct layout *l, const char *wanted, struct part **found,
           char **why)
{
  unsigned number = number_of (wanted);

  *found = strcmp (wanted, "last") == 0 ? last_part (l)
           : number > 0                 ? layout_number (l, number)
                                        : NULL;
  if (*found == NULL && by_name (l, wanted, found, why) == -1)
    return -1;
  if ((*found)->is_extended)
    return table_fault (why,
                        "partition %u is an extended one, which grows with "
                        "the last logical one in it: say that one's number",
                        (*found)->number);
  return 0;
}

/* ---- space ---- */

/* Find where the last partition may end. */
static int
find_limit (const struct layout *l, uint64_t old_size, uint64_t size,
            uint64_t *limit, char **why)
{
  const struct disk_table *t = &l->table;
  unsigned sector = t->facts.sector;
  uint64_t first;

  *limit = size - size % sector;
  if (t->facts.kind == TABLE_MBR) {
    if (size / sector <= MBR_SECTORS)
      return 0;
    return table_fault (why,
                        "the disk gets %" PRIu64 " bytes, but an MBR has no "
                        "numbers for what is behind 2 TiB: convert it to a "
                        "GPT first (sgdisk -g), or make the disk smaller",
                        size);
  }
  if (t->facts.backup_at_end && size == old_size) {
    *limit = (t->primary.last_usable + 1) * sector;
    return 0;
  }
  if (table_backup_place (t, *limit, &first, why) == -1)
    return -1;
  *limit = first * sector;
  return 0;
}

/* The alignment of the new end.  Most partitions are aligned to MiB; if this
 * one is not, its own alignment is kept. */
static uint64_t
grain_of (const struct layout *l, const struct part *p)
{
  uint64_t grain = p->start & -p->start;

  if (grain < l->table.facts.sector)
    return l->table.facts.sector;
  return grain < MIB ? grain : MIB;
}

static int
no_room (const struct part *p, uint64_t end, uint64_t limit, char **why)
{
  char *words = part_words (p);

  table_fault (why,
               "there is no space to grow: what is used ends at byte "
               "%" PRIu64 ", and %s could end at %" PRIu64
               " at most; set a larger --size",
               end, words, limit);
  free (words);
  return -1;
}

/* ---- partitions behind ---- */

static const struct part *
first_behind (const struct layout *l, uint64_t boundary)
{
  for (size_t i = 0; i < l->count; i++)
    if (l->parts[i].start >= boundary)
      return &l->parts[i];
  return NULL;
}

static int
in_the_way (const struct layout *l, const struct part *p,
            const struct part *behind, char **why)
{
  char *words = part_words (p), *next = part_words (behind);
  size_t others = 0;

  for (size_t i = 0; i < l->count; i++)
    others += l->parts[i].start > behind->start;
  char *more = others == 0 ? tool_format ("%s", "")
                           : tool_format (", and what is behind that,");
  table_fault (why,
               "%s is behind %s; --move would move it%s to the end of the "
               "disk",
               next, words, more);
  free (more);
  free (words);
  free (next);
  return -1;
}

static int
add_move (struct disk *d, struct growth *g, const struct part *p, char **why)
{
  struct growth_move *m = &g->moves[g->nr_moves++];

  *m = (struct growth_move) { .number = p->number,
                              .from = p->start,
                              .to = p->start + g->shift,
                              .length = p->length };
  return swap_look (d, p->start, p->length, &m->swap_page, why);
}

static int
refuse_fixed (const struct part *p, char **why)
{
  char *words = part_words (p);

  table_fault (why, "%s is in the way and cannot be moved: %s", words,
               p->fixed);
  free (words);
  return -1;
}

/* Plan the moves, the last partition first, so that none is overwritten
 * before it was copied. */
static int
plan_moves (struct disk *d, const struct layout *l, uint64_t boundary,
            struct growth *g, char **why)
{
  g->moves = calloc (l->count, sizeof g->moves[0]);
  if (g->moves == NULL)
    return table_fault (why, "no memory for %zu partitions", l->count);
  for (size_t i = l->count; i-- > 0 && l->parts[i].start >= boundary;) {
    const struct part *p = &l->parts[i];
    if (p->fixed != NULL)
      return refuse_fixed (p, why);
    if (!p->is_extended && add_move (d, g, p, why) == -1)
      return -1;
  }
  return 0;
}

static uint64_t
used_end (const struct layout *l)
{
  uint64_t end = 0;

  for (size_t i = 0; i < l->count; i++)
    if (end < part_end (&l->parts[i]))
      end = part_end (&l->parts[i]);
  return end;
}

/* Where the first thing behind BOUNDARY begins: a partition, or a link of the
 * chain of logical partitions. */
static uint64_t
used_again (const struct layout *l, uint64_t boundary)
{
  uint64_t start = first_behind (l, boundary)->start;

  for (size_t i = 0; i < l->nr_links; i++)
    if (l->links[i].at >= boundary && l->links[i].at < start)
      start = l->links[i].at;
  return start;
}

/* Partitions behind keep their order and the gaps between them. */
static int
grow_by_moving (struct disk *d, const struct layout *l, const struct part *p,
                uint64_t limit, struct growth *g, char **why)
{
  uint64_t end = used_end (l), room = limit > end ? limit - end : 0;

  g->shift = room - room % MIB;
  if (g->shift == 0)
    return no_room (p, end, limit, why);
  uint64_t next = used_again (l, part_end (p)) + g->shift;
  next -= next % grain_of (l, p);
  if (next < part_end (p) + g->shift)
    next = part_end (p) + g->shift;
  g->after.length = next - p->start;
  return plan_moves (d, l, part_end (p), g, why);
}

static int
grow_in_place (const struct layout *l, const struct part *p, uint64_t limit,
               struct growth *g, char **why)
{
  uint64_t end = limit - limit % grain_of (l, p);

  if (end <= part_end (p))
    return no_room (p, used_end (l), end, why);
  g->after.length = end - p->start;
  return 0;
}

/* ---- the file system ---- */

static int
look_at_file_system (struct disk *d, struct growth *g, char **why)
{
  struct file_system *fs = &g->fs;
  char *what = NULL;

  if (file_system_look (d, g->before.start, g->before.length, fs, &what)
      == -1) {
    table_fault (why, "the file system in partition %u: %s", g->number,
                 what ? what : "unknown error");
    free (what);
    return -1;
  }
  if (fs->grows)
    return 0;
  if (fs->name == NULL)
    return table_fault (why,
                        "partition %u has no file system that is known; "
                        "without --resize-fs only the partition grows",
                        g->number);
  return table_fault (why,
                      "partition %u has %s, which cannot be grown here%s%s; "
                      "without --resize-fs only the partition grows",
                      g->number, fs->name,
                      fs->advice ? ": inside of the guest, run " : "",
                      fs->advice ? fs->advice : "");
}

/* ---- the whole plan ---- */

static int
plan (struct disk *d, const struct layout *l, uint64_t limit,
      const struct growth_wish *wish, struct growth *g, char **why)
{
  struct part *p;

  if (find_part (l, wish->partition, &p, why) == -1)
    return -1;
  g->table = l->table.facts.kind;
  g->number = p->number;
  memcpy (g->name, p->name, sizeof g->name);
  g->before.start = g->after.start = p->start;
  g->before.length = p->length;

  const struct part *behind = first_behind (l, part_end (p));
  if (behind != NULL && !wish->move)
    return in_the_way (l, p, behind, why);
  int r = behind ? grow_by_moving (d, l, p, limit, g, why)
                 : grow_in_place (l, p, limit, g, why);
  if (r == 0 && wish->file_system)
    r = look_at_file_system (d, g, why);
  return r;
}

int
growth_plan (struct disk *d, uint64_t old_size, uint64_t new_size,
             const struct growth_wish *wish, struct growth *g, char **why)
{
  struct layout l;
  uint64_t limit;

  *g = (struct growth) { 0 };
  if (layout_read (d, old_size, &l, why) == -1)
    return -1;
  int r = find_limit (&l, old_size, new_size, &limit, why);
  if (r == 0)
    r = plan (d, &l, limit, wish, g, why);
  layout_free (&l);
  if (r == -1)
    growth_free (g);
  return r;
}

void
growth_free (struct growth *g)
{
  free (g->moves);
  *g = (struct growth) { 0 };
}

uint64_t
growth_copied (const struct growth *g)
{
  uint64_t bytes = 0;

  for (size_t i = 0; i < g->nr_moves; i++)
    bytes += g->moves[i].swap_page > 0 ? g->moves[i].swap_page
                                       : g->moves[i].length;
  return bytes;
}
