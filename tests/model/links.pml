/* SPDX-License-Identifier: MIT */
/* How several connections of one handle work together in outages.
 *
 * A disk of one block, two writes of it, a flush by the program, and flushes
 * by the library.  Each of these goes over one of two connections.  The server
 * has one volatile cache for both, writes it back at any time, and may crash
 * and be started again at any time.  Each connection notices a crash late:
 * until then it seems to live, and replies that were sent before are still
 * read.  What else is lost with a connection is modelled in outage.pml.
 *
 * In all orders of all steps, spin looks for LOST, LIED and STUCK, as there.
 * Each of the names in a line #ifdef leaves a rule out, and each rule is
 * needed. */

#ifndef CRASHES
#define CRASHES 2
#endif
#ifndef OUTAGES
#define OUTAGES 1 /* connections that are lost while the server lives */
#endif

/* Commands.  Writes have the number that they write, and are issued in this
 * order; 0 is the content before them.  Sets have a bit for each command. */
#define FIRST 1
#define SECOND 2
#define OURS 3
#define THEIRS 4
#define SET(k) (1 << (k))
#define IN(k, set) ((set) & SET (k))

/* What the program has done and knows. */
byte issued;     /* commands; a flush of the library while it is due */
byte older[3];   /* writes that had ended when this was issued */
byte acked;      /* commands that succeeded */
byte promised;   /* writes that will last */
byte before;     /* what was acknowledged when the program issued its flush */

/* The server. */
byte cache, disk;
byte crashes;    /* after each crash the server is started again */

/* The connections. */
#define AWAY 0
#define STANDS_BY 1
#define SERVES 2
byte link[2];
bool lives[2];   /* the server to which it was made has not crashed */
byte sent[2];    /* commands that are sent and not carried out, */
byte done[2];    /* and those that are carried out and not replied to */
byte later[2];   /* commands sent over the other one after its handshake */
bool proved[2];  /* one of these got its reply */
byte outages;

/* The journal has the last write that was acknowledged and is not settled.  It
 * is written if the present server has replied to it. */
byte entry;
bool written;
byte covers[5];  /* of a flush: the entry when it was sent */

#define OTHER(l) (1 - (l))
#define BUSY(k) IN (k, sent[0] | sent[1] | done[0] | done[1])
#define READY (!entry || written)
#define PENDING(k) (IN (k, issued) && !IN (k, acked) && !BUSY (k))

/* A new connection starts alone if no other one serves.  It joins the others
 * when one of them has received a reply to a command that was sent after the
 * new connection's handshake, because that proves that its server lives. */
#define NEWCOMER(l) (link[l] == STANDS_BY)
#define FOUNDS(l) (link[OTHER (l)] != SERVES)
#ifdef JOIN_AT_ONCE
#define JOINS(l) true
#else
#define JOINS(l) proved[l]
#endif
#ifdef ANY_ANSWER_PROVES
#define PROVES(k, l) NEWCOMER (l)
#else
#define PROVES(k, l) IN (k, later[l])
#endif

/* A flush covers what the present server has replied to, so all of it must
 * have been replied to. */
#ifdef OLD_ANSWERS_COUNT
#define MAY_FLUSH true
#else
#define MAY_FLUSH READY
#endif

/* Whether a write of the set has replaced what is in the block. */
#define REPLACES(k, content, set) (IN (k, set) && IN (content, older[k]))
#define REPLACED(content, set) \
  (REPLACES (FIRST, content, set) || REPLACES (SECOND, content, set))

#define CAN_READ(l) (link[l] == SERVES && lives[l] && READY)
#define LOST ((CAN_READ (0) || CAN_READ (1)) && REPLACED (cache, acked))
#define LIED REPLACED (disk, promised)
#define ALL (SET (FIRST) | SET (SECOND) | SET (THEIRS))
#define STUCK ((acked & ALL) != ALL)

proctype program ()
{
end:
  do
  :: d_step {
      !IN (FIRST, issued) ->
      issued = issued | SET (FIRST);
      older[FIRST] = SET (0)
    }
  :: d_step {
      IN (FIRST, issued) && !IN (SECOND, issued) ->
      issued = issued | SET (SECOND);
      older[SECOND] = SET (0) | (acked & SET (FIRST))
    }
  :: d_step {
      !IN (THEIRS, issued) ->
      issued = issued | SET (THEIRS);
      before = acked
    }
  od
}

/* Send a command over a connection. */
inline send (l, k)
{
  sent[l] = sent[l] | SET (k);
  later[OTHER (l)] = later[OTHER (l)] | (NEWCOMER (OTHER (l)) -> SET (k) : 0)
}

