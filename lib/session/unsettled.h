/* SPDX-License-Identifier: MIT */
/* Modifying commands (WRITE, WRITE_ZEROES, TRIM) whose effect is not
 * certain when a connection is lost.  The journal holds those that were
 * acknowledged and are not durable yet.  A ghost stands for one that the
 * server may still carry out, although its connection is gone or the
 * program no longer waits for it.  Both are looked up by the range that
 * they modify.  Nothing here uses a link. */

#ifndef NBDI_UNSETTLED_H
#define NBDI_UNSETTLED_H

#include "base/base.h"

/* ranges.c: a set of ranges of the export, which may overlap one another.
 * A range is a member of a larger struct.  A range that lies within one
 * granule of the export, as those of most commands do, is in a list that a
 * hash of the granule selects.  The list records which blocks of the
 * granule may have a range, so that it is quick to see that nothing
 * overlaps.  All other ranges are in a tree. */
struct nbdi_range {
  uint64_t offset, count; /* constant between add and remove */
  union {
    struct { /* in a list */
      struct nbdi_range *prev, *next;
    };
    struct { /* in the tree */
      struct nbdi_range *parent, *child[2];
      uint64_t furthest; /* the last byte of this subtree */
    };
  };
  uint32_t priority; /* in the tree; 0 in a list */
};

/* The list of ranges in granules with the same hash. */
struct nbdi_granule {
  struct nbdi_range *first;
  uint64_t blocks; /* a bit for each: a range may be in it */
};

#define NBDI_GRANULE 262144 /* bytes; 64 blocks */

struct nbdi_ranges {
  struct nbdi_range *root; /* of the tree */
  uint32_t random;
  unsigned log; /* of the number of lists, if there are any */
  struct nbdi_granule *lists;
  size_t listed; /* ranges that are in lists */
};

/* The last byte of a range that has at least one byte. */
static inline uint64_t
nbdi_last_byte (uint64_t offset, uint64_t count)
{
  return count - 1 > UINT64_MAX - offset ? UINT64_MAX : offset + (count - 1);
}

/* Make enough lists for one more range.  Not allowed while the caller goes
 * through overlaps, because that goes from list to list.  Without lists,
 * all ranges are in the tree. */
extern void nbdi_reserve_ranges (struct nbdi_ranges *ranges);

/* An empty range overlaps nothing, so it is never found. */
extern void nbdi_add_range (struct nbdi_ranges *ranges, struct nbdi_range *r);
extern void nbdi_remove_range (struct nbdi_ranges *ranges,
                               struct nbdi_range *r);
extern void nbdi_remove_all_ranges (struct nbdi_ranges *ranges);

/* Reduce the number of lists to what is useful for this many ranges, so
 * that the memory that each command looks at stays in the processor's
 * cache.  Not allowed while the caller goes through overlaps. */
extern void nbdi_fit_ranges (struct nbdi_ranges *ranges, size_t nr);

/* Free the memory of a set, if the set is empty. */
extern void nbdi_trim_ranges (struct nbdi_ranges *ranges);

/* Go through the ranges that overlap a range: each once, in any order. */
extern struct nbdi_range *nbdi_first_overlap (
  const struct nbdi_ranges *ranges, uint64_t offset, uint64_t count);
extern struct nbdi_range *nbdi_next_overlap (const struct nbdi_ranges *ranges,
                                             struct nbdi_range *r,
                                             uint64_t offset, uint64_t count);

/* treap.c: the tree, in the order of offsets.  It finds the next overlap in
 * O(log n). */
extern void nbdi_add_to_tree (struct nbdi_ranges *ranges,
                              struct nbdi_range *r);
extern void nbdi_remove_from_tree (struct nbdi_ranges *ranges,
                                   struct nbdi_range *r);
extern struct nbdi_range *nbdi_first_in_tree (
  const struct nbdi_ranges *ranges, uint64_t first, uint64_t last);
extern struct nbdi_range *nbdi_next_in_tree (struct nbdi_range *r,
                                             uint64_t first, uint64_t last);

/* copies.c: memory for payloads, which is kept for reuse because getting
 * memory from the system costs more than copying into it.  Small payloads
 * share a piece of memory, one after the other.  The piece that was freed
 * last is used first. */
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

/* How much unused memory a payload takes, if shared pieces have `shared`
 * bytes. */
extern uint64_t nbdi_copy_memory (const struct nbdi_copies *p, uint64_t count,
                                  uint64_t shared);

