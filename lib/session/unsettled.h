/* SPDX-License-Identifier: MIT */
/* What a lost connection leaves open: modifying commands (WRITE,
 * WRITE_ZEROES, TRIM) that were acknowledged and are not durable, which are
 * the journal, and those that a server may still carry out although their
 * connection is gone or nobody waits for them, which are ghosts.  Both are
 * found by the place that they modify.  Nothing here knows of a link. */

#ifndef NBDI_UNSETTLED_H
#define NBDI_UNSETTLED_H

#include "base/base.h"

/* ranges.c: ranges of the export, which may overlap one another.  They are
 * embedded in what they are the ranges of.  Most commands are small: what lies
 * within one granule of the export is in a list of those, which is found by a
 * hash and knows which blocks of the granule may be in it.  So where nothing
 * overlaps that is seen at a glance.  All others are in a tree. */
struct nbdi_range {
  uint64_t offset, count; /* neither changes between add and remove */
  union {
    struct { /* in a list */
      struct nbdi_range *prev, *next;
    };
    struct { /* in the tree */
      struct nbdi_range *parent, *child[2];
      uint64_t furthest; /* the last byte of those from here down */
    };
  };
  uint32_t priority; /* in the tree; 0 in a list */
};

/* A list, of granules with the same hash. */
struct nbdi_granule {
  struct nbdi_range *first;
  uint64_t blocks; /* a bit for each: it may have one of these ranges */
};

#define NBDI_GRANULE 262144 /* bytes; 64 blocks */

struct nbdi_ranges {
  struct nbdi_range *root; /* of the tree */
  uint32_t random;
  unsigned log; /* how many lists there are, if any */
  struct nbdi_granule *lists;
  size_t listed; /* ranges that are in lists */
};

/* The last byte of a range with at least one. */
static inline uint64_t
nbdi_last_byte (uint64_t offset, uint64_t count)
{
  return count - 1 > UINT64_MAX - offset ? UINT64_MAX : offset + (count - 1);
}

/* Have enough lists for one more, but not while overlaps are gone through, for
 * that goes from list to list.  Without lists all is in the tree. */
extern void nbdi_reserve_ranges (struct nbdi_ranges *ranges);

/* Ranges without a byte overlap nothing, and so never are found. */
extern void nbdi_add_range (struct nbdi_ranges *ranges, struct nbdi_range *r);
extern void nbdi_remove_range (struct nbdi_ranges *ranges,
                               struct nbdi_range *r);
extern void nbdi_remove_all_ranges (struct nbdi_ranges *ranges);

/* Have no more lists than are of use for so many: what is looked at with each
 * command is to stay in a near cache.  Not while overlaps are gone through. */
extern void nbdi_fit_ranges (struct nbdi_ranges *ranges, size_t nr);

/* Give memory back that only an empty set can spare. */
extern void nbdi_trim_ranges (struct nbdi_ranges *ranges);

/* Those that overlap a range, each once, in any order. */
extern struct nbdi_range *nbdi_first_overlap (
  const struct nbdi_ranges *ranges, uint64_t offset, uint64_t count);
extern struct nbdi_range *nbdi_next_overlap (const struct nbdi_ranges *ranges,
                                             struct nbdi_range *r,
                                             uint64_t offset, uint64_t count);

/* treap.c: the tree, in the order of the offsets, in which all that overlaps is
 * found in O(log n). */
extern void nbdi_add_to_tree (struct nbdi_ranges *ranges,
                              struct nbdi_range *r);
extern void nbdi_remove_from_tree (struct nbdi_ranges *ranges,
                                   struct nbdi_range *r);
extern struct nbdi_range *nbdi_first_in_tree (
  const struct nbdi_ranges *ranges, uint64_t first, uint64_t last);
extern struct nbdi_range *nbdi_next_in_tree (struct nbdi_range *r,
                                             uint64_t first, uint64_t last);

/* copies.c: memory for payloads, that is kept for reuse: to get memory from the
 * system costs more than to copy into it.  Small payloads share pieces of it,
 * one behind the other; the piece that was freed last is used first. */
#define NBDI_COPY_CLASSES 69

struct nbdi_copy {
  struct nbdi_copy *next; /* among the spare ones */
  uint32_t users;
  uint32_t class;
  uint64_t memory; /* in bytes, all of it */
  uint64_t filled; /* bytes */
  uint8_t bytes[];
};

struct nbdi_copies {
  struct nbdi_copy *spare[NBDI_COPY_CLASSES];
  struct nbdi_copy *open; /* the shared piece that is being filled */
  uint64_t used, spared;  /* bytes of memory */
};

