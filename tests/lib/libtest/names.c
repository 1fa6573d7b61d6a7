/* SPDX-License-Identifier: MIT */

/* The constants of the protocol, in the order of its document.  They are
 * written here a second time on purpose: with the library's constants, a wrong
 * one would pass its test. */

#include <errno.h>
#include <string.h>

#include "notation.h"

static const struct {
  const char *name;
  uint64_t value;
} constants[] = {
  { "NBDMAGIC", 0x4e42444d41474943 },
  { "OLDMAGIC", 0x0000420281861253 },
  { "IHAVEOPT", 0x49484156454f5054 },
  { "REPLYMAGIC", 0x0003e889045565a9 },
  { "REQUEST_MAGIC", 0x25609513 },
  { "SIMPLE_MAGIC", 0x67446698 },
  { "CHUNK_MAGIC", 0x668e33ef },
  { "XREQUEST_MAGIC", 0x21e41c71 },
  { "XCHUNK_MAGIC", 0x6e8a278c },

  { "NBD_FLAG_FIXED_NEWSTYLE", 1 << 0 },
  { "NBD_FLAG_NO_ZEROES", 1 << 1 },

  { "NBD_OPT_EXPORT_NAME", 1 },
  { "NBD_OPT_ABORT", 2 },
  { "NBD_OPT_LIST", 3 },
  { "NBD_OPT_STARTTLS", 5 },
  { "NBD_OPT_INFO", 6 },
  { "NBD_OPT_GO", 7 },
  { "NBD_OPT_STRUCTURED_REPLY", 8 },
  { "NBD_OPT_LIST_META_CONTEXT", 9 },
  { "NBD_OPT_SET_META_CONTEXT", 10 },
  { "NBD_OPT_EXTENDED_HEADERS", 11 },

  { "NBD_REP_ACK", 1 },
  { "NBD_REP_SERVER", 2 },
  { "NBD_REP_INFO", 3 },
  { "NBD_REP_META_CONTEXT", 4 },
  { "NBD_REP_ERR_UNSUP", 0x80000001 },
  { "NBD_REP_ERR_POLICY", 0x80000002 },
  { "NBD_REP_ERR_INVALID", 0x80000003 },
  { "NBD_REP_ERR_PLATFORM", 0x80000004 },
  { "NBD_REP_ERR_TLS_REQD", 0x80000005 },
  { "NBD_REP_ERR_UNKNOWN", 0x80000006 },
  { "NBD_REP_ERR_SHUTDOWN", 0x80000007 },
  { "NBD_REP_ERR_BLOCK_SIZE_REQD", 0x80000008 },
  { "NBD_REP_ERR_TOO_BIG", 0x80000009 },
  { "NBD_REP_ERR_EXT_HEADER_REQD", 0x8000000a },

  { "NBD_INFO_EXPORT", 0 },
  { "NBD_INFO_NAME", 1 },
  { "NBD_INFO_DESCRIPTION", 2 },
  { "NBD_INFO_BLOCK_SIZE", 3 },

  { "NBD_FLAG_HAS_FLAGS", 1 << 0 },
  { "NBD_FLAG_READ_ONLY", 1 << 1 },
  { "NBD_FLAG_SEND_FLUSH", 1 << 2 },
  { "NBD_FLAG_SEND_FUA", 1 << 3 },
  { "NBD_FLAG_ROTATIONAL", 1 << 4 },
  { "NBD_FLAG_SEND_TRIM", 1 << 5 },
  { "NBD_FLAG_SEND_WRITE_ZEROES", 1 << 6 },
  { "NBD_FLAG_SEND_DF", 1 << 7 },
  { "NBD_FLAG_CAN_MULTI_CONN", 1 << 8 },
  { "NBD_FLAG_SEND_CACHE", 1 << 10 },
  { "NBD_FLAG_SEND_FAST_ZERO", 1 << 11 },
  { "NBD_FLAG_BLOCK_STATUS_PAYLOAD", 1 << 12 },
  { "NBD_FLAG_ALL", 0x1dfd }, /* all of them but READ_ONLY */

  { "NBD_CMD_READ", 0 },
  { "NBD_CMD_WRITE", 1 },
  { "NBD_CMD_DISC", 2 },
  { "NBD_CMD_FLUSH", 3 },
  { "NBD_CMD_TRIM", 4 },
  { "NBD_CMD_CACHE", 5 },
  { "NBD_CMD_WRITE_ZEROES", 6 },
  { "NBD_CMD_BLOCK_STATUS", 7 },
  { "NBD_CMD_FLAG_FUA", 1 << 0 },
  { "NBD_CMD_FLAG_NO_HOLE", 1 << 1 },
  { "NBD_CMD_FLAG_DF", 1 << 2 },
  { "NBD_CMD_FLAG_REQ_ONE", 1 << 3 },
  { "NBD_CMD_FLAG_FAST_ZERO", 1 << 4 },
  { "NBD_CMD_FLAG_PAYLOAD_LEN", 1 << 5 },

  { "NBD_REPLY_FLAG_DONE", 1 << 0 },
  { "NBD_REPLY_TYPE_NONE", 0 },
  { "NBD_REPLY_TYPE_OFFSET_DATA", 1 },
  { "NBD_REPLY_TYPE_OFFSET_HOLE", 2 },
  { "NBD_REPLY_TYPE_BLOCK_STATUS", 5 },
  { "NBD_REPLY_TYPE_BLOCK_STATUS_EXT", 6 },
  { "NBD_REPLY_TYPE_ERROR", 0x8001 },
  { "NBD_REPLY_TYPE_ERROR_OFFSET", 0x8002 },

  { "NBD_STATE_HOLE", 1 << 0 },
  { "NBD_STATE_ZERO", 1 << 1 },

  { "NBD_EPERM", 1 },
  { "NBD_EIO", 5 },
  { "NBD_ENOMEM", 12 },
  { "NBD_EINVAL", 22 },
  { "NBD_ENOSPC", 28 },
  { "NBD_EOVERFLOW", 75 },
  { "NBD_ENOTSUP", 95 },
  { "NBD_ESHUTDOWN", 108 },
};

