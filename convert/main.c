/* SPDX-License-Identifier: MIT */
/* nbdconvert: carry out the conversion that the command line asks for. */
#include <config.h>

#include <stdlib.h>
#include <unistd.h>

#include "convert.h"

static struct options options;
static struct conversion conversion = { .o = &options };

/* Whether source and destination are one file or one device, maybe by
 * different names. */
static bool
are_the_same (const struct conversion *v)
{
  const struct stat *from = &v->source.st, *to = &v->to.st;

  if (v->to.place == AT_STREAM)
    return tool_same_disk (v->source.fd, STDOUT_FILENO);
  if (!v->to.exists || v->source.fd == -1)
    return false;
  return (from->st_dev == to->st_dev && from->st_ino == to->st_ino)
         || (S_ISBLK (from->st_mode) && S_ISBLK (to->st_mode)
             && from->st_rdev == to->st_rdev);
}

static void
take_words (struct conversion *v)
{
  char **words = tool_arguments ();

  look_at_source (v, &words);
  destination_take (&v->to, v->o, &words);
  if (are_the_same (v))
    tool_fail ("%s and %s are the same %s", v->source.name,
               v->to.place == AT_STREAM ? "standard output" : v->to.name,
               v->to.place == AT_DEVICE ? "device" : "file");
  if (*words != NULL)
    tool_usage_error ("one source and one destination, no more: %s", *words);
}

static void
find_cheapest (struct conversion *v)
{
  char *why;

  if (plan_find (&v->problem, &v->plan, v->others, &v->nr_others, &why) == -1)
    tool_fail ("%s: it cannot be converted to %s: %s", v->source.name,
               v->to.name, why);
}

/* Carry out the steps that only read, find out what has to move for the
 * partition, and search again with this knowledge.  If the new plan does not
 * begin with the steps that were carried out, the first plan stays.  The cost
 * of moving is the same for every plan, so the first plan is no worse. */
static void
look_at_growth (struct conversion *v)
{
  struct plan first = v->plan;

  if (!v->problem.goal.expands || !run_reading (v))
    return;
  growth_of_what_is_at_hand (v);
  find_cheapest (v);
  for (size_t i = 0; i < v->done; i++)
    if (v->plan.steps[i].step != first.steps[i].step)
      v->plan = first;
}

static void
find_plan (struct conversion *v)
{
  struct problem *p = &v->problem;
  long processors = sysconf (_SC_NPROCESSORS_ONLN);

  growth_is_wanted (v);
  look_at_goal (v);
  if (p->start.size == 0 && v->o->size == UNKNOWN && v->to.format == VMDK)
    tool_fail ("%s: a vmdk image cannot be empty, as %s is; --size makes it "
               "larger",
               v->to.name, v->source.name);
  p->table = all_steps;
  p->steps = nr_all_steps;
  p->rates = rates_usual (processors > 0 ? processors : 1);
  find_cheapest (v);
  look_at_growth (v);
}

static void
show_plan (struct conversion *v)
{
  if (v->o->plan == SHOW_PLAN)
    plan_print (&v->problem, &v->plan, v->others, v->nr_others);
  else
    plan_print_json (&v->problem, &v->plan, v->others, v->nr_others);
}

int
main (int argc, char *argv[])
{
  struct conversion *v = &conversion;

  options_take (&options, argc, argv);
  tool_catch_signals ();
  destination_tell_interruption ();
  take_words (v);
  find_plan (v);
  if (options.plan != DO_IT)
    show_plan (v);
  else
    run_plan (v);
  conversion_end (v);
  tool_check_signal ();
  tool_finish (EXIT_SUCCESS);
}
