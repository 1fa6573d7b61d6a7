/* SPDX-License-Identifier: MIT */

/* When only a command fails, the message of the call that returns it says
 * why: what the server reported, made printable and shortened, or what is
 * wrong with the reply. */

#include <errno.h>
#include <string.h>

#include "check.h"
#include "client.h"
#include "server.h"

static struct server s;
static struct nbd_handle *h;
static char buf[512];

/* Check the failure of a read of 512 bytes at offset 1024, to which the
 * server replies like this. */
static void
fails (const char *reply, int errnum, const char *text)
{
  int64_t cookie = CHECK_OK (nbd_aio_pread (h, buf, sizeof buf, 1024,
                                            NBD_NULL_COMPLETION, 0));

  check_case ("%s", reply);
  server_say (&s, reply, (int) cookie);
  pump (h);
  CHECK_FAILS (nbd_aio_command_completed (h, cookie), errnum, text);
  CHECK_CONTAINS (nbd_get_error (),
                  "nbd_aio_command_completed: read: command failed: ");
  CHECK_STATE (h, "READY");
}

static void
run_simple (void)
{
  h = nbd_create ();
  server_connect (&s, h, SIMPLE, 1 << 20, FLAGS_ALL);
  fails ("simple EIO %d", EIO,
         "the server reported error 5 for 512 bytes at offset 1024");
  fails ("simple 9999 %d", EINVAL, "the server reported error 9999 ");
  nbd_close (h);
  server_close (&s);
}

static void
run_chunks (void)
{
  static char long_text[1100] = "chunk DONE ERROR %d u32 EPERM text \"";

  h = nbd_create ();
  server_connect (&s, h, STRUCTURED, 1 << 20, FLAGS_ALL);
  fails ("chunk DONE ERROR %d u32 EPERM text \"go away\"", EPERM,
         "error 1 for 512 bytes at offset 1024: \"go away\"");
  fails ("chunk DONE ERROR_OFFSET %d u32 EIO text \"worn out\" u64 1100", EIO,
         ", at offset 1100: \"worn out\"");
  fails ("chunk DONE ERROR %d u32 EIO text \"\"\n", EIO, strerror (EIO));
  fails ("chunk 0 ERROR %1$d u32 EIO text \"first\"\n"
         "chunk DONE ERROR %1$d u32 EPERM text \"second\"",
         EIO, "first");
  fails ("chunk DONE NONE %d", EPROTO,
         "the reply holds 0 bytes, but 512 were asked for at offset 1024");
  fails ("chunk DONE OFFSET_HOLE %d u64 1024", EPROTO,
         "type 0x2 with a payload of 8 bytes is no answer to read");
  memset (long_text + strlen (long_text), 'x', 1000);
  strcat (long_text, "\"");
  fails (long_text, EPERM, "xxx\"...: ");
  CHECK (strlen (nbd_get_error ()) < 800);
  nbd_close (h);
  server_close (&s);
}

void
test (void)
{
  run_simple ();
  run_chunks ();
}
