/* SPDX-License-Identifier: MIT */

/* What each block may hold. */

#include "checker.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NEVER UINT_MAX
#define NOW 0

struct checker *
checker_new (struct disk *disk, bool strict)
{
  struct checker *k = calloc (1, sizeof *k);

  if (k == NULL)
    abort ();
  pthread_mutex_init (&k->lock, NULL);
  k->disk = disk;
  k->strict = strict;
  k->next_stamp = STAMP_INITIAL;
  for (unsigned i = 0; i < DISK_BLOCKS; i++) {
    struct operation initial = { .kind = WRITE, .first = i, .blocks = 1 };

    k->next_stamp = STAMP_INITIAL;
    checker_begin (k, &initial);
    checker_end (k, &initial, SUCCEEDED);
  }
  return k;
}

void
checker_free (struct checker *k)
{
  for (unsigned i = 0; i < DISK_BLOCKS; i++)
    free (k->blocks[i].values);
  pthread_mutex_destroy (&k->lock);
  free (k);
}

static bool
changes (const struct operation *op)
{
  return op->kind == WRITE || op->kind == ZERO || op->kind == TRIM;
}

static void
add_value (struct checker *k, const struct operation *op, unsigned number)
{
  struct history *b = &k->blocks[number];

  if (b->count == b->room) {
    b->room = b->room * 2 + 4;
    b->values = realloc (b->values, b->room * sizeof b->values[0]);
    if (b->values == NULL)
      abort ();
  }
  b->values[b->count++] = (struct value) {
    .stamp = op->stamp,
    .any = op->kind == TRIM,
    .issued = op->issued,
    .ended = NEVER,
    .superseded = NEVER,
    .buried = NEVER,
  };
}

void
checker_begin (struct checker *k, struct operation *op)
{
  pthread_mutex_lock (&k->lock);
  op->issued = ++k->tick;
  op->stamp = op->kind == WRITE ? k->next_stamp++ : STAMP_ZEROES;
  for (unsigned i = 0; changes (op) && i < op->blocks; i++)
    add_value (k, op, op->first + i);
  pthread_mutex_unlock (&k->lock);
  for (unsigned i = 0; op->kind == WRITE && op->buf && i < op->blocks; i++)
    stamp_block (op->buf + (size_t) i * BLOCK_SIZE, op->first + i, op->stamp);
}

/* From now on, this value must not be found in what is durable. */
static void
bury_value (const struct checker *k, struct value *v)
{
  if (v->buried == NEVER)
    v->buried = k->tick;
}

/* The command has ended, so its value may be in the block.  If the command
 * succeeded, values of commands that ended before it was issued are
 * superseded. */
static void
end_value (struct checker *k, const struct operation *op, unsigned number,
           enum outcome outcome)
{
  struct history *b = &k->blocks[number];

  for (unsigned i = 0; i < b->count; i++) {
    struct value *v = &b->values[i];

    if (v->issued == op->issued)
      v->ended = k->tick;
    else if (outcome == SUCCEEDED && v->ended < op->issued) {
      if (v->superseded == NEVER)
        v->superseded = k->tick;
      if (op->fua)
        bury_value (k, v);
    }
  }
}

/* Values that were superseded when the flush was issued must not come
 * back. */
static void
bury (struct checker *k, const struct operation *op)
{
  for (unsigned n = 0; n < DISK_BLOCKS; n++)
    for (unsigned i = 0; i < k->blocks[n].count; i++)
      if (k->blocks[n].values[i].superseded < op->issued)
        bury_value (k, &k->blocks[n].values[i]);
}

/* The program was told that what is not durable may be lost, so older values
 * may come back. */
static void
forget_what_is_not_durable (struct checker *k)
{
  for (unsigned n = 0; n < DISK_BLOCKS; n++)
    for (unsigned i = 0; i < k->blocks[n].count; i++)
      if (k->blocks[n].values[i].buried == NEVER)
        k->blocks[n].values[i].superseded = NEVER;
}

/* Whether the block may hold this stamp for a command that was issued at this
 * tick, or, if that is NOW, in what is durable. */
static bool
is_possible (const struct checker *k, unsigned number, uint64_t stamp,
             unsigned issued)
{
  const struct history *b = &k->blocks[number];

  for (unsigned i = 0; i < b->count; i++) {
    const struct value *v = &b->values[i];
    unsigned over = issued == NOW || k->strict ? v->buried : v->superseded;

    if ((v->any ? stamp != STAMP_TORN : v->stamp == stamp)
        && (issued == NOW ? over == NEVER : over > issued))
      return true;
  }
  return false;
}

