/* SPDX-License-Identifier: MIT */
/* The journal: modifying commands that were acknowledged and are not
 * durable. A server that crashes may lose them, so they are kept to be sent
 * again. */

#include "session/unsettled.h"

/* The most entries that a command adds: itself, and one each for splitting
 * an older write and an older TRIM. */
#define MOST_NEW 3

/* How many entries are allocated at a time, so that they lie together. */
#define TOGETHER 32

struct nbdi_entries {
  struct nbdi_entries *next;
  struct nbdi_entry entries[TOGETHER];
};

/* The largest piece that payloads share: as a fraction of the journal's
 * size, and in bytes. */
#define SHARED_PART 64
#define MOST_SHARED 262144

/* What is kept for reuse while the program is idle, as a fraction of the
 * journal's size. */
#define KEPT_PART 32

/* From this many entries to settle on, their ranges are removed at once. */
#define MANY 256

/* Without copies: the most ranges that are recorded separately. */
#define MOST_RANGES 4096

/* Flags that are not sent again: FUA, because the flush that follows makes
 * the entry durable, and FAST_ZERO, because zeroing has to be done now even
 * if it is slow. */
#define DROPPED_FLAGS (LIBNBD_CMD_FLAG_FUA | LIBNBD_CMD_FLAG_FAST_ZERO)

static uint64_t
last_of (const struct nbdi_entry *e)
{
  return nbdi_last_byte (e->range.offset, e->range.count);
}

/* Make this many spare entries, so that nothing fails halfway. */
static bool
reserve_entries (struct nbdi_journal *j, size_t nr)
{
  while (j->nr_spare < nr) {
    struct nbdi_entries *more = malloc (sizeof *more);
    if (more == NULL)
      return false;
    more->next = j->memory;
    j->memory = more;
    for (size_t i = TOGETHER; i-- > 0;) {
      more->entries[i].next = j->spare;
      j->spare = &more->entries[i];
    }
    j->nr_spare += TOGETHER;
  }
  return true;
}

/* Put a spare entry, of which there must be one, behind another or to the
 * front. */
static struct nbdi_entry *
take_entry (struct nbdi_journal *j, struct nbdi_entry *prev)
{
  struct nbdi_entry *e = j->spare;

  j->spare = e->next;
  j->nr_spare--;
  *e = (struct nbdi_entry) { .prev = prev };
  e->next = prev ? prev->next : j->first;
  *(prev ? &prev->next : &j->first) = e;
  *(e->next ? &e->next->prev : &j->last) = e;
  j->nr++;
  return e;
}

/* Free an entry whose range was removed from the set. */
static void
drop_entry (struct nbdi_journal *j, struct nbdi_entry *e)
{
  *(e->prev ? &e->prev->next : &j->first) = e->next;
  *(e->next ? &e->next->prev : &j->last) = e->prev;
  j->nr--;
  if (j->grown == e)
    j->grown = NULL;
  nbdi_put_copy (&j->pool, e->copy);
  e->next = j->spare;
  j->spare = e;
  j->nr_spare++;
}

/* Reduce an entry to the bytes from first to last. */
static void
keep_part (struct nbdi_journal *j, struct nbdi_entry *e, uint64_t first,
           uint64_t last)
{
  if (e->data != NULL)
    e->data += first - e->range.offset;
  e->range.offset = first;
  e->range.count = last - first + 1;
  nbdi_add_range (&j->ranges, &e->range);
}

/* Cut a range out of an entry.  Up to two parts of the entry are left. */
static void
cut_entry (struct nbdi_journal *j, struct nbdi_entry *e, uint64_t first,
           uint64_t last)
{
  uint64_t old_first = e->range.offset, old_last = last_of (e);

  nbdi_remove_range (&j->ranges, &e->range);
  if (old_first < first && last < old_last) {
    struct nbdi_entry *right = take_entry (j, e);
    right->range.offset = old_first;
    right->seq = e->seq;
    right->type = e->type;
    right->flags = e->flags;
    right->data = e->data;
    right->copy = e->copy;
    if (right->copy != NULL)
      right->copy->users++;
    keep_part (j, right, last + 1, old_last);
  }
  if (old_first < first)
    keep_part (j, e, old_first, first - 1);
  else if (last < old_last)
    keep_part (j, e, last + 1, old_last);
  else
    drop_entry (j, e);
}