/* Return a place for a payload, and in *copy the piece that it is in, which
 * then has the caller as one more user. */
extern uint8_t *nbdi_new_copy (struct nbdi_copies *p, uint64_t count,
                               uint64_t shared, struct nbdi_copy **copy);
extern void nbdi_put_copy (struct nbdi_copies *p, struct nbdi_copy *copy);

/* Keep at most this many bytes for reuse. */
extern void nbdi_trim_copies (struct nbdi_copies *p, uint64_t most);

/* journal.c: commands that were acknowledged, kept so that they can be sent
 * again.  A newer entry cuts the range that it covers out of older entries.
 * So no byte is written by two entries, and their order does not matter.
 * Only a TRIM cuts nothing out of writes, because a server may ignore it;
 * so TRIMs are sent last. */
enum nbdi_entry_state {
  NBDI_WRITTEN,      /* acknowledged, and not to be sent again */
  NBDI_TO_WRITE,     /* to be sent again, after an outage */
  NBDI_BEING_WRITTEN /* sent again, unanswered */
};

struct nbdi_entry {
  struct nbdi_range range;        /* must be the first member */
  struct nbdi_entry *prev, *next; /* in order of acknowledgement */
  uint64_t seq;                   /* increases in that order */
  uint8_t *data;                  /* inside the copy, or NULL */
  struct nbdi_copy *copy;
  uint16_t type, flags; /* the flags for sending it again */
  enum nbdi_entry_state state;
};

struct nbdi_journal {
  struct nbdi_ranges ranges;
  struct nbdi_entry *first, *last; /* in order of acknowledgement */
  size_t nr;
  struct nbdi_entry *grown; /* the last one, if it grows for lack of room */
  uint64_t last_seq;        /* a flush that is sent now settles up to it */
  uint64_t size;            /* limit, in bytes of memory */
  bool copies;              /* false: it only records what is not durable */
  struct nbdi_copies pool;
  struct nbdi_entries *memory; /* of all entries */
  struct nbdi_entry *spare;    /* for reuse */
  size_t nr_spare;
  struct nbdi_entry *cursor; /* of sending again: none before it is left */
  bool trims;                /* of sending again: now TRIMs are sent */
  size_t to_write, being_written; /* how many are in these states */
};

/* A modifying command was acknowledged.  Returns true if it may complete
 * now.  Returns false if there is no room or no memory, or if the journal
 * is being sent again: then the command must not complete before a flush
 * has succeeded that is sent after this call.  `flags` are those that were
 * sent.  A command with FUA is durable, so it becomes an entry only if it
 * overlaps one. */
extern bool nbdi_add_entry (struct nbdi_journal *j, uint16_t type,
                            uint16_t flags, uint64_t offset, uint64_t count,
                            const uint8_t *data);

/* A flush has succeeded that was sent when last_seq was `seq`.  While the
 * journal is being sent again this proves nothing, and the call does
 * nothing. */
extern void nbdi_settle (struct nbdi_journal *j, uint64_t seq);

/* Begin to send all entries again.  For entries that are in flight on a
 * link, the caller must have added ghosts before: they will be sent once
 * more. */
extern void nbdi_begin_replay (struct nbdi_journal *j);

/* The next entry to send.  It is in flight from now on, and does not change
 * until nbdi_was_written.  NULL if there is none, or none before entries in
 * flight were answered. */
extern struct nbdi_entry *nbdi_next_to_write (struct nbdi_journal *j);
extern void nbdi_was_written (struct nbdi_journal *j, struct nbdi_entry *e);
/* The entry will never be answered, so it has to be sent once more. */
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

/* The memory in use, and whether that is enough for a flush. */
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

/* Free memory that is kept for reuse: nbdi_rest_journal most of it, while
 * the program is idle, and nbdi_trim_journal all. */
extern void nbdi_rest_journal (struct nbdi_journal *j);
extern void nbdi_trim_journal (struct nbdi_journal *j);
extern void nbdi_free_journal (struct nbdi_journal *j);

/* pace.c: when the library sends a flush of its own before the journal is
 * half full.  Times are those of nbdi_now; `seq` is the last one of the
 * journal.  A turn ends when all replies that were received together have
 * been counted. */