bool
constant_value (const char *name, size_t len, uint64_t *value)
{
  for (size_t i = 0; i < sizeof constants / sizeof constants[0]; i++)
    if (strlen (constants[i].name) == len
        && strncmp (constants[i].name, name, len) == 0) {
      *value = constants[i].value;
      return true;
    }
  return false;
}

static const struct {
  const char *name;
  int value;
} errnos[] = {
  { "OK", 0 },
  { "ECONNREFUSED", ECONNREFUSED },
  { "ECONNRESET", ECONNRESET },
  { "EFAULT", EFAULT },
  { "EINVAL", EINVAL },
  { "EIO", EIO },
  { "ENAMETOOLONG", ENAMETOOLONG },
  { "ENOENT", ENOENT },
  { "ENOMEM", ENOMEM },
  { "ENOSPC", ENOSPC },
  { "ENOTCONN", ENOTCONN },
  { "ENOTSUP", ENOTSUP },
  { "EOVERFLOW", EOVERFLOW },
  { "EPERM", EPERM },
  { "EPIPE", EPIPE },
  { "EPROTO", EPROTO },
  { "ERANGE", ERANGE },
  { "ESHUTDOWN", ESHUTDOWN },
};

const char *
errno_name (int errnum)
{
  for (size_t i = 0; i < sizeof errnos / sizeof errnos[0]; i++)
    if (errnos[i].value == errnum)
      return errnos[i].name;
  return strerror (errnum);
}

bool
errno_value (const char *name, int *errnum)
{
  for (size_t i = 0; i < sizeof errnos / sizeof errnos[0]; i++)
    if (strcmp (errnos[i].name, name) == 0) {
      *errnum = errnos[i].value;
      return true;
    }
  return false;
}
