/* SPDX-License-Identifier: MIT */
/* When memory runs out, at whatever place, calls fail with ENOMEM or do
 * without the memory.  Nothing crashes or leaks, and each closure is freed
 * once.
 *
 * The linker redirects the library's allocations (-Wl,--wrap). */

#include <errno.h>
#include <string.h>

#include "check.h"
#include "life.h"
#include "memory.h"

/* Only failures that a lack of memory causes are allowed. */
static void
check_outcome (const struct outcome *o)
{
  if (o->call == NULL || o->errnum == ENOMEM)
    return;
  /* If the handle is dead for lack of memory, a later call fails with another
   * errno, and the message, if there is one, tells the cause. */
  if (o->text[0] != '\0' && strstr (o->text, strerror (ENOMEM)) == NULL
      && strstr (o->text, "out of memory") == NULL)
    FAIL ("%s failed with errno %d: %s", o->call, o->errnum, o->text);
}

static const struct life *tried;
static long blocks_before;

static void
try (void)
{
  struct outcome o = live (tried);

  check_outcome (&o);
  CHECK_INT (memory_blocks_of_no_handle (), blocks_before);
}

void
test (void)
{
  blocks_before = memory_blocks_of_no_handle ();
  FOR_EACH_LIFE (life)
    for (unsigned how = 0; how < 4; how++) {
      tried = life;
      memory_all_fail = (how & 1) != 0;
      life_is_logged = (how & 2) != 0;
      memory_sweep (life->name, try);
    }
}
