/* SPDX-License-Identifier: MIT */
/* What a client does to survive outages, with the worst possible server.
 *
 * A disk of two blocks; writes of one or both, which overlap, some with FUA,
 * some cancelled; a flush by the program, and flushes by the library.  The
 * server has a volatile cache, works in any order, writes back anything at any
 * time, may crash at any time, and may carry out writes of a lost connection
 * late and more than once.  Connections are lost between any two steps.  The
 * client does what lib/session/ does: it repeats what was not replied to,
 * writes again what was replied to and is not settled, and holds back what a
 * ghost could overwrite.  A ghost is a write of a lost connection that may
 * still be carried out.
 *
 * In all orders of all steps, spin looks for
 *   LOST   a read that finds what an acknowledged write has replaced;
 *   LIED   a disk that, if nobody writes any more, has lost a write that was
 *          promised to last, by a flush or FUA;
 *   STUCK  commands that do not end although there is a connection.
 *
 * Each of the names in a line #ifdef leaves a rule out, and each rule is
 * needed. */

#ifndef OUTAGES
#define OUTAGES 2
#endif
#ifndef ENTRIES
#define ENTRIES 2 /* the size of the journal, 1 or 2 */
#endif

/* Writes are numbered in the order in which they are issued, and write their
 * number; 0 is the content before them.  Sets of writes, and of blocks, have a
 * bit for each. */
#define WRITES 2
#define SET(k) (1 << (k))
#define IN(k, set) ((set) & SET (k))

/* What the program has done and knows. */
byte issued;            /* how many writes */
byte range[WRITES + 1]; /* blocks of each write */
byte fua;
byte older[WRITES + 1]; /* writes that had ended when this was issued */
byte acked;             /* writes that succeeded, */
byte promised;          /* writes that will last, */
byte cancelled;         /* and writes that the program cancelled */

/* What ends with the connection. */
bool up;
byte outages;
byte sent;     /* writes that are sent and not carried out, */
byte done;     /* writes that are carried out and not replied to, */
byte answered; /* and writes that need a flush or the journal */

/* What remains when it ends. */
byte ghosts;           /* the client assumes that these may be carried out, */
byte revenants;        /* and these, which the journal had sent, */
byte late[WRITES + 1]; /* but really only these blocks may */
byte journal[ENTRIES + 1];
byte entries;
byte kept[WRITES + 1]; /* blocks of entries */
byte cache[2], disk[2];

/* The library flushes repeatedly, the program once. */
#define OURS 0
#define THEIRS 1
#define IDLE 0
#define WAITING 1
#define SENT 2
#define DONE 3
#define ENDED 4
byte flush[2];
byte covers[2]; /* what was replied to when it was sent */
byte before;    /* what was acknowledged when the program issued its own */

#define ENTRY(i, k) (entries > i && journal[i] == k)
#define WRITTEN(i) (entries <= i || IN (journal[i], answered))
#define READY (up && WRITTEN (0) && WRITTEN (1))
#define FREE(k) (up && !IN (k, sent | done | answered))
#define PENDING(k) (issued >= k && !IN (k, acked | cancelled))

/* Whether a write that was replied to does not have to be kept. */
#ifdef FUA_LEAVES_ENTRIES
#define SETTLED(k) IN (k, fua)
#else
#define SETTLED(k) \
  (IN (k, fua) && !((kept[journal[0]] | kept[journal[1]]) & range[k]))
#endif
#ifdef NO_JOURNAL
#define FORGETFUL true
#elif defined FULL_KEEPS_NOTHING
#define FORGETFUL (entries == ENTRIES)
#else
#define FORGETFUL false
#endif

/* The blocks of a write that are sent: of an entry, those that are left. */
#define BLOCKS(k) (IN (k, acked) -> kept[k] : range[k])

/* Whether an older write that may still be carried out could overwrite this
 * one.  While both are pending, their order is not defined. */
#define HAUNTS(g, k) \
  (g < k && (range[g] & range[k]) && \
   IN (g, IN (k, ghosts) -> revenants : ghosts | revenants))
#ifdef NO_GHOSTS
#define HELD(k) false
#elif defined REPEAT_AT_ONCE
#define HELD(k) (HAUNTS (1, k) && !IN (k, ghosts))
#else
#define HELD(k) HAUNTS (1, k)
#endif

