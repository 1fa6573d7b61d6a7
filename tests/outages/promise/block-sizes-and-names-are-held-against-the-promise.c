/* SPDX-License-Identifier: MIT */
/* After an outage, block sizes may differ as long as every request that was
 * valid is still valid.  Another canonical name is another export. */
#include <errno.h>
#include <string.h>

#include "lasting.h"

struct change {
  const char *name;
  const char *was, *is;
  const char *text; /* NULL: any */
};

#define SIZES(minimum, preferred, maximum) \
  "u16 NBD_INFO_BLOCK_SIZE u32 " #minimum " u32 " #preferred " u32 " #maximum

static const struct change rows[] = {
  { "minimum is larger", SIZES (512, 4096, 65536), SIZES (4096, 4096, 65536),
    "the minimum block size was " },
  { "by how much", SIZES (512, 4096, 65536), SIZES (4096, 4096, 65536),
    " was 512 and is 4096 now" },
  { "there was no minimum", "", SIZES (512, 4096, 65536),
    " was 1 and is 512 now" },
  { "minimum is smaller", SIZES (512, 4096, 65536), SIZES (1, 4096, 65536),
    NULL },
  { "preferred changes", SIZES (512, 4096, 65536), SIZES (512, 8192, 65536),
    NULL },
  { "maximum is below what was asked for", SIZES (1, 4096, 65536),
    SIZES (1, 4096, 4096), " was 65536 and is 4096 now" },
  { "maximum is what was asked for", SIZES (1, 4096, 65536),
    SIZES (1, 4096, 8192), NULL },
  { "maximum is below what was asked for, as it was", SIZES (1, 4096, 4096),
    SIZES (1, 4096, 4096), NULL },
  { "the least maximum falls", SIZES (1, 4096, 4096), SIZES (1, 512, 512),
    " was 4096 and is 512 now" },
  { "there was no maximum", "", SIZES (1, 4096, 4096), " and is 4096 now" },
  { "nothing is told any more", SIZES (1, 4096, 65536), "", NULL },
  { "the name is another", "u16 NBD_INFO_NAME \"one\"",
    "u16 NBD_INFO_NAME \"two\"", "the export's name was " },
  { "what name", "u16 NBD_INFO_NAME \"one\"", "u16 NBD_INFO_NAME \"two\"",
    " was \"one\" and is \"two\" now" },
  { "no name reaches the terminal as it is",
    "u16 NBD_INFO_NAME \"a\\x1b[2J\"", "u16 NBD_INFO_NAME \"b\\x07\"",
    " was \"a\\x1b[2J\" and is \"b\\x07\" now" },
  { "the name is the same", "u16 NBD_INFO_NAME \"one\"",
    "u16 NBD_INFO_NAME \"one\"", NULL },
};

/* Be a server that sends this information about its export. */
static void
tell (struct server *s, struct nbd_handle *h, const char *info)
{
  s->drives = h;
  server_say (s, "NBDMAGIC IHAVEOPT u16 FIXED_NEWSTYLE|NO_ZEROES");
  server_need (s, 4 + 16 + 4 + 2 + 2 * 3);
  bytes_drop (&s->in, 4 + 16 + 4 + 2 + 2 * 3);
  server_say (s, "reply NBD_OPT_GO NBD_REP_INFO u16 NBD_INFO_EXPORT "
                 "u64 1048576 u16 HAS_FLAGS|SEND_FLUSH");
  if (info[0] != '\0')
    server_say (s, "reply NBD_OPT_GO NBD_REP_INFO %s", info);
  server_say (s, "reply NBD_OPT_GO NBD_REP_ACK");
  s->drives = NULL;
  pump (h);
}

static void
come_back (size_t i)
{
  const struct change *row = &rows[i];
  struct address a;
  struct server s;
  static char buf[8192];
  struct nbd_handle *h = patient_handle ();

  set_style (h, SIMPLE);
  CHECK_OK (nbd_set_full_info (h, true));
  address_open (&a);
  address_listen (&a);
  CHECK_OK (nbd_aio_connect_unix (h, a.path));
  server_accept (&s, &a, h);
  tell (&s, h, row->was);
  CHECK_STATE (h, "READY");
  int64_t write = CHECK_OK (nbd_aio_pwrite (h, buf, sizeof buf, 0,
                                            NBD_NULL_COMPLETION, 0));
  server_close (&s);
  server_accept (&s, &a, h);
  tell (&s, h, row->is);
  if (row->text != NULL) {
    drive_until (h, "DEAD");
    CHECK_FAILS (nbd_aio_command_completed (h, write), ENOTCONN, row->text);
  }
  else {
    server_expect (&s, "request 0 WRITE %llu 0 8192", WIRE (1, write));
    server_say (&s, "simple 0 %llu", WIRE (1, write));
    pump (h);
    CHECK_INT (nbd_aio_command_completed (h, write), 1);
  }
  lasting_close (h, &s, &a);
}

void
test (void)
{
  RUN_ROWS (rows, come_back);
}
