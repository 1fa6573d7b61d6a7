/* SPDX-License-Identifier: MIT */
/* Let a partition grow, after moving what is behind it. */
#include <config.h>

#include <inttypes.h>
#include <stdlib.h>

#include "grow/layout.h"

/* Read the table of the disk, and check that the partition is where it was
 * when the growth was planned. */
static int
read_planned (struct disk *d, const struct growth *g, struct layout *l,
              char **why)
{
  if (layout_read (d, d->size, l, why) == -1)
    return -1;
  const struct part *p = layout_number (l, g->number);
  if (l->table.facts.kind == g->table && p != NULL
      && p->start == g->before.start && p->length == g->before.length)
    return 0;
  layout_free (l);
  return table_fault (why, "the partition table has changed since the growth "
                           "was planned");
}

/* ---- moving ---- */

/* The boot sectors of FAT and NTFS contain the number of sectors before the
 * partition.  Boot code reads it. */
static int
correct_boot_sector (struct disk *d, unsigned sector,
                     const struct growth_move *m, char **why)
{
  unsigned char boot[BOOT_SECTOR];

  if (m->length < sizeof boot)
    return 0;
  if (d->read (d, boot, sizeof boot, m->to, why) == -1)
    return -1;
  bool is_fat = (boot[0] == 0xeb || boot[0] == 0xe9) && boot[510] == 0x55
                && boot[511] == 0xaa
                && (boot[11] | boot[12] << 8) == (int) sector;
  if (!is_fat || get32 (boot + 28) != m->from / sector
      || m->to / sector > UINT32_MAX)
    return 0;
  put32 (boot + 28, m->to / sector);
  return d->write (d, boot, sizeof boot, m->to, why);
}

static int
move_swap (struct disk *d, const struct growth_move *m, char **why)
{
  unsigned char *header = malloc (m->swap_page);
  int r = -1;

  if (header == NULL)
    return table_fault (why, "no memory for %" PRIu32 " bytes", m->swap_page);
  if (d->read (d, header, m->swap_page, m->from, why) == 0
      && bytes_zero (d, m->to, m->length, why) == 0)
    r = swap_remake (d, header, m->swap_page, m->to, why);
  free (header);
  return r;
}

static int
move_one (struct disk *d, unsigned sector, const struct growth_move *m,
          char **why)
{
  if (m->swap_page > 0)
    return move_swap (d, m, why);
  if (bytes_move (d, m->from, m->to, m->length, why) == -1)
    return -1;
  return correct_boot_sector (d, sector, m, why);
}

/* Zero those parts of the old places that no new place covers. */
static int
clear_old_places (struct disk *d, const struct growth *g, char **why)
{
  uint64_t at = g->before.start + g->before.length, end = at;

  for (size_t i = 0; i < g->nr_moves; i++) {
    const struct growth_move *m = &g->moves[i];
    if (end < m->from + m->length)
      end = m->from + m->length;
  }
  for (size_t i = g->nr_moves; i-- > 0 && at < end;) {
    const struct growth_move *m = &g->moves[i];
    uint64_t to = m->to < end ? m->to : end;
    if (to > at && bytes_zero (d, at, to - at, why) == -1)
      return -1;
    at = m->to + m->length;
  }
  return 0;
}

static int
move_all (struct disk *d, const struct layout *l, const struct growth *g,
          char **why)
{
  for (size_t i = 0; i < g->nr_moves; i++)
    if (move_one (d, l->table.facts.sector, &g->moves[i], why) == -1)
      return -1;
  return clear_old_places (d, g, why);
}

int
growth_move (struct disk *d, const struct growth *g, char **why)
{
  struct change c = {
    .boundary = g->before.start + g->before.length,
    .shift = g->shift,
    .number = g->number,
    .length = g->before.length,
  };
  struct layout l;

  if (g->shift == 0)
    return 0;
  if (read_planned (d, g, &l, why) == -1)
    return -1;
  int r = move_all (d, &l, g, why);
  if (r == 0)
    r = layout_change (d, &l, &c, why);
  layout_free (&l);
  return r;
}

/* ---- growing ---- */

int
growth_apply (struct disk *d, const struct growth *g, char **why)
{
  struct change c = { .boundary = UINT64_MAX,
                      .number = g->number,
                      .length = g->after.length };
  struct layout l;

  if (read_planned (d, g, &l, why) == -1)
    return -1;
  int r = layout_change (d, &l, &c, why);
  layout_free (&l);
  return r;
}
