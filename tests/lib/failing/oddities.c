/* SPDX-License-Identifier: MIT */

/* Lives with system calls that are odd but do not fail: see life.h. */

#include "check.h"
#include "life.h"
#include "system-calls.h"

void
oddities_make_no_difference (void)
{
  static const struct {
    const char *name;
    int oddity;
  } rows[] = {
    { "nothing is odd", NOTHING },
    { "every second call is interrupted", INTERRUPTED },
    { "what was ready has nothing", NOT_READY },
    { "one byte at a time", ONE_BYTE },
    { "every step is logged", NOTHING },
  };

  for (unsigned r = 0; r < sizeof rows / sizeof rows[0]; r++) {
    oddity = rows[r].oddity;
    life_is_logged = r == sizeof rows / sizeof rows[0] - 1;
    FOR_EACH_LIFE (life) {
      check_case ("%s, %s", life->name, rows[r].name);
      struct outcome o = live (life);
      if (o.call != NULL)
        FAIL ("%s failed: %s", o.call, o.text);
    }
  }
  life_is_logged = false;
}