static void
print_value (FILE *to, const struct value *v)
{
  fprintf (to, "\n  %s %lu issued at %u",
           v->any                      ? "trim"
           : v->stamp == STAMP_ZEROES  ? "zeroes"
           : v->stamp == STAMP_INITIAL ? "what was there first,"
                                       : "write",
           (unsigned long) v->stamp, v->issued);
  if (v->ended == NEVER)
    fprintf (to, ", in flight");
  else
    fprintf (to, ", ended at %u", v->ended);
  if (v->superseded != NEVER)
    fprintf (to, ", superseded at %u%s", v->superseded,
             v->buried != NEVER ? ", and that was made durable" : "");
}

static char *
complain (const struct checker *k, const char *what,
          const struct operation *op, unsigned number, uint64_t stamp)
{
  const struct history *b = &k->blocks[number];
  char *text = NULL;
  size_t len;
  FILE *to = open_memstream (&text, &len);

  if (to == NULL)
    abort ();
  fprintf (to, "%s: block %u ", what, number);
  if (stamp == STAMP_TORN)
    fprintf (to, "is torn");
  else
    fprintf (to, "has %s %lu", stamp == STAMP_ZEROES ? "zeroes," : "write",
             (unsigned long) stamp);
  if (op)
    fprintf (to, " for a command on %u+%u issued at %u", op->first,
             op->blocks, op->issued);
  fprintf (to, "; now it is %u", k->tick);
  for (unsigned i = 0; i < b->count; i++)
    if (b->values[i].buried == NEVER || b->values[i].stamp == stamp)
      print_value (to, &b->values[i]);
  fclose (to);
  return text;
}

static char *
check_read (const struct checker *k, const struct operation *op)
{
  for (unsigned i = 0; i < op->blocks; i++) {
    uint64_t stamp = stamp_of (op->buf + (size_t) i * BLOCK_SIZE,
                               op->first + i);

    if (!is_possible (k, op->first + i, stamp, op->issued))
      return complain (k, "read", op, op->first + i, stamp);
  }
  return NULL;
}

/* Whether the block may hold anything but zeroes. */
static bool
may_have_data (const struct checker *k, unsigned number, unsigned issued)
{
  const struct history *b = &k->blocks[number];

  for (unsigned i = 0; i < b->count; i++)
    if (b->values[i].any || b->values[i].stamp != STAMP_ZEROES)
      if (is_possible (k, number,
                       b->values[i].any ? STAMP_INITIAL : b->values[i].stamp,
                       issued))
        return true;
  return false;
}

static char *
check_status (const struct checker *k, const struct operation *op)
{
  for (unsigned i = 0; i < op->blocks; i++) {
    unsigned n = op->first + i;

    if (op->told[i] == SAID_ZEROES
        && !is_possible (k, n, STAMP_ZEROES, op->issued))
      return complain (k, "block status", op, n, STAMP_ZEROES);
    if (op->told[i] == SAID_DATA && !may_have_data (k, n, op->issued))
      return complain (k, "block status says data", op, n, STAMP_TORN);
  }
  return NULL;
}

static char *
check_durable (const struct checker *k, const char *what)
{
  char *wrong = NULL;

  pthread_mutex_lock (&k->disk->lock);
  for (unsigned n = 0; n < DISK_BLOCKS && wrong == NULL; n++) {
    uint64_t stamp = stamp_of (k->disk->durable[n], n);

    if (!is_possible (k, n, stamp, NOW))
      wrong = complain (k, what, NULL, n, stamp);
  }
  pthread_mutex_unlock (&k->disk->lock);
  return wrong;
}

char *
checker_end (struct checker *k, struct operation *op, enum outcome outcome)
{
  char *wrong = NULL;

  pthread_mutex_lock (&k->lock);
  k->tick++;
  for (unsigned i = 0; changes (op) && i < op->blocks; i++)
    end_value (k, op, op->first + i, outcome);
  if (outcome == SUCCEEDED) {
    if (op->kind == READ)
      wrong = check_read (k, op);
    else if (op->kind == STATUS)
      wrong = check_status (k, op);
    else if (op->kind == FLUSH)
      bury (k, op);
    if (op->kind == FLUSH || op->fua)
      wrong = check_durable (k, op->kind == FLUSH ? "durable after a flush"
                                                  : "durable after FUA");
  }
  else if (op->kind == FLUSH && k->strict)
    forget_what_is_not_durable (k);
  pthread_mutex_unlock (&k->lock);
  return wrong;
}

void
checker_forget (struct checker *k)
{
  pthread_mutex_lock (&k->lock);
  forget_what_is_not_durable (k);
  pthread_mutex_unlock (&k->lock);
}

char *
checker_durable (struct checker *k)
{
  pthread_mutex_lock (&k->lock);
  char *wrong = check_durable (k, "durable at the end");

  pthread_mutex_unlock (&k->lock);
  return wrong;
}