/* Writes, reads and flushes wait until the journal is written. */
#ifdef NEW_FIRST
#define MAY_WRITE up
#else
#define MAY_WRITE READY
#endif
#ifdef READ_FIRST
#define MAY_READ up
#else
#define MAY_READ READY
#endif
#ifdef FLUSH_FIRST
#define MAY_FLUSH up
#else
#define MAY_FLUSH READY
#endif

/* Whether a write of the set has replaced the content of a block. */
#define REPLACES(k, content, b, set) \
  (IN (k, set) && IN (b, range[k]) && IN (content, older[k]))
#define REPLACED(content, b, set) \
  (REPLACES (1, content, b, set) || REPLACES (2, content, b, set))

#define LOST \
  (MAY_READ && (REPLACED (cache[0], 0, acked) || REPLACED (cache[1], 1, acked)))
#define LIED (REPLACED (disk[0], 0, promised) || REPLACED (disk[1], 1, promised))
#define STUCK \
  ((acked | cancelled) != SET (1) + SET (2) || flush[THEIRS] != ENDED)

proctype program ()
{
end:
  do
  :: atomic {
      issued < WRITES ->
      issued++;
      if
      :: range[issued] = 1
      :: issued > 1 -> range[issued] = 2 /* block 1 alone would be the same */
      :: range[issued] = 3
      fi;
      if
      :: fua = fua | SET (issued)
      :: true
      fi;
      older[issued] = acked | cancelled | SET (0)
    }
  :: d_step {
      flush[THEIRS] == IDLE ->
      flush[THEIRS] = WAITING;
      before = acked
    }
  od
}

/* Remove an entry. */
inline drop (i)
{
  answered = answered & ~SET (journal[i]);
  kept[journal[i]] = 0;
  journal[i] = journal[ENTRIES - 1];
  entries--;
  journal[entries] = 0
}

/* Cut what a newer write covers out of the entries, so that they can be
 * written in any order. */
inline cut (blocks)
{
  kept[journal[0]] = kept[journal[0]] & ~(blocks);
  kept[journal[1]] = kept[journal[1]] & ~(blocks);
  if
  :: entries > 1 && !kept[journal[1]] -> drop (1)
  :: else
  fi;
  if
  :: entries > 0 && !kept[journal[0]] -> drop (0)
  :: else
  fi
}

/* A write was replied to.  FUA settles it, unless it overlaps an entry.
 * Otherwise it becomes an entry, or, if the journal is full, is acknowledged
 * only when a flush has settled it. */
inline acknowledge (k)
{
  if
  :: entries == ENTRIES && !SETTLED (k) && !FORGETFUL -> skip
  :: else ->
    if
    :: !SETTLED (k) && entries < ENTRIES && !FORGETFUL ->
#ifndef CUT_NOTHING
      cut (range[k]);
#endif
      journal[entries] = k;
      entries++;
      kept[k] = range[k]
    :: else -> answered = answered & ~SET (k)
    fi;
    acked = acked | SET (k);
    promised = promised | (fua & SET (k))
  fi
}

/* The client's part in a write. */
proctype writer (byte k)
{
end:
  do
  :: d_step {
      PENDING (k) && FREE (k) && MAY_WRITE && !HELD (k) ->
      sent = sent | SET (k)
    }
  :: d_step { /* the journal is written */
      up && FREE (k) && (ENTRY (0, k) || ENTRY (1, k)) ->
      sent = sent | SET (k)
    }
  :: d_step { /* the reply */
      IN (k, done) ->
      done = done & ~SET (k);
      if
      :: !IN (k, cancelled) ->
        answered = answered | SET (k);
        if
        :: !IN (k, acked) -> acknowledge (k)
        :: else
        fi
      :: else
      fi
    }
  :: d_step {
      PENDING (k) ->
      cancelled = cancelled | SET (k);
#ifndef FORGET_CANCELLED
      ghosts = ghosts | (SET (k) & (sent | done));
#endif
      answered = answered & ~SET (k)
    }
  :: d_step { /* it can no more be carried out, as proved or by timeout */
      IN (k, ghosts | revenants) && !late[k] &&
        !IN (k, (sent | done) & cancelled) ->
      ghosts = ghosts & ~SET (k);
      revenants = revenants & ~SET (k)
    }
  od
}

