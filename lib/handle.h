/* SPDX-License-Identifier: MIT */
/* The handle, as named parts. */

#ifndef NBDI_HANDLE_H
#define NBDI_HANDLE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

#include "libnbd.h"
#include "protocol.h"
#include "settings.h"
#include "states.h"
#include "wire.h"

/* Which part of its life a handle is in, as bits for permission masks. */
#define NBDI_PHASE_CREATED 0x01u
#define NBDI_PHASE_CONNECTING 0x02u
#define NBDI_PHASE_NEGOTIATING 0x04u
#define NBDI_PHASE_CONNECTED 0x08u
#define NBDI_PHASE_CLOSED 0x10u
#define NBDI_PHASE_DEAD 0x20u

/* A list of strings that we own. */
struct nbdi_strings {
  char **v;                     /* NULL-terminated; NULL when empty */
  size_t len;
  size_t bytes;                 /* of all, without what ends them */
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
  bool asked;                   /* an INFO or GO was sent */
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

/* Bytes on their way, those between pos and end being there. */
struct nbdi_bytes {
  uint8_t *buf;
  size_t pos, end, cap;
};

/* How the server was, or is being, reached. */
struct nbdi_address {
  struct sockaddr_storage addr;
  socklen_t len;
};

/* What a child that could not become the program tells us; the memory is
 * shared with it.
 */
struct nbdi_start {
  int errnum;                   /* 0: nothing went wrong yet */
  char what[256];               /* could not be done */
};

struct nbdi_transport;
struct nbdi_tls;

struct nbdi_connection {
  int sock;                     /* -1 when there is none */
  const struct nbdi_transport *transport;
  struct nbdi_tls *tls;         /* NULL while nothing is encrypted */
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
  struct nbdi_start *start;     /* how the child began, or NULL */
  bool fate_missing;            /* fatal_text lacks how the child ended */
  char *tmpdir, *tmpsock;       /* of socket activation */
};

/* Options: what is being negotiated. */
#define NBDI_MAX_PLAN 6
struct nbdi_negotiation {
  uint32_t plan[NBDI_MAX_PLAN]; /* options that are still to be sent */
  unsigned nr_plan, next;
  bool manual;                  /* asked for by the program, in option mode */
  bool sizes_required;          /* the server insists on block sizes */
  uint32_t option;              /* whose reply is awaited */
  struct {
    uint32_t type, length;      /* 0 until its head was received */
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

/* One command of the program. */
struct nbdi_waiter;

struct nbdi_command {
  struct nbdi_command *prev, *next; /* in the one list that it is in */
  struct nbdi_command *chain;   /* in the table of cookies */
  uint64_t cookie;
  uint64_t offset, count;       /* the range */
  uint8_t *data;                /* the program's buffer */
  uint8_t *own;                 /* ours in its place, or NULL */
  uint64_t mark;                /* read: all below is filled or cleared */
  uint64_t received;            /* read: sum of the content chunks */
  uint8_t *filter;              /* block status: payload, or NULL */
  uint32_t wire_length;         /* bytes that follow the header */
  uint16_t type, flags;
  bool initialize;              /* read: never show old memory */
  bool sent;                    /* the last byte of it went out */
  bool answered;                /* final reply came before that */
  bool completed;
  bool disowned;                /* nobody will ask how it ended */
  int error;
  char *why;                    /* what the error means here, or NULL */
  uint64_t status_seen;         /* block status: contexts, as bits */
  uint64_t nr_told;             /* block status: chunks; read: errors with
                                   an offset */
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
  uint32_t error;               /* of an error chunk, as on the wire */
  uint64_t offset;              /* of a content chunk, from buffer start */
  uint32_t length;              /* of a content chunk */
  uint8_t *entries;             /* block status as received */
  size_t entries_size;          /* those for which there is room */
};

/* Threads: who drives, and who waits for what. */
struct nbdi_waiter {
  pthread_cond_t cond;
  struct nbdi_waiter *next;
  bool may_sleep;               /* cond is initialised */
  bool queued;                  /* waits for the seat */
  bool watches;                 /* sleeps in poll, not for cond */
  bool stays;                   /* cannot be cancelled in its sleep */
  int wake_fd;                  /* ends that; -1: there is none yet */
  bool done;                    /* blocking command: it is complete */
};

struct nbdi_seat {
  bool taken;
  pthread_t owner;              /* while it is taken */
  short events;                 /* what the owner sleeps for, else 0 */
  unsigned watchers;            /* other threads that poll the socket */
  int lingering;                /* which the last of them closes, or -1 */
  struct nbdi_waiter *first, **last;
};

struct nbd_handle {
  uint32_t magic;
  pthread_mutex_t lock;
  _Atomic uint32_t published;   /* see call.c */
  enum nbdi_state state[NBDI_NR_REGIONS];
  bool waiting[NBDI_NR_REGIONS];
  bool write_shown;             /* a WRITE hint that was not used up */
  bool debug;
  char *handle_name;
  nbd_debug_callback debug_callback;
  _Atomic uintptr_t private_data;
  struct nbdi_settings settings;
  struct nbdi_strings meta_contexts; /* the request list */
  struct nbdi_connection conn;
  struct nbdi_export export;
  struct nbdi_negotiation opt;
  struct nbdi_in in;
  struct nbdi_bytes out;        /* of the handshake */
  struct nbdi_commands cmds;
  struct nbdi_reply reply;
  struct nbdi_seat seat;
  int fatal_errno;              /* why the handle died */
  char *fatal_text;
  int broken_errno;             /* sending failed, not acted on yet */
  char *broken_text;            /* what the transport says of it, or NULL */
  uint64_t bytes_sent, chunks_sent, bytes_received, chunks_received;
};

#endif /* NBDI_HANDLE_H */
