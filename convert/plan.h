/* SPDX-License-Identifier: MIT */
/* The planner: the cheapest way from what there is to what is wanted.
 *
 * A step says what it needs, what it changes, and what it costs.  Steps of one
 * stream overlap, so the slowest of them counts, or the processor if all of
 * them together need more of it than there are cores; a scratch file ends a
 * stream, and the times of streams add up, as do those for starting
 * processes.  The search is by uniform cost with dominance, so what it finds
 * is the cheapest plan of the table.  Ties go to fewer steps, then to fewer
 * processes, then to less scratch space.
 *
 * Scratch files are used only where no plan does without them, even if that
 * takes longer: users are promised so.  A faster one is among the others. */
#ifndef CONVERT_PLAN_H
#define CONVERT_PLAN_H

#include <stddef.h>

#include "facts.h"
#include "grow/grow.h"

#define PLAN_MOST_STEPS 12

/* How a step is carried out: run.c has a function for each. */
enum step_kind {
  READ_RANGES,   /* a URL, by nbdkit */
  READ_IN_ORDER, /* a URL, by curl */
  UNPACK_PARTS,  /* parallel, at random */
  UNPACK_IN_ORDER,
  SCRATCH,     /* save what comes in order in a scratch file */
  READ_FORMAT, /* what qemu-nbd understands */
  DROP_UNUSED, /* leave out what file systems do not use */
  REFLINK,     /* the file's blocks are shared */
  COPY_RANGE,  /* the kernel copies the file */
  WRITE_RAW,
  WRITE_AS_IS,     /* the bytes of a qcow2, say, that is what is wanted */
  WRITE_FORMAT,    /* qemu-img create, qemu-nbd */
  CONVERT_LOCALLY, /* qemu-img convert alone, where that is cheaper */
  FOLLOW_TABLE,    /* the backup GPT moves to the new end */
  MOVE_PARTITIONS, /* what is behind one that grows */
  EXPAND_PARTITION,
  GROW_FILE_SYSTEM,
};

struct cost {
  double seconds; /* of wall time, if nothing else ran */
  double cpu;     /* seconds of processor, of one core */
  uint64_t bytes; /* that come out of it */
  uint64_t scratch;
  unsigned processes; /* that are started */
  unsigned threads;   /* of ours that unpack; 0: none */
  bool estimated;     /* from sizes that are not known */
};

struct step {
  const char *name; /* "unpack parts" */
  enum step_kind kind;
  bool ends_stream; /* what follows begins when it is done */
  bool (*needs) (const struct facts *f, const struct goal *g);
  void (*changes) (struct facts *f, const struct goal *g);
  void (*costs) (const struct facts *f, const struct goal *g,
                 const struct rates *r, struct cost *cost);
};

struct plan {
  size_t count;
  struct {
    const struct step *step;
    struct facts after;
    struct cost cost;
  } steps[PLAN_MOST_STEPS];
  double seconds;   /* of all */
  uint64_t scratch; /* of all files, which stay until the end */
  unsigned processes;
  bool estimated; /* any of the steps is */
};

struct problem {
  const struct step *table;
  size_t steps;
  struct facts start;
  struct goal goal;
  struct rates rates;
  const struct growth *growth; /* that of a partition, for who reads the plan;
                                  NULL: there is none, or it is not known */
};

/* 0, and in OTHERS the next best plans, of which *NR were found; or -1, and
 * *WHY says, in words and to be freed, which fact cannot be reached and what is
 * nearest.  No plan comes to the same facts twice. */
extern int plan_find (const struct problem *p, struct plan *best,
                      struct plan others[2], size_t *nr, char **why);

/* ---- plan/steps.c: what there is ---- */

extern const struct step all_steps[];
extern const size_t nr_all_steps;

/* ---- plan/refusals.c: what could be conceded, so that there is a plan ---- */

struct concession {
  void (*grant) (struct problem *p);
  /* What cannot be reached in the problem as it was ASKED, why, and what is
   * nearest, from the plan that there would be; to be freed. */
  char *(*words) (const struct problem *asked, const struct plan *found);
};

extern const struct concession all_concessions[];
extern const size_t nr_all_concessions;
/* The words if none of them helps. */
extern char *refusal (const struct problem *p);

/* ---- plan/explain.c: --plan, --plan=json ---- */

extern void plan_print (const struct problem *p, const struct plan *best,
                        const struct plan others[2], size_t nr);
extern void plan_print_json (const struct problem *p, const struct plan *best,
                             const struct plan others[2], size_t nr);

/* ---- plan/growth.c: what grows, and what moves for it ---- */

/* Lines for people; nothing if none is to grow. */
extern void growth_print (const struct problem *p);
/* An object, or null. */
extern void growth_print_json (const struct problem *p, const char *indent);

#endif /* CONVERT_PLAN_H */