/* What a payload takes of memory that is not used yet, if shared pieces have so
 * many bytes. */
extern uint64_t nbdi_copy_memory (const struct nbdi_copies *p, uint64_t count,
                                  uint64_t shared);

/* A place for a payload, and where it is, of which the caller is a user now. */
extern uint8_t *nbdi_new_copy (struct nbdi_copies *p, uint64_t count,
                               uint64_t shared, struct nbdi_copy **copy);
extern void nbdi_put_copy (struct nbdi_copies *p, struct nbdi_copy *copy);

/* Keep so many bytes for reuse at most. */
extern void nbdi_trim_copies (struct nbdi_copies *p, uint64_t most);

/* journal.c: what was acknowledged, so that it can be written again.  A newer
 * entry cuts away what it covers of the older ones, so no byte is written by
 * two entries and their order does not matter.  Only a TRIM leaves what it
 * covers, since a server may ignore it; so TRIMs are written last. */
enum nbdi_entry_state {
  NBDI_WRITTEN,      /* on the present link, or before */
  NBDI_TO_WRITE,     /* again, after an outage */
  NBDI_BEING_WRITTEN /* sent again, unanswered */
};

struct nbdi_entry {
  struct nbdi_range range;        /* must be the first member */
  struct nbdi_entry *prev, *next; /* in order of acknowledgement */
  uint64_t seq;                   /* rises in that order */
  uint8_t *data;                  /* or NULL; inside the copy */
  struct nbdi_copy *copy;
  uint16_t type, flags; /* flags as they are sent again */
  enum nbdi_entry_state state;
};

struct nbdi_journal {
  struct nbdi_ranges ranges;
  struct nbdi_entry *first, *last; /* in order of acknowledgement */
  size_t nr;
  struct nbdi_entry
    *grown;          /* the last one, for all that there is no room for */
  uint64_t last_seq; /* what a flush that is sent now settles */
  uint64_t size;     /* most bytes of memory */
  bool copies;       /* else it only knows what is not durable */
  struct nbdi_copies pool;
  struct nbdi_entries *memory; /* of all entries */
  struct nbdi_entry *spare;    /* for reuse */
  size_t nr_spare;
  struct nbdi_entry *cursor; /* writing again: none before it is to be sent */
  bool trims;                /* and now it is the turn of TRIMs */
  size_t to_write, being_written; /* how many are in these states */
};

/* A modifying command was acknowledged.  True if it may complete now.  False
 * if there is no room or memory, or the journal is being written: then it must
 * not complete before a flush that is sent after this has succeeded.  Flags
 * are those that were sent: with FUA it is durable, so it becomes an entry
 * only if it overlaps one. */
extern bool nbdi_add_entry (struct nbdi_journal *j, uint16_t type,
                            uint16_t flags, uint64_t offset, uint64_t count,
                            const uint8_t *data);

/* A flush that was sent when last_seq was seq has succeeded.  While the journal
 * is being written that means nothing, and nothing is done. */
extern void nbdi_settle (struct nbdi_journal *j, uint64_t seq);

/* Write all of it again.  Entries that are being written over a link must have
 * become ghosts before: they will be written once more. */
extern void nbdi_begin_replay (struct nbdi_journal *j);

/* The next entry to send, which is being written from now on and stays as it
 * is until nbdi_was_written; NULL if there is none, or none before others were
 * answered. */
extern struct nbdi_entry *nbdi_next_to_write (struct nbdi_journal *j);
extern void nbdi_was_written (struct nbdi_journal *j, struct nbdi_entry *e);
/* It was not answered and never will be, so it has to be sent once more. */
extern void nbdi_write_again (struct nbdi_journal *j, struct nbdi_entry *e);

static inline bool
nbdi_replay_done (const struct nbdi_journal *j)
{
  return j->to_write == 0 && j->being_written == 0;
}

/* The first command that is not durable, or NULL. */
static inline const struct nbdi_entry *
nbdi_first_unsettled (const struct nbdi_journal *j)
{
  return j->first;
}

/* Memory in use, and whether it is time for a flush. */
static inline uint64_t
nbdi_journal_bytes (const struct nbdi_journal *j)
{
  return j->pool.used + j->nr * sizeof (struct nbdi_entry);
}

static inline bool
nbdi_journal_wants_flush (const struct nbdi_journal *j)
{
  return j->copies && nbdi_journal_bytes (j) > j->size / 2;
}

/* Give memory back that is only kept for reuse: most of it while the program
 * rests, or all. */
