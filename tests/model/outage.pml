/* SPDX-License-Identifier: MIT */
/* What a client does to come through outages, against the worst of servers.
 *
 * A disk of two blocks; writes of one or both, which overlap, some with FUA,
 * some cancelled; a flush of the program, and those of the library.  The
 * server has a volatile cache, works in any order, writes back what it likes
 * when it likes, may crash at any time, and may carry out writes of a
 * connection that was lost, late and more than once.  Connections are lost
 * between any two steps.  The client is what lib/session/ is made for: it
 * repeats what was not answered, writes again what was answered and is not
 * settled, and holds what a ghost could overwrite.
 *
 * Looked for, in all orders of all steps, are
 *   LOST   a read that finds what an acknowledged write has replaced;
 *   LIED   a disk that, if nobody writes any more, has lost a write that was
 *          promised to last, by a flush or FUA;
 *   STUCK  commands that do not end although the connection stands.
 *
 * Each of the names in a line #ifdef leaves a rule out, and each is needed. */

#ifndef OUTAGES
#define OUTAGES 2
#endif
#ifndef ENTRIES
#define ENTRIES 2 /* that the journal has room for, 1 or 2 */
#endif

/* Writes are numbered as they are issued, and the number is what they write;
 * 0 was there before.  Sets of writes, and of blocks, have a bit for each. */
#define WRITES 2
#define SET(k) (1 << (k))
#define IN(k, set) ((set) & SET (k))

/* What the program did and knows. */
byte issued;            /* how many */
byte range[WRITES + 1]; /* blocks of each */
byte fua;
byte older[WRITES + 1]; /* writes that had ended when this was issued */
byte acked;             /* writes that succeeded, */
byte promised;          /* that will last, */
byte cancelled;         /* that the program gave up */

/* What ends with the connection. */
bool up;
byte outages;
byte sent;     /* writes that are not yet carried out, */
byte done;     /* those whose answer is on its way, */
byte answered; /* and those that need a flush or the journal */

/* What outlives it. */
byte ghosts;           /* for the client these may still be carried out, */
byte revenants;        /* and so may these that the journal had sent, */
byte late[WRITES + 1]; /* but in truth only these blocks */
byte journal[ENTRIES + 1];
byte entries;
byte kept[WRITES + 1]; /* blocks of entries */
byte cache[2], disk[2];

/* The flushes of the library, time and again, and of the program, once. */
#define OURS 0
#define THEIRS 1
#define IDLE 0
#define WAITING 1
#define SENT 2
#define DONE 3
#define ENDED 4
byte flush[2];
byte covers[2]; /* what was answered when it was sent */
byte before;    /* what was acknowledged when the program issued its own */

#define ENTRY(i, k) (entries > i && journal[i] == k)
#define WRITTEN(i) (entries <= i || IN (journal[i], answered))
#define READY (up && WRITTEN (0) && WRITTEN (1))
#define FREE(k) (up && !IN (k, sent | done | answered))
#define PENDING(k) (issued >= k && !IN (k, acked | cancelled))

/* Whether a write that was answered needs not be kept. */
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

/* What of a write is sent: of an entry what is left. */
#define BLOCKS(k) (IN (k, acked) -> kept[k] : range[k])

/* An older write that may still be carried out would overwrite this.  While
 * both are pending their order is open. */
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

/* Whether a write of the set has replaced what is in a block. */
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
      :: issued > 1 -> range[issued] = 2 /* else it is as good as 1 */
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

/* An entry is not needed any more. */
inline drop (i)
{
  answered = answered & ~SET (journal[i]);
  kept[journal[i]] = 0;
  journal[i] = journal[ENTRIES - 1];
  entries--;
  journal[entries] = 0
}

/* What a newer write covers is cut out of the entries, so that they can be
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

/* A write was answered.  FUA settles it, but an entry that it meets must give
 * way to it.  Any other becomes an entry, or is acknowledged only when a flush
 * has settled it. */
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
  :: d_step { /* the answer */
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
  :: d_step { /* its ghost is laid, by proof or because its time is over */
      IN (k, ghosts | revenants) && !late[k] &&
        !IN (k, (sent | done) & cancelled) ->
      ghosts = ghosts & ~SET (k);
      revenants = revenants & ~SET (k)
    }
  od
}

/* The client's part in a flush, which settles what was answered before. */
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
  :: d_step { /* ours when the journal is half full, here at any time */
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

/* Flushing, and writing back unasked. */
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

/* The connection is lost; what becomes of that the client does at once. */
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
  :: d_step { /* the server crashes, but what it was to carry out may not */
      up && outages < OUTAGES ->
      lose ();
      cache[0] = disk[0];
      cache[1] = disk[1]
    }
  od
}

/* Names for what is wrong, which spin shows. */
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
