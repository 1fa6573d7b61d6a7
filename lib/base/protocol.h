/* SPDX-License-Identifier: MIT */
/* Numbers and sizes of the NBD protocol, in the order of the protocol
 * document, and nothing else.  What follows from them is in requests.h. */

#ifndef NBDI_PROTOCOL_H
#define NBDI_PROTOCOL_H

#include <stdint.h>

/* Every string on the wire is at most this long. */
#define NBD_MAX_STRING 4096

/* Handshake: greeting. */
#define NBD_MAGIC UINT64_C (0x4e42444d41474943) /* "NBDMAGIC" */
#define NBD_OLD_VERSION UINT64_C (0x0000420281861253)
#define NBD_NEW_VERSION UINT64_C (0x49484156454f5054) /* "IHAVEOPT" */

#define NBD_GREETING_SIZE 16       /* magic, version */
#define NBD_OLDSTYLE_REST_SIZE 136 /* size, flags, zeroes */
#define NBD_HANDSHAKE_FLAGS_SIZE 2
#define NBD_CLIENT_FLAGS_SIZE 4

#define NBD_FLAG_FIXED_NEWSTYLE 1
#define NBD_FLAG_NO_ZEROES 2

/* Handshake: options. */
#define NBD_OPTION_SIZE 16 /* magic, option, length */
#define NBD_OPTION_REPLY_MAGIC UINT64_C (0x0003e889045565a9)
#define NBD_OPTION_REPLY_SIZE 20      /* magic, option, type, length */
#define NBD_EXPORT_NAME_REPLY_SIZE 10 /* size, flags */
#define NBD_EXPORT_NAME_ZEROES 124

#define NBD_OPT_EXPORT_NAME 1
#define NBD_OPT_ABORT 2
#define NBD_OPT_LIST 3
#define NBD_OPT_STARTTLS 5
#define NBD_OPT_INFO 6
#define NBD_OPT_GO 7
#define NBD_OPT_STRUCTURED_REPLY 8
#define NBD_OPT_LIST_META_CONTEXT 9
#define NBD_OPT_SET_META_CONTEXT 10
#define NBD_OPT_EXTENDED_HEADERS 11

#define NBD_REP_ACK UINT32_C (1)
#define NBD_REP_SERVER UINT32_C (2)
#define NBD_REP_INFO UINT32_C (3)
#define NBD_REP_META_CONTEXT UINT32_C (4)

#define NBD_REP_IS_ERR(type) ((UINT32_C (0x80000000) & (type)) != 0)
#define NBD_REP_ERR_UNSUP UINT32_C (0x80000001)
#define NBD_REP_ERR_POLICY UINT32_C (0x80000002)
#define NBD_REP_ERR_INVALID UINT32_C (0x80000003)
#define NBD_REP_ERR_PLATFORM UINT32_C (0x80000004)
#define NBD_REP_ERR_TLS_REQD UINT32_C (0x80000005)
#define NBD_REP_ERR_UNKNOWN UINT32_C (0x80000006)
#define NBD_REP_ERR_SHUTDOWN UINT32_C (0x80000007)
#define NBD_REP_ERR_BLOCK_SIZE_REQD UINT32_C (0x80000008)
#define NBD_REP_ERR_TOO_BIG UINT32_C (0x80000009)
#define NBD_REP_ERR_EXT_HEADER_REQD UINT32_C (0x8000000a)

#define NBD_INFO_EXPORT 0
#define NBD_INFO_NAME 1
#define NBD_INFO_DESCRIPTION 2
#define NBD_INFO_BLOCK_SIZE 3

#define NBD_INFO_EXPORT_SIZE 12     /* type, size, flags */
#define NBD_INFO_BLOCK_SIZE_SIZE 14 /* type, minimum, preferred, maximum */

/* Transmission flags. */
#define NBD_FLAG_HAS_FLAGS (1 << 0)
#define NBD_FLAG_READ_ONLY (1 << 1)
#define NBD_FLAG_SEND_FLUSH (1 << 2)
#define NBD_FLAG_SEND_FUA (1 << 3)
#define NBD_FLAG_ROTATIONAL (1 << 4)
#define NBD_FLAG_SEND_TRIM (1 << 5)
#define NBD_FLAG_SEND_WRITE_ZEROES (1 << 6)
#define NBD_FLAG_SEND_DF (1 << 7)
#define NBD_FLAG_CAN_MULTI_CONN (1 << 8)
#define NBD_FLAG_SEND_CACHE (1 << 10)
#define NBD_FLAG_SEND_FAST_ZERO (1 << 11)
#define NBD_FLAG_BLOCK_STATUS_PAYLOAD (1 << 12)

/* Transmission: requests. */
#define NBD_REQUEST_MAGIC UINT32_C (0x25609513)
#define NBD_EXTENDED_REQUEST_MAGIC UINT32_C (0x21e41c71)
/* Magic, flags, type, cookie, offset, length. */
#define NBD_REQUEST_SIZE 28
#define NBD_EXTENDED_REQUEST_SIZE 32 /* the same with a 64 bit length */

/* The commands and their flags are in requests.h. */

/* Transmission: replies. */
#define NBD_SIMPLE_REPLY_MAGIC UINT32_C (0x67446698)
#define NBD_STRUCTURED_REPLY_MAGIC UINT32_C (0x668e33ef)
#define NBD_EXTENDED_REPLY_MAGIC UINT32_C (0x6e8a278c)
#define NBD_SIMPLE_REPLY_SIZE 16     /* magic, error, cookie */
#define NBD_STRUCTURED_REPLY_SIZE 20 /* magic, flags, type, cookie, length */
#define NBD_EXTENDED_REPLY_SIZE 32   /* ..., cookie, offset, 64 bit length */

#define NBD_REPLY_FLAG_DONE 1

#define NBD_REPLY_TYPE_NONE 0
#define NBD_REPLY_TYPE_OFFSET_DATA 1
#define NBD_REPLY_TYPE_OFFSET_HOLE 2
#define NBD_REPLY_TYPE_BLOCK_STATUS 5
#define NBD_REPLY_TYPE_BLOCK_STATUS_EXT 6
#define NBD_REPLY_TYPE_IS_ERR(type) ((0x8000 & (type)) != 0)
#define NBD_REPLY_TYPE_ERROR 0x8001
#define NBD_REPLY_TYPE_ERROR_OFFSET 0x8002

#define NBD_OFFSET_DATA_SIZE 8      /* offset, before the data */
#define NBD_OFFSET_HOLE_SIZE 12     /* offset, 32 bit length */
#define NBD_BLOCK_STATUS_SIZE 4     /* context, before the extents */
#define NBD_EXTENT_SIZE 8           /* length, status */
#define NBD_BLOCK_STATUS_EXT_SIZE 8 /* context, count */
#define NBD_EXTENT_EXT_SIZE 16
#define NBD_ERROR_SIZE 6        /* error, text length; the text follows */
#define NBD_ERROR_OFFSET_SIZE 8 /* offset, behind the text */

/* Error values. */
#define NBD_SUCCESS 0
#define NBD_EPERM 1
#define NBD_EIO 5
#define NBD_ENOMEM 12
#define NBD_EINVAL 22
#define NBD_ENOSPC 28
#define NBD_EOVERFLOW 75
#define NBD_ENOTSUP 95
#define NBD_ESHUTDOWN 108

#include "requests.h"

#endif /* NBDI_PROTOCOL_H */