/* Cut the range of a newer command out of older entries.  Without copies
 * nothing is ever sent again, so only entries that are covered completely
 * are removed. */
static void
cut_below (struct nbdi_journal *j, uint16_t type, uint64_t offset,
           uint64_t count)
{
  uint64_t last = nbdi_last_byte (offset, count);

  nbdi_reserve_ranges (&j->ranges);
  struct nbdi_range *r = nbdi_first_overlap (&j->ranges, offset, count);
  while (r != NULL) {
    struct nbdi_entry *e = (struct nbdi_entry *) r;
    r = nbdi_next_overlap (&j->ranges, r, offset, count);
    if (j->copies ? nbdi_is_advisory (type) && !nbdi_is_advisory (e->type)
                  : e->range.offset < offset || last_of (e) > last)
      continue;
    cut_entry (j, e, offset, last);
  }
}

/* Without copies and with too many entries: extend the last one so that it
 * includes this range, and those of all that follow until it is settled. */
static void
grow_last_entry (struct nbdi_journal *j, uint64_t offset, uint64_t count)
{
  struct nbdi_entry *e = j->last;
  uint64_t last = nbdi_last_byte (offset, count);

  j->grown = e;
  e->seq = ++j->last_seq;
  if (offset >= e->range.offset && last <= last_of (e))
    return;
  nbdi_remove_range (&j->ranges, &e->range);
  if (last < last_of (e))
    last = last_of (e);
  if (offset > e->range.offset)
    offset = e->range.offset;
  e->range.offset = offset;
  e->range.count = last - offset == UINT64_MAX ? UINT64_MAX
                                               : last - offset + 1;
  nbdi_add_range (&j->ranges, &e->range);
}

/* Whether there is room for a command, even if no older entry shrinks. */
static bool
has_room (struct nbdi_journal *j, uint64_t copy)
{
  uint64_t need = MOST_NEW * sizeof (struct nbdi_entry) + copy;
  uint64_t used = nbdi_journal_bytes (j);

  if (need > j->size || used > j->size - need)
    return false;
  if (j->pool.spared > j->size - need - used)
    nbdi_trim_copies (&j->pool, 0);
  return true;
}

static uint64_t
shared_size (const struct nbdi_journal *j)
{
  uint64_t part = j->size / SHARED_PART;

  return part < MOST_SHARED ? part : MOST_SHARED;
}

static void
append_entry (struct nbdi_journal *j, uint16_t type, uint16_t flags,
              uint64_t offset, uint64_t count)
{
  struct nbdi_entry *e = take_entry (j, j->last);

  e->type = type;
  e->flags = flags & (uint16_t) ~DROPPED_FLAGS;
  e->seq = ++j->last_seq;
  e->range.offset = offset;
  e->range.count = count;
  nbdi_add_range (&j->ranges, &e->range);
}

/* Without copies only the range is recorded.  If the command was durable
 * (FUA), that says nothing about older entries, which the server may have
 * carried out later. */
static bool
add_without_copy (struct nbdi_journal *j, uint16_t type, uint16_t flags,
                  uint64_t offset, uint64_t count)
{
  if (flags & LIBNBD_CMD_FLAG_FUA)
    return true;
  if (j->grown == NULL)
    cut_below (j, type, offset, count);
  if (j->grown == NULL && j->nr < MOST_RANGES && reserve_entries (j, 1))
    append_entry (j, type, flags, offset, count);
  else if (j->last != NULL)
    grow_last_entry (j, offset, count);
  else
    return false;
  return true;
}

