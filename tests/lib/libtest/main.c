/* SPDX-License-Identifier: MIT */

/* The main function of every test that only defines test(). */

#include <stdlib.h>

#include "check.h"

int
main (void)
{
  watchdog (600);
  test ();
  return EXIT_SUCCESS;
}
