/* SPDX-License-Identifier: MIT */
/* What the files of the library share: the handle as named parts, and the
 * functions of each topic.  Only the generated wrappers lock; everything
 * named nbdi_ and every state body runs with the handle's lock held.
 */

#ifndef NBDI_INTERNAL_H
#define NBDI_INTERNAL_H

#include "config.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/un.h>

#include "libnbd.h"
#include "api.h"
#include "protocol.h"
#include "states.h"
#include "wire.h"

#define likely(x) __builtin_expect (!!(x), 1)
#define unlikely(x) __builtin_expect (!!(x), 0)

#define NBDI_PRINTF(fmt, args) __attribute__ ((format (printf, fmt, args)))

extern void nbdi_cleanup_free (void *p);
#define CLEANUP_FREE __attribute__ ((cleanup (nbdi_cleanup_free)))

/* Which part of its life a handle is in, as bits for permission masks. */
#define NBDI_PHASE_CREATED 0x01u
#define NBDI_PHASE_CONNECTING 0x02u
#define NBDI_PHASE_NEGOTIATING 0x04u
#define NBDI_PHASE_CONNECTED 0x08u
#define NBDI_PHASE_CLOSED 0x10u
#define NBDI_PHASE_DEAD 0x20u

/* What an IO function of the state machine returns. */
enum {
  NBDI_IO_READY = 1,            /* done: run the state's body */
  NBDI_IO_WAIT = 0,             /* the socket, or the caller, must go first */
  NBDI_IO_FAILED = -1,          /* the error is set */
  NBDI_IO_END = -2,             /* the server closed the connection */
};

/* What a state body returns besides the number of the next state. */
#define NBDI_NEXT(state) ((int) (state))
#define NBDI_FAILED (-1)
#define NBDI_WAIT (-2)

/* Requests and single reads are never larger, whatever the server says. */
#define NBDI_MAX_REQUEST (64u * 1024 * 1024)

/* A list of strings that we own. */
struct nbdi_strings {
  char **v;                     /* NULL-terminated; NULL when empty */
  size_t len;
};

extern int nbdi_strings_add (struct nbdi_strings *list, const char *s);
extern int nbdi_strings_copy (struct nbdi_strings *list, char **from);
extern void nbdi_strings_clear (struct nbdi_strings *list);

/* What the program chose; see the pages of nbd_set_*. */
struct nbdi_settings {
  char *export_name;
  bool request_block_size;
  bool full_info;
  int tls;
  char *tls_certificates;
  bool tls_verify_peer;
  char *tls_username;
  char *tls_hostname;
  char *tls_psk_file;
  char *tls_priority;
  bool request_extended_headers;
  bool request_structured_replies;
  bool request_meta_context;
  uint32_t handshake_flags;
  bool pread_initialize;
  uint32_t strict_mode;
  bool opt_mode;
  struct nbdi_strings meta_contexts; /* the request list */
  uint32_t uri_allow_transports;
  int uri_allow_tls;
  bool uri_allow_tls_priority;
  bool uri_allow_local_file;
  char *socket_activation_name;
};

/* A metadata context that the server granted. */
struct nbdi_context {
  uint32_t id;
  char *name;
};

/* What is known of the server and of the export. */
struct nbdi_export {
  const char *protocol;         /* NULL until the greeting was read */
  uint16_t handshake_flags;     /* the server's */
  bool tls;
  bool structured_replies;
  bool extended_headers;
  bool known;                   /* size and flags are valid */
  uint64_t size;
  uint16_t flags;               /* transmission flags, cleaned */
  char *name;                   /* canonical name, or NULL */
  char *description;            /* or NULL */
  uint32_t minimum, preferred, maximum; /* block sizes, 0 = not told */
  bool contexts_asked;          /* a SET_META_CONTEXT was sent */
  bool contexts_valid;          /* and the server granted what is below */
  struct nbdi_context *contexts;
  size_t nr_contexts;
};

/* How the server was, or is being, reached. */
struct nbdi_address {
  struct sockaddr_storage addr;
  socklen_t len;
};

struct nbdi_transport;

