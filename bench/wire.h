/* SPDX-License-Identifier: MIT */
/* The part of the NBD protocol that the RAM server and the hand-written client
 * use.  It shares nothing with the library: the programs that measure the
 * library must not change when the library does. */

#ifndef BENCH_WIRE_H
#define BENCH_WIRE_H

#include <stdint.h>

#define PACKED __attribute__ ((packed))

#define NBD_MAGIC UINT64_C (0x4e42444d41474943)
#define NBD_OPTION_MAGIC UINT64_C (0x49484156454f5054)
#define NBD_OPTION_REPLY_MAGIC UINT64_C (0x0003e889045565a9)
#define NBD_REQUEST_MAGIC 0x25609513u
#define NBD_SIMPLE_REPLY_MAGIC 0x67446698u
#define NBD_STRUCTURED_REPLY_MAGIC 0x668e33efu

#define NBD_FLAG_FIXED_NEWSTYLE 1
#define NBD_FLAG_NO_ZEROES 2

#define NBD_OPT_EXPORT_NAME 1
#define NBD_OPT_ABORT 2
#define NBD_OPT_STARTTLS 5
#define NBD_OPT_INFO 6
#define NBD_OPT_GO 7
#define NBD_OPT_STRUCTURED_REPLY 8

#define NBD_REP_ACK 1
#define NBD_REP_INFO 3
#define NBD_REP_ERR_UNSUP 0x80000001u
#define NBD_REP_ERR_INVALID 0x80000003u

#define NBD_INFO_EXPORT 0
#define NBD_INFO_BLOCK_SIZE 3

#define NBD_FLAG_HAS_FLAGS 0x0001
#define NBD_FLAG_SEND_FLUSH 0x0004
#define NBD_FLAG_CAN_MULTI_CONN 0x0100

#define NBD_CMD_READ 0
#define NBD_CMD_WRITE 1
#define NBD_CMD_DISC 2
#define NBD_CMD_FLUSH 3

#define NBD_REPLY_FLAG_DONE 1
#define NBD_REPLY_TYPE_NONE 0
#define NBD_REPLY_TYPE_OFFSET_DATA 1
#define NBD_REPLY_TYPE_ERROR 0x8001

#define NBD_EINVAL 22

struct greeting {
  uint64_t magic;
  uint64_t option_magic;
  uint16_t flags;
} PACKED;

struct option_header {
  uint64_t magic;
  uint32_t option;
  uint32_t length;
} PACKED;

struct option_reply {
  uint64_t magic;
  uint32_t option;
  uint32_t type;
  uint32_t length;
} PACKED;

struct info_export {
  uint16_t type;
  uint64_t size;
  uint16_t flags;
} PACKED;

struct info_block_size {
  uint16_t type;
  uint32_t minimum;
  uint32_t preferred;
  uint32_t maximum;
} PACKED;

struct request {
  uint32_t magic;
  uint16_t flags;
  uint16_t type;
  uint64_t cookie;
  uint64_t offset;
  uint32_t length;
} PACKED;

struct simple_reply {
  uint32_t magic;
  uint32_t error;
  uint64_t cookie;
} PACKED;

struct chunk {
  uint32_t magic;
  uint16_t flags;
  uint16_t type;
  uint64_t cookie;
  uint32_t length;
} PACKED;

struct data_chunk {
  struct chunk chunk;
  uint64_t offset;
} PACKED;

struct error_chunk {
  struct chunk chunk;
  uint32_t error;
  uint16_t text_length;
} PACKED;

#endif /* BENCH_WIRE_H */
