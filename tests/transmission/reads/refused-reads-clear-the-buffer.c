/* SPDX-License-Identifier: MIT */

/* A read that is refused clears the whole buffer, unless
 * nbd_set_pread_initialize was switched off. */

#include <errno.h>
#include <string.h>

#include "check.h"
#include "client.h"
#include "server.h"

#define SIZE 16

static char buf[SIZE], old[SIZE], zero[SIZE];

/* Every read call, refused for the same reason. */
static void
all_reads (struct nbd_handle *h, uint64_t offset, uint32_t flags, int errnum,
           const char *left)
{
  for (int i = 0; i < 4; i++) {
    struct calls done = { 0 }, middle = { 0 };

    check_case ("read call %d, errno %d", i, errnum);
    memcpy (buf, old, SIZE);
    switch (i) {
    case 0:
      CHECK_FAILS (nbd_pread (h, buf, SIZE, offset, flags), errnum,
                   "nbd_pread: ");
      break;
    case 1:
      CHECK_FAILS (nbd_pread_structured (h, buf, SIZE, offset,
                                         chunk (&middle), flags),
                   errnum, "nbd_pread_structured: ");
      break;
    case 2:
      CHECK_FAILS (nbd_aio_pread (h, buf, SIZE, offset, completion (&done),
                                  flags),
                   errnum, "nbd_aio_pread: ");
      break;
    case 3:
      CHECK_FAILS (nbd_aio_pread_structured (h, buf, SIZE, offset,
                                             chunk (&middle),
                                             completion (&done), flags),
                   errnum, "nbd_aio_pread_structured: ");
      break;
    }
    CHECK_BYTES (buf, SIZE, left, SIZE);
    CHECK_INT (done.freed, i >= 2);
    CHECK_INT (middle.freed, i % 2);
    CHECK_INT (done.called + middle.called, 0);
  }
}

void
test (void)
{
  struct server s;
  struct nbd_handle *h = nbd_create ();

  memset (old, 0xee, SIZE);
  all_reads (h, 0, 0, ENOTCONN, zero);
  server_connect (&s, h, STRUCTURED, 1 << 20, 1);
  all_reads (h, (1 << 20) - 8, 0, EINVAL, zero);
  all_reads (h, 0, LIBNBD_CMD_FLAG_FUA, EINVAL, zero);
  all_reads (h, 0, 0x10000, EINVAL, zero);

  CHECK_OK (nbd_set_pread_initialize (h, false));
  all_reads (h, (1 << 20) - 8, 0, EINVAL, old);
  CHECK_OK (nbd_set_pread_initialize (h, true));
  server_close (&s);
  pump (h);
  all_reads (h, 0, 0, EINVAL, zero);
  nbd_close (h);
}
