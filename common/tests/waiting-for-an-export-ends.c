/* SPDX-License-Identifier: MIT */
/* A tool that waits until its server knows an export gives up even if all the
 * time passes while a request for the export is answered, as when the tool was
 * stopped meanwhile. */
#include <errno.h>

#include "check.h"
#include "internal.h"
#include "wrap.h"

#define PATIENCE_MS 60000

static int64_t passed_ms;

WRAPPER (int64_t, tool_now_ms, (void))
{
  return __real_tool_now_ms () + passed_ms;
}

WRAPPER (int, nbd_aio_is_negotiating, (struct nbd_handle * h))
{
  (void) h;
  return true;
}

WRAPPER (int, tool_opt_info, (struct nbd_handle * h))
{
  (void) h;
  passed_ms = 2 * PATIENCE_MS;
  errno = ENOENT;
  return -1;
}

void
test (void)
{
  char path[] = "socket";
  struct tool_endpoint endpoint;

  tool_set_helper (&endpoint, path, "the server");
  tool_take_staying (TOOL_CONNECT_TIMEOUT, "60s");
  struct nbd_handle *h = tool_create (NULL, NULL, NULL);
  tool_set_patience (h, tool_now_ms () + PATIENCE_MS);
  CHECK_INT (tool_await_export (&h, &endpoint), -1);
  CHECK_CONTAINS (tool_nbd_error (), "the tool has waited 60 s for it");
  tool_close (h);
}
