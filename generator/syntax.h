/* SPDX-License-Identifier: MIT */
/* Lets compilers, editors and ctags read a group file as C:
 *
 *   gcc -fsyntax-only -Wall -include generator/syntax.h -Ilib -Iinclude \
 *     generator/states/newstyle.c
 *
 * Nothing is built with this: the generator reads group files by itself. */

#ifndef NBDI_SYNTAX_H
#define NBDI_SYNTAX_H

#if __has_include("machine/machine.h")
#include "machine/machine.h"
#else
struct nbdi_link;
struct nbdi_session;
#endif

/* A group is a file, and its path is its name: NEWSTYLE.OPT_GO is
 * generator/states/newstyle/opt_go.c; GROUP () is generator/states.c.  The
 * comment right above is required, and its first sentence is the title.
 * The order of the clauses, each of which is given at most once, is free.
 * A group with FOR_EACH is none itself, but lends its states: those beside it
 * that have the selector take what they lead to and have not, START
 * included. */
#define GROUP(...)
#define WHEN(...)     /* inherited: says in messages what goes on */
#define REGIONS(...)  /* the sub-groups are active at once */
#define EVENTS(...)   /* root: what the library tells states */
#define OPTION(...)   /* the options that this group serves */
#define CHUNK(...)    /* the reply chunk types likewise */
#define FOR_EACH(...) /* a pattern for groups with this selector */

/* What the server may answer to those.  A pattern can say it for all of its
 * groups; what is nearer wins.  Lengths are of the payload: the only one, or
 * the least, the most and, if not every one between is right, a step. */
#define LENGTH(...)         /* type of chunk, lengths; once per type */
#define REPLY(...)          /* type of reply to an option, lengths */
#define REFUSED(...)        /* type, errno or 0, "what it means", and PASSES
                               if another connection may hear otherwise, or
                               PASSES_AFTER_OUTAGE if only one that comes
                               back may */
#define COMPLETES_WITH(...) /* errnos that a refused option's completion */
#define FAILS_WITH(...)     /* or its blocking form gives; the last stands
                                   for all that are not in the list */
#define TURNED_OFF_BY(...)  /* option, function: how to leave it out */

/* Of groups and states; sub-groups and states inherit the phase. */
#define PHASE(...) /* what the program may do meanwhile */
#define ON(...)    /* EVENT -> path, once per event */
#define LOST(...)  /* path: IO or GONE found that the connection is lost */
#define AFTER(...) /* deadline -> path, see nbdi_passed; they add up */
#define SPEC(...)  /* a heading of the protocol document */

/* A state is entered and its body runs once, with `l`, the link, and `s`, the
 * session that it serves: with IO when that is done, else
 * at once.  Paths in clauses and results: NAME here, SUB.START below,
 * ^NAME one group up, .NAME from the root; a group with regions is entered
 * by its own name, any other by START. */
/* clang-format off */
#define STATE(name)                                                     \
  __attribute__ ((unused)) static int                                   \
  state_##name (struct nbdi_link *l __attribute__ ((unused)),           \
                struct nbdi_session *s __attribute__ ((unused)))
/* clang-format on */
#define IO(...)         /* RECV, n; FILL; SKIP; SEND */
#define GOES_TO(...)    /* all paths that results name */
#define DISPATCHES(...) /* all sub-groups with this selector */
#define CONSUMES(...)   /* uses up one of a finite number of these */
#define UNLIMITED(...)  /* why no deadline of a group holds here */
#define IDLE            /* of a region: between two messages */
#define FINAL           /* only waits, and nothing ends that */

/* What bodies return, as return RESULT or return CONDITION ? RESULT : RESULT.
 * FAIL sets the error, FAILED found it set; both lead to .DEAD, unlisted.
 * GONE found it set and the connection lost: it leads where LOST leads, which
 * is .DEAD as well if no LOST holds. */
extern int nbdi_syntax_fail (int errnum, const char *fmt, ...)
  __attribute__ ((format (printf, 2, 3)));
#define NEXT(...) 1
#define DISPATCH(value, ...) ((int) (value)) /* path: for other values */
#define WAIT (-2)                            /* until an event of ON */
#define FAIL(...) nbdi_syntax_fail (__VA_ARGS__)
#define FAILED (-1)
#define GONE (-3)

#endif /* NBDI_SYNTAX_H */