struct nbdi_connection {
  int sock;                     /* -1 when there is none */
  const struct nbdi_transport *transport;
  struct nbdi_address *addresses; /* to be tried in order */
  size_t nr_addresses;
  size_t next;                  /* index of the next one to try */
  bool retry;                   /* when all fail: back to Created */
  int first_errno;              /* of the first address that failed */
  char *host, *port;            /* of a TCP connection by name */
  struct nbdi_address peer;     /* where we are connected; len 0 = nowhere */
  pid_t pid;                    /* the child server, or 0 */
  pid_t owner;                  /* the process that may reap and unlink */
  bool kill_child;              /* at close: socket activation */
  char *tmpdir, *tmpsock;       /* of socket activation */
};

/* Options: what is being negotiated. */
#define NBDI_MAX_PLAN 6
struct nbdi_negotiation {
  uint32_t plan[NBDI_MAX_PLAN]; /* options that are still to be sent */
  unsigned nr_plan, next;
  bool manual;                  /* asked for by the program, in option mode */
  uint32_t option;              /* whose reply is awaited */
  struct {
    uint32_t type, length;
  } reply;
  struct nbdi_strings queries;  /* of the metadata context options, if */
  bool own_queries;             /* not the request list is meant */
  int value;                    /* what the blocking form returns */
  int error;                    /* errno for completion; 0 = agreed */
  int error_errno;              /* errno for the blocking form's error */
  char *error_text;             /* set when the blocking form fails */
  nbd_list_callback list;
  nbd_context_callback context;
  nbd_completion_callback completion;
};

/* The receive buffer and what the machine is waiting for.  Bytes between
 * pos and end are received and not yet consumed.
 */
struct nbdi_in {
  uint8_t *buf;
  size_t pos, end;
  size_t cap;                   /* allocated; 0 while the buffer is away */
  size_t room;                  /* how much to ask the socket for */
  bool filled;                  /* the last receive filled the room */
  bool stop;                    /* consume nothing: no one drives, or enough */
  unsigned receives;            /* how often the socket may still be read */
  size_t need;                  /* bytes that would let the machine go on */
  uint8_t *fill;                /* FILL: where to */
  size_t fill_left;
  uint64_t skip;                /* SKIP: how many are left to discard */
};

/* Bytes of the handshake on their way out. */
struct nbdi_out {
  uint8_t *buf;
  size_t pos, end, cap;
};

/* One command of the program. */
struct nbdi_waiter;

struct nbdi_command {
  struct nbdi_command *prev, *next; /* in the one list that it is in */
  struct nbdi_command *chain;   /* in the table of cookies */
  uint64_t cookie;
  uint64_t offset, count;       /* the range */
  uint8_t *data;                /* the program's buffer */
  uint64_t mark;                /* read: all below is filled or cleared */
  uint64_t received;            /* read: sum of the content chunks */
  uint8_t *filter;              /* block status: payload, or NULL */
  uint32_t wire_length;         /* bytes that follow the header */
  uint16_t type, flags;
  bool initialize;              /* read: never show old memory */
  bool sent;                    /* the last byte of it went out */
  bool answered;                /* final reply came before that */
  bool completed;
  uint64_t status_seen;         /* block status: contexts, as bits */
  int error;
  struct nbdi_waiter *waiter;   /* of the blocking form */
  nbd_chunk_callback chunk;
  nbd_extent_callback extent;
  nbd_extent64_callback extent64;
  nbd_completion_callback completion;
};

struct nbdi_list {
  struct nbdi_command *first, *last;
};

/* Commands by what has become of them. */
struct nbdi_commands {
  struct nbdi_list pending;     /* no final reply, in order of acceptance */
  struct nbdi_list completed;   /* not retired, in order of completion */
  struct nbdi_command *queue;   /* the first pending one not sent whole */
  size_t queue_offset;          /* bytes of that one that were sent */
  size_t queued;                /* how many are not sent whole */
  uint64_t queued_bytes;        /* what they put on the wire */
  size_t sent;                  /* sent whole, unanswered */
  bool full;                    /* the socket took no more */
  bool disconnect;              /* NBD_CMD_DISC is queued or sent */
  bool disconnect_sent;         /* and the server has not closed yet */
  struct nbdi_command **table;  /* all that are not retired, by cookie */
  size_t table_size, nr_table;
  struct nbdi_command *spare;   /* for reuse */
  size_t nr_spare;
  uint64_t last_cookie;
  uint64_t nr_completed;        /* ever; tells whether one has */
  unsigned limit;               /* completions before the machine stops */
};

