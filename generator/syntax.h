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

/* A group is a file, and the path of the file is its name: NEWSTYLE.OPT_GO
 * is generator/states/newstyle/opt_go.c; GROUP () is generator/states.c.
 * The comment above GROUP is required, and its first sentence is the title.
 * The clauses may be in any order; each is given at most once.  A group
 * with FOR_EACH is a pattern and not a part of the machine.  The groups
 * beside it that have the selector get from it those states that they lead
 * to and do not have themselves, START included. */
#define GROUP(...)
#define WHEN(...)     /* inherited: what the connection does, for messages */
#define REGIONS(...)  /* the sub-groups are active at once */
#define EVENTS(...)   /* root: the events that the library raises */
#define OPTION(...)   /* the options that this group serves */
#define CHUNK(...)    /* the reply chunk types that it serves */
#define FOR_EACH(...) /* a pattern for groups with this selector */

/* The replies that a server may send.  A pattern can have these clauses for
 * all of its groups; those of a group itself take precedence.  Lengths are
 * those of the payload: the only one, or the least and the most and, if not
 * every length between them is valid, a step. */
#define LENGTH(...)  /* type of chunk, lengths; once per type */
#define REPLY(...)   /* type of reply to an option, lengths */
#define REFUSED(...) /* type, errno or 0, "what it means", and PASSES
                               if another connection may get another answer, or
                               PASSES_AFTER_OUTAGE if only one that is made
                               again may */
#define COMPLETES_WITH( \
  ...)                     /* errnos of a refused option, in its completion */
#define FAILS_WITH(...)    /* or its blocking form; the last one stands
                                   for all that are not in the list */
#define TURNED_OFF_BY(...) /* option, function that leaves it out */

/* Of groups and states; sub-groups and states inherit the phase. */
#define PHASE(...) /* which calls are permitted meanwhile */
#define ON(...)    /* EVENT -> path, once per event */
#define LOST(...)  /* path, if IO or GONE found the connection lost */
#define AFTER(...) /* deadline -> path, see nbdi_passed; all hold */
#define SPEC(...)  /* a heading of the protocol document */

/* When a state is entered its body runs once: after the input or output is
 * done if the state has IO, else at once.  `l` is the link, and `s` the
 * session that it belongs to.  Paths in clauses and results: NAME in this
 * group, SUB.START below, ^NAME one group up, .NAME from the root.  A group
 * with regions is entered by its own name, any other by START. */
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
#define UNLIMITED(...)  /* why the deadlines of groups do not hold here */
#define IDLE            /* of a region: between two messages */
#define FINAL           /* waits, and no event leads out of it */

/* What bodies return, as `return RESULT` or `return CONDITION ? RESULT :
 * RESULT`.  FAIL sets the error; FAILED means that it is set already; both
 * lead to .DEAD, which is not listed.  GONE means that the error is set and
 * the connection is lost: it leads where LOST leads, or to .DEAD if there
 * is no LOST. */
extern int nbdi_syntax_fail (int errnum, const char *fmt, ...)
  __attribute__ ((format (printf, 2, 3)));
#define NEXT(...) 1
#define DISPATCH(value, ...) ((int) (value)) /* path: for other values */
#define WAIT (-2)                            /* until an event of ON */
#define FAIL(...) nbdi_syntax_fail (__VA_ARGS__)
#define FAILED (-1)
#define GONE (-3)

#endif /* NBDI_SYNTAX_H */