extern void nbdi_rest_journal (struct nbdi_journal *j);
extern void nbdi_trim_journal (struct nbdi_journal *j);
extern void nbdi_free_journal (struct nbdi_journal *j);

/* pace.c: when the library flushes by itself before the journal is half full.
 * Times are as nbdi_now has them, seq is the journal's last one. */
struct nbdi_pace {
  uint64_t began, ended; /* the last flush of ours */
  uint64_t last_seq;     /* at the later of these */
  uint64_t gathered;     /* commands between it and the one before, */
  uint64_t gathering;    /* and in what time */
  uint64_t next;         /* none before that */
  uint64_t look; /* bytes in the journal that are worth a flush, if time
                            allows */
};

/* The journal was settled, or is new. */
extern void nbdi_restart_pace (struct nbdi_pace *p);

/* Whether it is time, now that the journal has so many bytes. */
extern bool nbdi_pace_allows (struct nbdi_pace *p, uint64_t bytes,
                              uint64_t now);

extern void nbdi_flush_left (struct nbdi_pace *p, uint64_t seq, uint64_t now);
extern void nbdi_flush_answered (struct nbdi_pace *p, uint64_t seq,
                                 uint64_t now, bool failed);

/* ghosts.c: what a server may still carry out.  A descriptor that becomes
 * readable when the server's process is gone, shared by ghosts: */
struct nbdi_witness {
  int fd;
  unsigned users;
  unsigned round; /* of asking it */
  bool gone;      /* the process is */
};

struct nbdi_ghost {
  struct nbdi_range range;        /* must be the first member */
  struct nbdi_ghost *prev, *next; /* from the oldest */
  unsigned shadows; /* on living links; the reply to each is awaited */
  bool entry;       /* of the journal: older than any command that waits */
  bool lost;        /* its link; then these lay it, whichever is first: */
  uint64_t expires; /* CLOCK_MONOTONIC in nanoseconds; 0 = never */
  struct nbdi_witness *witness; /* or NULL */
};

struct nbdi_ghosts {
  struct nbdi_ranges ranges;
  struct nbdi_ghost *first, *last;
  size_t nr;
  uint64_t next_expiry;   /* for a timer; 0 = there is none */
  unsigned round;         /* of asking witnesses */
  struct nbdi_ghost rest; /* all for which there was no memory */
};

/* The witness has the descriptor, and closes it at the end.  NULL without
 * memory, and then it has not.  Who gets one has to put it, NULL included. */
extern struct nbdi_witness *nbdi_new_witness (int fd);
extern struct nbdi_witness *nbdi_get_witness (struct nbdi_witness *w);
extern void nbdi_put_witness (struct nbdi_witness *w);

/* A command on a link that is lost, or an entry; and a command on a living link
 * that nobody waits for.  The latter's reply lays its ghost, and if the link is
 * lost before, it becomes one like the former.  This cannot fail: without
 * memory a ghost haunts more than it must. */
extern void nbdi_add_ghost (struct nbdi_ghosts *g, uint64_t offset,
                            uint64_t count, uint64_t expires,
                            struct nbdi_witness *witness);
extern void nbdi_add_entry_ghost (struct nbdi_ghosts *g, uint64_t offset,
                                  uint64_t count, uint64_t expires,
                                  struct nbdi_witness *witness);
extern struct nbdi_ghost *nbdi_add_shadow (struct nbdi_ghosts *g,
                                           uint64_t offset, uint64_t count);
extern void nbdi_lay_shadow (struct nbdi_ghosts *g, struct nbdi_ghost *ghost);
extern void nbdi_lose_shadow (struct nbdi_ghosts *g, struct nbdi_ghost *ghost,
                              uint64_t expires, struct nbdi_witness *witness);

/* Lay those whose time has come or whose server is gone.  Tells how many. */
extern size_t nbdi_lay_ghosts (struct nbdi_ghosts *g, uint64_t now);

/* Must a new modifying command wait? */
static inline bool
nbdi_is_haunted (const struct nbdi_ghosts *g, uint64_t offset, uint64_t count)
{
  return g->nr > 0 && nbdi_first_overlap (&g->ranges, offset, count) != NULL;
}

/* Must one wait that is sent again?  It is as old as the commands that haunt
 * its range, and as its own ghost, but newer than entries. */
extern bool nbdi_is_haunted_by_entry (const struct nbdi_ghosts *g,
                                      uint64_t offset, uint64_t count);

extern void nbdi_free_ghosts (struct nbdi_ghosts *g);

#endif /* NBDI_UNSETTLED_H */