/* The reply that is being read. */
struct nbdi_reply {
  struct nbdi_command *command; /* NULL: unknown, to be skipped */
  struct nbdi_chunk chunk;
  uint32_t error;               /* of a simple reply */
  uint64_t offset;              /* of a content chunk, from buffer start */
  uint32_t length;              /* of a content chunk */
  uint8_t *entries;             /* block status as received */
  size_t entries_size;
};

/* Threads: who drives, and who waits for what. */
struct nbdi_waiter {
  pthread_cond_t cond;
  struct nbdi_waiter *next;
  bool queued;                  /* waits for the seat */
  bool done;                    /* blocking command: it is complete */
};

struct nbdi_seat {
  bool taken;
  pthread_t owner;              /* while it is taken */
  struct nbdi_waiter *first, **last;
};

struct nbd_handle {
  uint32_t magic;
  pthread_mutex_t lock;
  _Atomic uint32_t published;   /* see publish.c */
  enum nbdi_state state[NBDI_NR_REGIONS];
  bool waiting[NBDI_NR_REGIONS];
  bool write_shown;             /* a WRITE hint that was not used up */
  bool debug;
  char *handle_name;
  nbd_debug_callback debug_callback;
  _Atomic uintptr_t private_data;
  struct nbdi_settings settings;
  struct nbdi_connection conn;
  struct nbdi_export export;
  struct nbdi_negotiation opt;
  struct nbdi_in in;
  struct nbdi_out out;
  struct nbdi_commands cmds;
  struct nbdi_reply reply;
  struct nbdi_seat seat;
  int fatal_errno;              /* why the handle died */
  char *fatal_text;
  int broken_errno;             /* sending failed, not acted on yet */
  uint64_t bytes_sent, chunks_sent, bytes_received, chunks_received;
};

/* A transport moves bytes between buffers and the server.  Results are
 * bytes, or -1 with errno; send is never called with nothing to send.
 */
struct nbdi_transport {
  const char *name;
  ssize_t (*receive) (struct nbd_handle *h, struct iovec *iov, int n);
  ssize_t (*send) (struct nbd_handle *h, struct iovec *iov, int n);
  int (*shutdown_write) (struct nbd_handle *h); /* an NBDI_IO_ result */
};

extern const struct nbdi_transport nbdi_socket_transport;

/* call.c: entering and leaving the library. */
extern void nbdi_enter (struct nbd_handle *h, const char *name);
extern void nbdi_leave (struct nbd_handle *h);
extern void nbdi_enter_unlocked (struct nbd_handle *h, const char *name);
extern void nbdi_mark_alive (struct nbd_handle *h, bool alive);
extern bool nbdi_phase_in (const struct nbd_handle *h, unsigned mask);
extern int nbdi_check_phase (struct nbd_handle *h, unsigned mask);
extern void nbdi_publish (struct nbd_handle *h);
extern unsigned nbdi_shown_direction (const struct nbd_handle *h);

/* Run a callback of the program, which may call us on other handles. */
#define NBDI_CALLBACK(call) ({                                          \
      const char *context_ = nbdi_context ();                           \
      int r_ = (call);                                                  \
      nbdi_set_context (context_);                                      \
      r_; })

/* errors.c: one error per thread. */
extern void nbdi_set_context (const char *name);
extern const char *nbdi_context (void);
extern void nbdi_error (int errnum, const char *fmt, ...) NBDI_PRINTF (2, 3);
extern int nbdi_last_errno (void);
extern void nbdi_set_last_errno (int errnum);
extern const char *nbdi_last_text (void); /* without the context */

