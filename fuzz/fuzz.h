/* SPDX-License-Identifier: MIT */

/* What the harnesses share: one input as a program and a stream.
 *
 * The program is a list of operations: calls of the API, and actions of the
 * server.  The stream is what the server sends.  Everything happens in one
 * thread over a socket pair that never blocks, so the same input always has
 * the same effect.  seeds.c writes such inputs, so it must agree with this
 * header. */

#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/un.h>

#include <libnbd.h>

#include "must.h"

/* How an input begins; integers are big-endian. */
#define FUZZ_HEADER_SIZE 8
/* u8 style, u8 size, u16 export flags, u16 settings, u16 length of the
 * program; if the handle stays connected, u16 more settings. */

/* In FUZZ_RAW the stream begins with the greeting; else a friendly server
 * has brought the handle into transmission. */
enum fuzz_style {
  FUZZ_RAW,
  FUZZ_SIMPLE,
  FUZZ_STRUCTURED,
  FUZZ_EXTENDED,
  FUZZ_NR_STYLES
};

enum fuzz_setting {
  FUZZ_OPT_MODE = 1 << 0,
  FUZZ_FULL_INFO = 1 << 1,
  FUZZ_NO_EXTENDED = 1 << 2,
  FUZZ_NO_STRUCTURED = 1 << 3,
  FUZZ_NO_BLOCK_SIZE = 1 << 4,
  FUZZ_NO_META_CONTEXT = 1 << 5,
  FUZZ_NO_INITIALIZE = 1 << 6,
  FUZZ_DEBUG = 1 << 7,
  FUZZ_NOT_STRICT = 1 << 8,
  FUZZ_CONTEXT = 1 << 9, /* base:allocation */
  FUZZ_SECOND_CONTEXT = 1 << 10,
  FUZZ_EXPORT_NAME = 1 << 11,
  FUZZ_TLS_ALLOW = 1 << 12,
  FUZZ_TLS_REQUIRE = 1 << 13,
  FUZZ_NO_HANDSHAKE_FLAGS = 1 << 14,
};

/* Settings of a handle that stays connected. */
enum fuzz_lasting {
  FUZZ_COMMAND_TIMEOUT = 1 << 0,
  FUZZ_STALL_TIMEOUT = 1 << 1,
  FUZZ_CONNECTIONS = 1 << 2,
  FUZZ_STRICT = 1 << 3,
  FUZZ_TRUST = 1 << 4,
  FUZZ_NO_QUARANTINE = 1 << 5,
  FUZZ_SMALL_JOURNAL = 1 << 6,
  FUZZ_NO_RECONNECT = 1 << 7,
  FUZZ_NO_CONNECT_TIMEOUT = 1 << 8,
  FUZZ_ONE_DESCRIPTOR = 1 << 9,
};

/* Operations and their parameters.  Commands are counted back from the last
 * one that was issued, which is 0. */
enum fuzz_op {
  FUZZ_PUMP,         /* deliver events until nothing is left */
  FUZZ_SEND,         /* u16 length: from the stream */
  FUZZ_SIMPLE_REPLY, /* u8 command, u8 error */
  FUZZ_CHUNK,        /* u8 command, u8 type, u8 flags, u16 length:
                                   a header; the payload is the stream's */
  FUZZ_DATA,         /* u8 command, u8 flags, u8 length: some of
                                   what the read asked for */
  FUZZ_NOTIFY_READ,
  FUZZ_NOTIFY_WRITE,
  FUZZ_POLL,
  FUZZ_POLL2,
  FUZZ_DRAIN, /* the server receives */
  FUZZ_HALF_CLOSE,
  FUZZ_CLOSE,
  FUZZ_PREAD, /* commands: u16 count, u16 offset, u8 flags,
                                   u8 enum fuzz_verdict */
  FUZZ_PREAD_STRUCTURED,
  FUZZ_PWRITE,
  FUZZ_FLUSH,
  FUZZ_TRIM,
  FUZZ_CACHE,
  FUZZ_ZERO,
  FUZZ_BLOCK_STATUS,
  FUZZ_BLOCK_STATUS_64,
  FUZZ_BLOCK_STATUS_FILTER,
  FUZZ_DISCONNECT,
  FUZZ_RETIRE, /* u8 command */
  FUZZ_PEEK,
  FUZZ_OPT_GO, /* options: u8 enum fuzz_verdict */
  FUZZ_OPT_INFO,
  FUZZ_OPT_LIST,
  FUZZ_OPT_STARTTLS,
  FUZZ_OPT_STRUCTURED_REPLY,
  FUZZ_OPT_EXTENDED_HEADERS,
  FUZZ_OPT_LIST_META_CONTEXT,
  FUZZ_OPT_SET_META_CONTEXT,
  FUZZ_OPT_LIST_META_CONTEXT_QUERIES,
  FUZZ_OPT_SET_META_CONTEXT_QUERIES,
  FUZZ_OPT_ABORT,
  FUZZ_SETTINGS, /* u16, as in the header */
  FUZZ_QUERIES,  /* all calls that only ask something */
  FUZZ_SHUTDOWN, /* the server closes, then nbd_shutdown */
  FUZZ_CANCEL,   /* u8 command */
  FUZZ_WAIT,     /* u16 ms, which pass at once */
  FUZZ_GREET,    /* u8 enum fuzz_change: a friendly handshake */
  FUZZ_PICK,     /* u8: which connection the server uses */
  FUZZ_REPLY,    /* u8 request, u8 error: one that was received */
  FUZZ_AWAY,     /* the server stops listening */
  FUZZ_BACK,     /* and listens again */
  FUZZ_NR_OPS
};