/* Receive a reply over a connection, which proves that the server lived when
 * it was sent. */
inline receive (l, k)
{
  done[l] = done[l] & ~SET (k);
  proved[OTHER (l)] = proved[OTHER (l)] || PROVES (k, OTHER (l));
  later[OTHER (l)] = later[OTHER (l)] & ~SET (k)
}

/* The client's part in a write.  In the journal, a newer write replaces an
 * older one. */
proctype writer (byte l; byte k)
{
end:
  do
  :: d_step { link[l] == SERVES && PENDING (k) && READY -> send (l, k) }
  :: d_step { /* the journal is written */
      link[l] == SERVES && entry == k && !written && !BUSY (k) -> send (l, k)
    }
  :: d_step {
      IN (k, done[l]) ->
      receive (l, k);
      acked = acked | SET (k);
      entry = k;
      written = true
    }
  od
}

/* The client's part in a flush, which settles what was replied to before. */
proctype flusher (byte l; byte f)
{
end:
  do
  :: d_step {
      link[l] == SERVES && PENDING (f) && MAY_FLUSH ->
      send (l, f);
      covers[f] = entry
    }
  :: d_step {
      IN (f, done[l]) ->
      receive (l, f);
      if
      :: f == THEIRS ->
        acked = acked | SET (f);
        promised = promised | before;
        before = 0
      :: else -> issued = issued & ~SET (f)
      fi;
#ifdef FLUSH_SETTLES_ALL
      entry = 0;
#else
      entry = (entry == covers[f] -> 0 : entry);
#endif
      covers[f] = 0;
      written = written && entry
    }
  od
}

/* The library flushes at any time. */
proctype owner ()
{
end:
  do
  :: d_step {
      entry && !IN (OURS, issued) -> issued = issued | SET (OURS)
    }
  od
}

inline begin (l)
{
  link[l] = SERVES;
  later[l] = 0;
  proved[l] = false
}

/* A connection.  When it is lost, its commands are to be sent again. */
proctype connection (byte l)
{
end:
  do
  :: d_step {
      link[l] == AWAY ->
      link[l] = STANDS_BY;
      lives[l] = true
    }
  :: d_step {
      NEWCOMER (l) && FOUNDS (l) ->
      begin (l);
#ifndef FORGET_THE_JOURNAL
      written = false
#endif
    }
  :: d_step { NEWCOMER (l) && !FOUNDS (l) && JOINS (l) -> begin (l) }
  :: d_step {
      link[l] != AWAY && (!lives[l] || outages < OUTAGES) ->
      outages = (lives[l] -> outages + 1 : outages);
      link[l] = AWAY;
      lives[l] = false;
      later[l] = 0;
      proved[l] = false;
      covers[OURS] = (IN (OURS, sent[l] | done[l]) -> 0 : covers[OURS]);
      covers[THEIRS] = (IN (THEIRS, sent[l] | done[l]) -> 0 : covers[THEIRS]);
      sent[l] = 0;
      done[l] = 0
    }
  od
}

/* The server's part in a command that came over a connection. */
inline carry_out (l, k)
{
  sent[l] = sent[l] & ~SET (k);
  done[l] = done[l] | SET (k)
}

proctype carrier (byte l)
{
end:
  do
  :: d_step {
      lives[l] && IN (FIRST, sent[l]) ->
      cache = FIRST;
      carry_out (l, FIRST)
    }
  :: d_step {
      lives[l] && IN (SECOND, sent[l]) ->
      cache = SECOND;
      carry_out (l, SECOND)
    }
  :: d_step {
      lives[l] && IN (OURS, sent[l]) ->
      disk = cache;
      carry_out (l, OURS)
    }
  :: d_step {
      lives[l] && IN (THEIRS, sent[l]) ->
      disk = cache;
      carry_out (l, THEIRS)
    }
  od
}

proctype server ()
{
end:
  do
  :: d_step { disk != cache -> disk = cache }
  :: d_step {
      crashes < CRASHES ->
      crashes++;
      lives[0] = false;
      lives[1] = false;
      cache = disk
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
    run owner ();
    run writer (0, FIRST);
    run writer (1, FIRST);
    run writer (0, SECOND);
    run writer (1, SECOND);
    run flusher (0, OURS);
    run flusher (1, OURS);
    run flusher (0, THEIRS);
    run flusher (1, THEIRS);
    run connection (0);
    run connection (1);
    run carrier (0);
    run carrier (1);
    run server ();
    run judge ()
  }
}