bool
nbdi_add_entry (struct nbdi_journal *j, uint16_t type, uint16_t flags,
                uint64_t offset, uint64_t count, const uint8_t *data)
{
  struct nbdi_copy *copy = NULL;
  uint8_t *place = NULL;

  if (count == 0)
    return true;
  if (!j->copies)
    return add_without_copy (j, type, flags, offset, count);
  /* The command is durable.  But an older entry must not be written over
   * it; and if both were in flight, the server may have carried out the
   * older one last. */
  if ((flags & LIBNBD_CMD_FLAG_FUA)
      && nbdi_first_overlap (&j->ranges, offset, count) == NULL)
    return true;
  bool copied = nbdi_sends_data (type);
  uint64_t shared = shared_size (j);
  if (!nbdi_replay_done (j)
      || !has_room (j,
                    copied ? nbdi_copy_memory (&j->pool, count, shared) : 0)
      || !reserve_entries (j, MOST_NEW))
    return false;
  if (copied) {
    place = nbdi_new_copy (&j->pool, count, shared, &copy);
    if (place == NULL)
      return false;
    memcpy (place, data, count);
  }
  cut_below (j, type, offset, count);
  append_entry (j, type, flags, offset, count);
  j->last->copy = copy;
  j->last->data = place;
  return true;
}

void
nbdi_settle (struct nbdi_journal *j, uint64_t seq)
{
  size_t nr = j->nr;
  bool at_once = nr >= MANY && j->last->seq <= seq;

  if (!nbdi_replay_done (j))
    return;
  if (at_once)
    nbdi_remove_all_ranges (&j->ranges);
  while (j->first != NULL && j->first->seq <= seq) {
    if (!at_once)
      nbdi_remove_range (&j->ranges, &j->first->range);
    drop_entry (j, j->first);
  }
  nbdi_fit_ranges (&j->ranges, nr);
}

void
nbdi_begin_replay (struct nbdi_journal *j)
{
  for (struct nbdi_entry *e = j->first; e != NULL; e = e->next)
    e->state = NBDI_TO_WRITE;
  j->cursor = j->first;
  j->trims = false;
  j->to_write = j->nr;
  j->being_written = 0;
}

struct nbdi_entry *
nbdi_next_to_write (struct nbdi_journal *j)
{
  while (j->to_write > 0) {
    struct nbdi_entry *e = j->cursor;
    if (e == NULL) {
      /* Only TRIMs are left.  They may overlap entries in flight, so they
       * wait. */
      if (j->being_written > 0 && !j->trims)
        return NULL;
      j->trims = true;
      j->cursor = j->first;
      continue;
    }
    j->cursor = e->next;
    if (e->state == NBDI_TO_WRITE && nbdi_is_advisory (e->type) == j->trims) {
      e->state = NBDI_BEING_WRITTEN;
      j->to_write--;
      j->being_written++;
      return e;
    }
  }
  return NULL;
}

void
nbdi_write_again (struct nbdi_journal *j, struct nbdi_entry *e)
{
  if (e->state != NBDI_BEING_WRITTEN)
    return;
  e->state = NBDI_TO_WRITE;
  j->being_written--;
  j->to_write++;
  j->cursor = j->first;
}

void
nbdi_was_written (struct nbdi_journal *j, struct nbdi_entry *e)
{
  if (e->state != NBDI_BEING_WRITTEN)
    return;
  e->state = NBDI_WRITTEN;
  j->being_written--;
}

/* Keep at most this many bytes of payloads.  Entries are allocated
 * together, so their memory is freed only when there is no entry left. */
static void
trim_journal (struct nbdi_journal *j, uint64_t most)
{
  nbdi_trim_copies (&j->pool, most);
  if (j->nr > 0
      || (most > 0 && j->nr_spare * sizeof (struct nbdi_entry) <= most))
    return;
  nbdi_trim_ranges (&j->ranges);
  while (j->memory != NULL) {
    struct nbdi_entries *memory = j->memory;
    j->memory = memory->next;
    free (memory);
  }
  j->spare = NULL;
  j->nr_spare = 0;
}

void
nbdi_rest_journal (struct nbdi_journal *j)
{
  trim_journal (j, j->size / KEPT_PART);
}

void
nbdi_trim_journal (struct nbdi_journal *j)
{
  trim_journal (j, 0);
}

void
nbdi_free_journal (struct nbdi_journal *j)
{
  j->to_write = j->being_written = 0;
  nbdi_settle (j, j->last_seq);
  nbdi_trim_journal (j);
}