/* debug.c */
extern void nbdi_debug (struct nbd_handle *h, const char *fmt, ...)
  NBDI_PRINTF (2, 3);
extern void nbdi_debug_state (struct nbd_handle *h, const char *state);
extern char *nbdi_printable (const char *s);
extern char *nbdi_printable_bytes (const uint8_t *p, size_t len);
extern char *nbdi_printable_list (char **list);

/* strings.c */
extern int nbdi_replace_string (char **field, const char *value);

/* io.c: what IO states run. */
extern int nbdi_receive_more (struct nbd_handle *h, size_t n);
extern int nbdi_io_fill (struct nbd_handle *h);
extern int nbdi_io_skip (struct nbd_handle *h);
extern int nbdi_io_send (struct nbd_handle *h);
extern int nbdi_send_queue (struct nbd_handle *h);
extern void nbdi_unexpected_end (struct nbd_handle *h);
extern int nbdi_out_reserve (struct nbd_handle *h, size_t len);
extern void nbdi_free_buffers (struct nbd_handle *h);
extern void nbdi_shrink_buffers (struct nbd_handle *h);

/* Wait until n bytes lie together in the receive buffer. */
static inline int
nbdi_io_recv (struct nbd_handle *h, size_t n)
{
  if (likely (h->in.end - h->in.pos >= n && !h->in.stop))
    return NBDI_IO_READY;
  return nbdi_receive_more (h, n);
}

/* The same between two messages, where the machine may be told to stop. */
static inline int
nbdi_io_boundary (struct nbd_handle *h, size_t n)
{
  return nbdi_io_recv (h, n);
}

/* Consume n bytes that nbdi_io_recv promised. */
static inline const uint8_t *
nbdi_take (struct nbd_handle *h, size_t n)
{
  const uint8_t *p = h->in.buf + h->in.pos;
  h->in.pos += n;
  h->bytes_received += n;
  return p;
}

/* connect.c, socket.c, subprocess.c */
extern int nbdi_connect_next (struct nbd_handle *h); /* NBDI_IO_ result */
extern int nbdi_connect_check (struct nbd_handle *h);
extern void nbdi_connect_error (struct nbd_handle *h);
extern int nbdi_prepare_socket (int sock);
extern void nbdi_close_socket (struct nbd_handle *h);
extern void nbdi_forget_addresses (struct nbd_handle *h);
extern int nbdi_add_address (struct nbd_handle *h,
                             const struct sockaddr *addr, socklen_t len);
extern void nbdi_end_child (struct nbd_handle *h);

/* The child's side of a pair or listener: what fork and exec need. */
struct nbdi_spawn {
  char **argv;
  int fd;                       /* passed to the child */
  int as[2];                    /* as these numbers, -1 = none */
  const char *activation_name;  /* socket activation, or NULL */
};
extern int nbdi_spawn (struct nbd_handle *h, const struct nbdi_spawn *spawn);

/* options.c */
extern int nbdi_option_message (struct nbd_handle *h, uint32_t option,
                                const void *data, uint32_t len);
extern int nbdi_export_option_message (struct nbd_handle *h, uint32_t option);
extern int nbdi_query_option_message (struct nbd_handle *h, uint32_t option,
                                      const struct nbdi_strings *queries);
extern int nbdi_expect_option_reply (struct nbd_handle *h);
extern int nbdi_option_refused (struct nbd_handle *h, const uint8_t *text);
extern void nbdi_option_error (struct nbd_handle *h);
extern const char *nbdi_option_name (uint32_t option);
extern void nbdi_option_result (struct nbd_handle *h, int value, int error);
extern void nbdi_finish_option (struct nbd_handle *h);
extern void nbdi_free_option (struct nbd_handle *h);
extern void nbdi_plan_connect (struct nbd_handle *h);

/* export.c */
extern int nbdi_set_export (struct nbd_handle *h, uint64_t size,
                            uint16_t flags);
extern void nbdi_set_block_sizes (struct nbd_handle *h, uint32_t minimum,
                                  uint32_t preferred, uint32_t maximum);