/* The client's part in a flush, which settles what was replied to before. */
inline settle (set)
{
  if
  :: entries > 1 && IN (journal[1], set) -> drop (1)
  :: else
  fi;
  if
  :: entries > 0 && IN (journal[0], set) -> drop (0)
  :: else
  fi;
  acked = acked | (set & answered);
  promised = promised | (set & answered & fua);
  answered = answered & ~(set)
}

proctype flusher (byte f)
{
end:
  do
  :: d_step { /* ours when the journal is half full; here at any time */
      MAY_FLUSH && (f == OURS -> flush[f] == IDLE && answered
                              : flush[f] == WAITING) ->
      flush[f] = SENT;
      covers[f] = answered
    }
  :: d_step {
      flush[f] == DONE ->
      if
      :: f == THEIRS ->
        promised = promised | before;
        before = 0;
        flush[f] = ENDED
      :: else -> flush[f] = IDLE
      fi;
#ifdef FLUSH_SETTLES_ALL
      settle (answered);
#else
      settle (covers[f]);
#endif
      covers[f] = 0
    }
  od
}

/* The server's part in a write.  Entries are written without FUA. */
hidden byte blocks;
inline carry_out (k)
{
  if
  :: IN (0, blocks) ->
    cache[0] = k;
    disk[0] = (IN (k, fua & ~acked) -> k : disk[0])
  :: else
  fi;
  if
  :: IN (1, blocks) ->
    cache[1] = k;
    disk[1] = (IN (k, fua & ~acked) -> k : disk[1])
  :: else
  fi
}

proctype carrier (byte k)
{
end:
  do
  :: d_step {
      IN (k, sent) ->
      blocks = BLOCKS (k);
      carry_out (k);
      sent = sent & ~SET (k);
      done = done | SET (k)
    }
  :: d_step {
      late[k] ->
      blocks = late[k];
      carry_out (k)
    }
  :: d_step { late[k] -> late[k] = 0 }
  od
}

/* The server flushes when asked, and writes back at any time. */
proctype server ()
{
  byte f;
end:
  do
  :: d_step {
      flush[OURS] == SENT || flush[THEIRS] == SENT ->
      disk[0] = cache[0];
      disk[1] = cache[1];
      f = (flush[THEIRS] == SENT -> THEIRS : OURS);
      flush[f] = DONE;
      f = 0
    }
  :: d_step { disk[0] != cache[0] -> disk[0] = cache[0] }
  :: d_step { disk[1] != cache[1] -> disk[1] = cache[1] }
  od
}

/* The connection is lost, and the client deals with this at once. */
#define HAUNT(k) late[k] = late[k] | (IN (k, sent) -> BLOCKS (k) : 0)
#define AGAIN(f, state) \
  flush[f] = (flush[f] == SENT || flush[f] == DONE -> state : flush[f]); \
  covers[f] = 0
inline lose ()
{
  up = false;
  outages++;
  HAUNT (1);
  HAUNT (2);
  ghosts = ghosts | ((sent | done) & ~acked);
#ifndef FORGET_ENTRIES
  revenants = revenants | ((sent | done) & acked);
#endif
  sent = 0;
  done = 0;
  answered = 0;
  AGAIN (OURS, IDLE);
  AGAIN (THEIRS, WAITING)
}

proctype network ()
{
end:
  do
  :: d_step { !up -> up = true }
  :: d_step { up && outages < OUTAGES -> lose () }
  :: d_step { /* the server crashes, and may still carry out late writes */
      up && outages < OUTAGES ->
      lose ();
      cache[0] = disk[0];
      cache[1] = disk[1]
    }
  od
}

/* Names for the errors, which spin prints. */
bit lost, lied, stuck;

proctype judge ()
{
  do
  :: d_step {
      LOST ->
      lost = 1;
      assert (!lost)
    }
  :: d_step {
      LIED ->
      lied = 1;
      assert (!lied)
    }
  :: timeout ->
    stuck = STUCK;
    assert (!stuck);
    break
  od
}

init
{
  atomic {
    run program ();
    run writer (1);
    run writer (2);
    run flusher (OURS);
    run flusher (THEIRS);
    run carrier (1);
    run carrier (2);
    run server ();
    run network ();
    run judge ()
  }
}