/* What is different when a server comes back. */
enum fuzz_change {
  FUZZ_IS_SMALLER = 1,
  FUZZ_IS_LARGER = 2,
  FUZZ_IS_READ_ONLY = 4,
  FUZZ_CANNOT_FLUSH = 8,
  FUZZ_OTHER_IDS = 16,
  FUZZ_WITHOUT_CONTEXTS = 32,
  FUZZ_MULTI_CONN = 64,
};

/* What the callbacks of one command do. */
enum fuzz_verdict {
  FUZZ_MIDDLE_FAILS = 1, /* the chunk's, extent's, ... callback */
  FUZZ_COMPLETION_FAILS = 2,
  FUZZ_COMPLETION_RETIRES = 4,
  FUZZ_NO_COMPLETION = 8,
  FUZZ_LARGE = 16, /* count and offset are in units of 256 */
};

struct input {
  const uint8_t *p;
  size_t left;
};

#define MAX_COMMANDS 64
#define MAX_PEERS 4
#define MAX_REQUESTS 32

/* A request that the server received from a handle that stays connected. */
struct request {
  unsigned type;
  uint64_t cookie, offset, length;
};

/* A connection of such a handle, on the server's side. */
struct peer {
  int fd; /* -1: none */
  struct request requests[MAX_REQUESTS];
  unsigned nr_requests;
};

/* One command or option. */
struct command {
  struct world *world;
  int64_t cookie; /* -1 if it was refused */
  uint8_t *buf;   /* of exactly the size, for ASan */
  size_t count;
  uint64_t offset;
  bool is_read, initialize;
  unsigned verdict;
  int called, freed; /* the completion */
  int middle_freed;
  bool has_middle;
  bool retired;
};

struct world {
  struct nbd_handle *h;
  int server; /* -1 when closed */
  struct input program, stream;
  unsigned style;
  bool initialize;
  bool connected; /* a connect call was accepted */
  /* Buffers for reads are filled with a byte that the server never sent. */
  uint8_t stale;
  bool sent[256];
  struct command commands[MAX_COMMANDS];
  size_t nr_commands;
  int debug_set, debug_freed;
  /* If the handle stays connected, `server` is peers[picked].fd. */
  bool lasting;
  unsigned lasting_settings, settings, size, flags;
  int listener; /* -1: the server does not listen */
  struct sockaddr_un address;
  socklen_t address_length;
  struct peer peers[MAX_PEERS];
  unsigned picked;
  int events_freed;
};

/* input.c */
extern unsigned take_u8 (struct input *in);
extern unsigned take_u16 (struct input *in);

/* engine.c */
extern int run_input (const uint8_t *data, size_t size, unsigned styles,
                      bool lasting);
extern void pump (struct world *w);
extern void check_phase (struct world *w);
extern void server_send (struct world *w, const void *p, size_t len);
extern void server_drain (struct world *w);
extern void server_close (struct world *w);
extern struct command *new_command (struct world *w);
extern struct command *pick_command (struct world *w, unsigned back);

/* settings.c */
extern void apply_settings (struct world *w, unsigned settings);
extern void ask_queries (struct world *w);

/* calls.c: commands and options. */
extern void issue_command (struct world *w, enum fuzz_op op);
extern void issue_option (struct world *w, enum fuzz_op op);
extern void retire_command (struct world *w, struct command *c);
extern void check_stale (const struct command *c);

/* clock.c: the library's clock then stands still, except for pass_time. */
extern void stop_clock (bool really);
extern void pass_time (unsigned ms);

/* lasting.c: handles that stay connected. */
extern void begin_lasting (struct world *w, unsigned settings);
extern void connect_lasting (struct world *w);
extern void pump_lasting (struct world *w);
extern void act_lasting (struct world *w, enum fuzz_op op);
extern void forget_picked (struct world *w);
extern void end_lasting (struct world *w);

/* friendly.c: the friendly server. */
extern unsigned friendly_settings (enum fuzz_style style, unsigned settings);
extern void friendly_handshake (struct world *w);
extern void friendly_greeting (struct world *w, unsigned change);
extern void send_reply (struct world *w, const struct request *r,
                        unsigned error);
extern void send_simple_reply (struct world *w);
extern void send_chunk (struct world *w);
extern void send_data (struct world *w);

#endif /* FUZZ_H */
