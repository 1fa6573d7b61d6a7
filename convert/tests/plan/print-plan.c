/* SPDX-License-Identifier: MIT */
/* For tests: print the plan of a problem in words, as --plan[=json] does.
 * usage: print-plan SOURCE GOAL [json] */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>

#include "inputs.h"

int
main (int argc, char *argv[])
{
  if (argc < 3)
    return EXIT_FAILURE;
  struct problem p = problem_of (argv[1], argv[2]);
  struct plan best, others[2];
  size_t nr;
  char *why;
  if (plan_find (&p, &best, others, &nr, &why) == -1) {
    fprintf (stderr, "%s\n", why);
    free (why);
    return EXIT_FAILURE;
  }
  if (argc > 3)
    plan_print_json (&p, &best, others, nr);
  else
    plan_print (&p, &best, others, nr);
  return EXIT_SUCCESS;
}
