/* SPDX-License-Identifier: MIT */
/* The planner: find the cheapest sequence of steps from what there is to what
 * is wanted.
 *
 * A step says what it needs, what it changes, and what it costs.  The steps
 * of one stream run at the same time.  So a stream takes as long as its
 * slowest step, or longer if all of its steps together need more processor
 * time than the cores have.  A scratch file ends a stream.  The times of
 * streams add up, and so do the times for starting processes.  The search is
 * uniform-cost search with dominance, so it finds the cheapest plan that the
 * table of steps allows.  Of plans that take the same time, the one with the
 * fewest steps wins, then the one with the fewest processes, then the one
 * with the least scratch space.
 *
 * A scratch file is used only if there is no plan without one, even if the
 * plan without takes longer: the manual page promises this.  A faster plan
 * with a scratch file may be among the other plans. */
#ifndef CONVERT_PLAN_H
#define CONVERT_PLAN_H

#include <stddef.h>

#include "facts.h"
#include "grow/grow.h"

#define PLAN_MOST_STEPS 12

/* How a step is carried out.  run.c has a function for each kind. */
enum step_kind {
  READ_RANGES,   /* a URL, by nbdkit */
  READ_IN_ORDER, /* a URL, by curl */
  UNPACK_PARTS,  /* in parallel, at random */
  UNPACK_IN_ORDER,
  SCRATCH,     /* save a stream in a scratch file */
  READ_FORMAT, /* formats that qemu-nbd understands */
  DROP_UNUSED, /* leave out what file systems do not use */
  REFLINK,     /* the file's blocks are shared */
  COPY_RANGE,  /* the kernel copies the file's data */
  WRITE_RAW,
  WRITE_AS_IS,     /* copy a file that has the wanted format already */
  WRITE_FORMAT,    /* qemu-img create, qemu-nbd */
  CONVERT_LOCALLY, /* qemu-img convert alone, if that is cheaper */
  FOLLOW_TABLE,    /* move the backup GPT to the new end */
  MOVE_PARTITIONS, /* those behind a partition that grows */
  EXPAND_PARTITION,
  GROW_FILE_SYSTEM,
};

struct cost {
  double seconds; /* of wall time, if nothing else runs */
  double cpu;     /* of processor time, on one core */
  uint64_t bytes; /* that the step outputs */
  uint64_t scratch;
  unsigned processes; /* to start */
  unsigned threads;   /* our own threads for decoding; 0: none */
  bool estimated;     /* some of the sizes are not known */
};

struct step {
  const char *name; /* "unpack parts" */
  enum step_kind kind;
  bool ends_stream; /* the next step begins when this one is done */
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
  uint64_t scratch; /* all scratch files together; they stay until the end */
  unsigned processes;
  bool estimated; /* some of the steps are estimated */
};

struct problem {
  const struct step *table;
  size_t steps;
  struct facts start;
  struct goal goal;
  struct rates rates;
  const struct growth *growth; /* of a partition, to be shown with the plan;
                                  NULL: none grows, or it is not known yet */
};

/* Find the best plan.  Returns 0; then OTHERS holds the next best plans, and
 * *NR says how many.  Returns -1 if there is no plan; then *WHY says which
 * fact cannot be reached and what would be nearest; to be freed.  No plan
 * comes to the same facts twice. */
extern int plan_find (const struct problem *p, struct plan *best,
                      struct plan others[2], size_t *nr, char **why);

/* ---- plan/steps.c: all steps ---- */

extern const struct step all_steps[];
extern const size_t nr_all_steps;

/* ---- plan/refusals.c: concessions with which there would be a plan ---- */

struct concession {
  void (*grant) (struct problem *p);
  /* Explain what cannot be reached in the problem as it was ASKED, why, and
   * what is nearest, which is FOUND: the plan after the concession.  To be
   * freed. */
  char *(*words) (const struct problem *asked, const struct plan *found);
};

extern const struct concession all_concessions[];
extern const size_t nr_all_concessions;
/* The explanation if no concession helps.  To be freed. */
extern char *refusal (const struct problem *p);

/* ---- plan/explain.c: --plan, --plan=json ---- */

extern void plan_print (const struct problem *p, const struct plan *best,
                        const struct plan others[2], size_t nr);
extern void plan_print_json (const struct problem *p, const struct plan *best,
                             const struct plan others[2], size_t nr);

/* ---- plan/growth.c: what grows, and what has to move for it ---- */

/* Print lines for people; nothing if no partition grows. */
extern void growth_print (const struct problem *p);
/* Print a JSON object, or null. */
extern void growth_print_json (const struct problem *p, const char *indent);

#endif /* CONVERT_PLAN_H */
