/* SPDX-License-Identifier: MIT */
#include "machine/machine.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

/* More exports than any server has: a list with more would never end. */
#define MAX_EXPORTS (1 << 20)

/* Pass one export to the program: a name and a description, which may
 * contain anything but NUL. */
static int
take_export (struct nbdi_link *l, const uint8_t *p, uint32_t len)
{
  uint32_t name_len = nbdi_get32 (p);

  p += 4;
  len -= 4;
  if (name_len > len || name_len > NBD_MAX_STRING
      || len - name_len > NBD_MAX_STRING) {
    nbdi_error (EPROTO,
                "NBD_OPT_LIST: export name of %" PRIu32 " bytes in "
                "a reply with %" PRIu32 " bytes",
                name_len, len);
    return -1;
  }
  if (memchr (p, 0, len) != NULL) {
    nbdi_error (EPROTO, "NBD_OPT_LIST: export name or description holds "
                        "a NUL byte");
    return -1;
  }
  CLEANUP_FREE char *name = strndup ((const char *) p, name_len);
  CLEANUP_FREE char *description = strndup ((const char *) p + name_len,
                                            len - name_len);
  if (name == NULL || description == NULL) {
    nbdi_error (errno, "NBD_OPT_LIST");
    return -1;
  }
  if (l->opt.value == MAX_EXPORTS) {
    nbdi_error (EPROTO, "NBD_OPT_LIST: the server sent more than %d exports",
                MAX_EXPORTS);
    return -1;
  }
  l->opt.value++;
  if (l->opt.list.callback)
    NBDI_CALLBACK (l->opt.list.callback (l->opt.list.user_data, name,
                                         description));
  return 0;
}

/* Ask for the names of all exports. */
GROUP (NEWSTYLE.OPT_LIST)
  OPTION (NBD_OPT_LIST)
  REPLY (NBD_REP_SERVER, 4, 4 + 2 * NBD_MAX_STRING)
  FAILS_WITH (ENOTSUP)
  SPEC ("Option types")

/* Build the option. */
STATE (START)
  GOES_TO (SEND)
{
  if (nbdi_option_message (l, NBD_OPT_LIST, NULL, 0) == -1)
    return FAILED;
  l->opt.value = 0;
  return NEXT (SEND);
}

/* Act on one complete reply: an export, or the end of the list. */
STATE (RECV_PAYLOAD)
  IO (RECV, l->opt.reply.length)
  GOES_TO (RECV_HEADER, ^OPTION_DONE)
{
  const uint8_t *p = nbdi_take (l, l->opt.reply.length);

  switch (l->opt.reply.type) {
  case NBD_REP_SERVER:
    if (take_export (l, p, l->opt.reply.length) == -1)
      return FAILED;
    return NEXT (RECV_HEADER);
  case NBD_REP_ACK:
    nbdi_option_result (l, l->opt.value, 0);
    return NEXT (^OPTION_DONE);
  default:
    if (nbdi_option_refused (l, p) == -1)
      return FAILED;
    return NEXT (^OPTION_DONE);
  }
}
