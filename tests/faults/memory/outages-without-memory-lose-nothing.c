/* SPDX-License-Identifier: MIT */
/* When memory runs out during an outage, at whatever place, calls fail with
 * ENOMEM or do without the memory.  No write that was acknowledged and flushed
 * is lost, and nothing hangs, crashes or leaks. */

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "fast-clock.h"
#include "life.h"
#include "memory.h"
#include "wrap.h"

WRAPPER (int, poll, (struct pollfd *fds, nfds_t n, int timeout))
{
  return __real_poll (fds, n, in_library ? fast_ms (timeout) : timeout);
}

static const struct life *tried;
static long blocks_before;

static void
try (void)
{
  struct outcome o = live (tried);

  /* The errno is 0 if a server has closed the connection. */
  if (o.call != NULL && o.errnum == 0 && o.text[0] == '\0')
    FAIL ("%s failed without an error", o.call);
  if (o.call != NULL && !life_is_short && o.errnum != ENOMEM
      && strstr (o.text, strerror (ENOMEM)) == NULL
      && strstr (o.text, "out of memory") == NULL)
    FAIL ("%s failed with errno %d: %s", o.call, o.errnum, o.text);
  CHECK_INT (memory_blocks_of_no_handle (), blocks_before);
}

void
test (void)
{
  watchdog (getenv ("CHECK_LONG") ? 7200 : 300);
  blocks_before = memory_blocks_of_no_handle ();
  FOR_EACH_LIFE (life)
    for (unsigned how = 0; how < 2; how++) {
      tried = life;
      memory_all_fail = life_is_short = how == 1;
      memory_sweep (life->name, try);
    }
}