extern void nbdi_forget_export (struct nbd_handle *h);
extern void nbdi_forget_contexts (struct nbd_handle *h);
extern void nbdi_settle_contexts (struct nbd_handle *h);
extern int nbdi_add_context (struct nbd_handle *h, uint32_t id,
                             const char *name);
extern uint32_t nbdi_payload_limit (const struct nbd_handle *h);

/* What a command puts on the wire. */
static inline uint64_t
nbdi_wire_size (const struct nbd_handle *h, const struct nbdi_command *c)
{
  return c->wire_length +
    (h->export.extended_headers ? NBD_EXTENDED_REQUEST_SIZE
                                : NBD_REQUEST_SIZE);
}

/* commands.c: issuing. */
extern const char *nbdi_command_name (uint16_t type);
extern int64_t nbdi_issue (struct nbd_handle *h,
                           const struct nbdi_command *init, int beyond_end,
                           nbd_completion_callback *completion);

/* inflight.c: the table of cookies, completion and retirement. */
extern struct nbdi_command *nbdi_new_command (struct nbd_handle *h);
extern struct nbdi_command *nbdi_find_command (struct nbd_handle *h,
                                               uint64_t cookie);
extern struct nbdi_command *nbdi_lookup_command (struct nbd_handle *h,
                                                 uint64_t cookie);
extern int nbdi_add_command (struct nbd_handle *h, struct nbdi_command *c);
extern void nbdi_fail_command (struct nbdi_command *c, int error);
extern void nbdi_answer_command (struct nbd_handle *h,
                                 struct nbdi_command *c);
extern void nbdi_retire_command (struct nbd_handle *h,
                                 struct nbdi_command *c);
extern void nbdi_abandon_unsent (struct nbd_handle *h);
extern void nbdi_abandon_commands (struct nbd_handle *h);
extern void nbdi_fall_idle (struct nbd_handle *h);
extern void nbdi_free_commands (struct nbd_handle *h);
extern int nbdi_result_of_command (struct nbd_handle *h,
                                   struct nbdi_command *c);

/* read.c: placing what a read returns. */
extern int nbdi_read_range (struct nbd_handle *h, struct nbdi_command *c,
                            uint64_t offset, uint64_t length);
extern void nbdi_read_begin (struct nbdi_command *c, uint64_t start);
extern void nbdi_read_end (struct nbdi_command *c, uint64_t start,
                           uint64_t length);
extern void nbdi_read_hole (struct nbdi_command *c, uint64_t start,
                            uint64_t length);
extern void nbdi_read_finish (struct nbdi_command *c);
extern void nbdi_call_chunk (struct nbdi_command *c, uint64_t start,
                             uint64_t length, unsigned status);
extern void nbdi_call_error_chunk (struct nbdi_command *c, uint64_t offset,
                                   int error);

/* status.c: block status replies. */
extern void nbdi_deliver_extents (struct nbd_handle *h,
                                  struct nbdi_command *c);

extern bool nbdi_status_is_complete (const struct nbd_handle *h,
                                     const struct nbdi_command *c);

/* drive.c, seat.c: moving the machine. */
extern void nbdi_take_seat (struct nbd_handle *h);
extern int nbdi_take_seat_until (struct nbd_handle *h,
                                 const struct timespec *end);
extern void nbdi_leave_seat (struct nbd_handle *h);
extern int nbdi_wait_command (struct nbd_handle *h, int64_t cookie);
extern int nbdi_wait_option (struct nbd_handle *h);
extern int nbdi_wait_connected (struct nbd_handle *h);
typedef bool nbdi_condition (const struct nbd_handle *h, void *opaque);
extern int nbdi_drive_until (struct nbd_handle *h, nbdi_condition *done,
                             void *opaque);
extern void nbdi_flush (struct nbd_handle *h);
extern void nbdi_wake (struct nbd_handle *h, struct nbdi_waiter *w);

/* The end of a connection. */
extern void nbdi_end_connection (struct nbd_handle *h, bool fatal);
extern void nbdi_fatal_error (struct nbd_handle *h);

#endif /* NBDI_INTERNAL_H */