struct nbdi_pace {
  uint64_t sent;      /* when the last flush of the library's own was */
  uint64_t turn;      /* the end of the turn in which it was asked for, */
  uint64_t turn_seq;  /* or later, of the one in which it was answered */
  uint64_t gathered;  /* commands between the last two flushes, */
  uint64_t gathering; /* and the time between them */
  uint64_t next;      /* no flush before this time */
  uint64_t look; /* ask nbdi_pace_allows once the journal has so many bytes */
  bool asked, answered; /* in this turn */
  bool under_way;
  bool failed;          /* the last flush did */
  unsigned measured;    /* flushes in the averages, but only up to a limit */
  double took, delayed; /* averages of durations and delays */
};

/* The journal was settled, or is new. */
extern void nbdi_restart_pace (struct nbdi_pace *p);

/* Whether a flush may be sent now, when the journal has this many bytes. */
extern bool nbdi_pace_allows (struct nbdi_pace *p, uint64_t bytes,
                              uint64_t now);

/* A flush of the library's own was asked for, sent, and answered.  After an
 * outage it may be sent more than once. */
extern void nbdi_flush_asked (struct nbdi_pace *p);
extern void nbdi_flush_left (struct nbdi_pace *p, uint64_t now);
extern void nbdi_flush_answered (struct nbdi_pace *p, bool failed);

/* To be called at the end of a turn if it is of interest: measure the flush
 * that was answered in it, and decide when the next one may be sent. */
static inline bool
nbdi_turn_counts (const struct nbdi_pace *p)
{
  return p->asked || p->answered;
}

extern void nbdi_end_turn (struct nbdi_pace *p, uint64_t seq, uint64_t now);

/* ghosts.c: commands that a server may still carry out.  A witness is a
 * descriptor that becomes readable when the server's process has ended.
 * Ghosts share it. */
struct nbdi_witness {
  int fd;
  unsigned users;
  unsigned round; /* in which it was polled last */
  bool gone;      /* the process is */
};

struct nbdi_ghost {
  struct nbdi_range range;        /* must be the first member */
  struct nbdi_ghost *prev, *next; /* from the oldest */
  unsigned shadows; /* cancelled commands on open links, unanswered */
  bool entry;       /* of the journal: older than any command that waits */
  bool lost;        /* its link is; then it ends by the first of: */
  uint64_t expires; /* CLOCK_MONOTONIC in nanoseconds; 0 = never */
  struct nbdi_witness *witness; /* or NULL */
};

struct nbdi_ghosts {
  struct nbdi_ranges ranges;
  struct nbdi_ghost *first, *last;
  size_t nr;
  uint64_t next_expiry;   /* for a timer; 0 = there is none */
  unsigned round;         /* of polling witnesses */
  struct nbdi_ghost rest; /* stands for those without memory of their own */
};

/* The witness owns the descriptor and closes it at the end.  Without memory
 * the result is NULL, and the caller still owns the descriptor.  Each
 * nbdi_new_witness or nbdi_get_witness needs an nbdi_put_witness, also for
 * NULL. */
extern struct nbdi_witness *nbdi_new_witness (int fd);
extern struct nbdi_witness *nbdi_get_witness (struct nbdi_witness *w);
extern void nbdi_put_witness (struct nbdi_witness *w);

/* nbdi_add_ghost is for a command on a link that is lost,
 * nbdi_add_entry_ghost for an entry of the journal there, and
 * nbdi_add_shadow for a cancelled command on an open link.  The reply to
 * the latter ends its ghost; if the link is lost before, the ghost becomes
 * one of the first kind.  None of these can fail: without memory a ghost
 * covers more than it has to. */
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

/* End the ghosts whose time has come or whose server has ended.  Returns
 * how many those were. */
extern size_t nbdi_lay_ghosts (struct nbdi_ghosts *g, uint64_t now);

/* Whether a new modifying command must wait. */
static inline bool
nbdi_is_haunted (const struct nbdi_ghosts *g, uint64_t offset, uint64_t count)
{
  return g->nr > 0 && nbdi_first_overlap (&g->ranges, offset, count) != NULL;
}

/* Whether a command that is sent again must wait.  It need not wait for
 * ghosts of commands, its own included: they are as old as the command.
 * Entries of the journal are older. */
extern bool nbdi_is_haunted_by_entry (const struct nbdi_ghosts *g,
                                      uint64_t offset, uint64_t count);

extern void nbdi_free_ghosts (struct nbdi_ghosts *g);

#endif /* NBDI_UNSETTLED_H */
