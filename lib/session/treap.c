/* SPDX-License-Identifier: MIT */
/* The tree of ranges, a treap: a search tree in the order of offsets in
 * which parents have a higher priority than their children.  Priorities are
 * random, so the tree is as deep as one that is built in random order. */

#include "session/unsettled.h"

static uint64_t
last_of (const struct nbdi_range *r)
{
  return nbdi_last_byte (r->offset, r->count);
}

/* The pointer in the tree that points to this range. */
static struct nbdi_range **
place_of (struct nbdi_ranges *ranges, struct nbdi_range *r)
{
  struct nbdi_range *parent = r->parent;

  return parent == NULL ? &ranges->root
                        : &parent->child[parent->child[1] == r];
}

/* The last byte of the ranges from here down, computed from the children's. */
static uint64_t
furthest_from (const struct nbdi_range *r)
{
  uint64_t furthest = last_of (r);

  for (int side = 0; side < 2; side++)
    if (r->child[side] != NULL && r->child[side]->furthest > furthest)
      furthest = r->child[side]->furthest;
  return furthest;
}

/* Exchange a range and its parent, which becomes its child. */
static void
rotate_up (struct nbdi_ranges *ranges, struct nbdi_range *r)
{
  struct nbdi_range *parent = r->parent;
  int side = parent->child[1] == r;
  struct nbdi_range *inner = r->child[!side];

  *place_of (ranges, parent) = r;
  r->parent = parent->parent;
  r->child[!side] = parent;
  parent->parent = r;
  parent->child[side] = inner;
  if (inner != NULL)
    inner->parent = parent;
  r->furthest = parent->furthest;
  parent->furthest = furthest_from (parent);
}

/* xorshift: the result is never zero unless the input is. */
static uint32_t
next_random (struct nbdi_ranges *ranges)
{
  uint32_t x = ranges->random != 0 ? ranges->random : 0x9e3779b9;

  x ^= x << 13;
  x ^= x >> 17;
  x ^= x << 5;
  return ranges->random = x;
}

void
nbdi_add_to_tree (struct nbdi_ranges *ranges, struct nbdi_range *r)
{
  struct nbdi_range **place = &ranges->root;

  r->furthest = last_of (r);
  r->priority = next_random (ranges);
  r->child[0] = r->child[1] = r->parent = NULL;
  while (*place != NULL) {
    r->parent = *place;
    if (r->parent->furthest < r->furthest)
      r->parent->furthest = r->furthest;
    place = &r->parent->child[r->offset >= r->parent->offset];
  }
  *place = r;
  while (r->parent != NULL && r->parent->priority < r->priority)
    rotate_up (ranges, r);
}

void
nbdi_remove_from_tree (struct nbdi_ranges *ranges, struct nbdi_range *r)
{
  while (r->child[0] != NULL && r->child[1] != NULL)
    rotate_up (ranges,
               r->child[r->child[1]->priority > r->child[0]->priority]);

  struct nbdi_range *child = r->child[r->child[0] == NULL];
  *place_of (ranges, r) = child;
  if (child != NULL)
    child->parent = r->parent;
  for (struct nbdi_range *up = r->parent; up != NULL; up = up->parent) {
    uint64_t furthest = furthest_from (up);
    if (furthest == up->furthest)
      break;
    up->furthest = furthest;
  }
}

/* The first range, from here down, that has a byte from first to last.  If
 * the left subtree reaches as far as first but none of its ranges matches,
 * then its later ranges begin behind last, and so do all on the right. */
static struct nbdi_range *
first_from (struct nbdi_range *r, uint64_t first, uint64_t last)
{
  while (r != NULL && r->furthest >= first) {
    if (r->child[0] != NULL && r->child[0]->furthest >= first)
      r = r->child[0];
    else if (r->offset > last)
      return NULL;
    else if (last_of (r) >= first)
      return r;
    else
      r = r->child[1];
  }
  return NULL;
}

struct nbdi_range *
nbdi_first_in_tree (const struct nbdi_ranges *ranges, uint64_t first,
                    uint64_t last)
{
  return first_from (ranges->root, first, last);
}

/* The next range that overlaps, after one that does or did. */
struct nbdi_range *
nbdi_next_in_tree (struct nbdi_range *r, uint64_t first, uint64_t last)
{
  for (;;) {
    struct nbdi_range *right = first_from (r->child[1], first, last);
    if (right != NULL)
      return right;
    while (r->parent != NULL && r->parent->child[1] == r)
      r = r->parent;
    r = r->parent;
    if (r == NULL || r->offset > last)
      return NULL;
    if (last_of (r) >= first)
      return r;
  }
}
