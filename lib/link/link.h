/* SPDX-License-Identifier: MIT */
/* The link layer: what belongs to one connection and ends with it. */

#ifndef NBDI_LINK_H
#define NBDI_LINK_H

#include "link/states.h"
#include "reach/reach.h"
#include "session/lane.h"
#include "session/promise.h"

struct nbdi_session;
struct nbdi_witness;

/* The phases of a link, as bits for permission masks. */
#define NBDI_PHASE_CREATED 0x01u
#define NBDI_PHASE_CONNECTING 0x02u
#define NBDI_PHASE_NEGOTIATING 0x04u
#define NBDI_PHASE_CONNECTED 0x08u
#define NBDI_PHASE_CLOSED 0x10u
#define NBDI_PHASE_DEAD 0x20u

/* The negotiation of options. */
#define NBDI_MAX_PLAN 6
struct nbdi_negotiation {
  uint32_t plan[NBDI_MAX_PLAN]; /* options that are still to be sent */
  unsigned nr_plan, next;
  bool manual;         /* the program asked for it, in option mode */
  bool sizes_required; /* the server insists on block sizes */
  uint32_t option;     /* that is being negotiated */
  struct {
    uint32_t type, length; /* 0 until its header was received */
  } reply;
  struct nbdi_strings queries; /* of the metadata context options, if */
  bool own_queries;            /* these are not the request list */
  uint32_t refusal;            /* the last error reply */
  int value;                   /* what the blocking form returns */
  int error;                   /* errno for completion; 0 = agreed */
  int error_errno;             /* errno for the blocking form's error */
  char *error_text;            /* set when the blocking form fails */
  union {                      /* called for each part of the answer */
    nbd_list_callback list;
    nbd_context_callback context;
  };
  nbd_completion_callback completion;
};

/* The receive buffer, and what the machine waits for.  The bytes between
 * pos and end were received and are not consumed yet. */
struct nbdi_in {
  uint8_t *buf;
  uint32_t pos, end;
  uint32_t cap;  /* allocated; 0 while there is no buffer */
  uint32_t room; /* how much to ask the socket for */
  uint32_t need; /* bytes with which the machine can go on */
  bool filled;   /* the last receive filled the room */
  bool stop;     /* consume nothing: no driver, or limit reached */
  uint8_t *fill; /* FILL: the destination */
  size_t fill_left;
  uint64_t skip; /* SKIP: bytes that are left to discard */
};

/* The reply that is being read. */
struct nbdi_reply {
  struct nbdi_command *command; /* NULL: unknown, to be skipped */
  struct nbdi_chunk chunk;
  uint32_t error;      /* of an error chunk, as on the wire */
  uint64_t offset;     /* of a content chunk, in the buffer */
  uint32_t length;     /* of a content chunk */
  uint8_t *entries;    /* block status as received */
  size_t entries_size; /* allocated, in bytes */
};

/* Sending requests. */
struct nbdi_sending {
  size_t begun;      /* bytes sent of the first in the queue */
  bool full;         /* the socket is full */
  bool disconnect;   /* NBD_CMD_DISC was sent */
  int broken_errno;  /* sending failed; not acted upon yet */
  char *broken_text; /* the transport's error text, or NULL */
  int told_errno;    /* the transport's errno, or 0 */
  bool lost;         /* the transport says: connection gone */
};

/* When to connect again; times are those of nbdi_now. */
struct nbdi_attempt {
  uint64_t next;   /* next attempt, or check of the child */
  uint64_t kill;   /* when to kill the child, if it still runs */
  uint64_t pause;  /* between the next attempt and the one after */
  unsigned silent; /* attempts in which the server was silent */
};

struct nbdi_link {
  struct nbdi_session *session; /* to which it belongs */
  struct nbdi_link *next;       /* of the session, in a circular list */
  enum nbdi_state state[NBDI_NR_REGIONS];
  bool waiting[NBDI_NR_REGIONS];
  unsigned number; /* among its session's links; the first is 0 */
  uint16_t epoch;  /* number of its connection in the session */
  bool joined;     /* it can be given commands */
  bool leaving;    /* NBD_CMD_DISC is the last in its lane */
  bool dismissed;  /* the server shuts down: no more commands for it */
  bool proved;     /* another link's server still runs: may join */
  uint64_t after;  /* a reply to a cookie above this proves that */
  struct nbdi_channel channel;
  struct nbdi_reach reach;
  struct nbdi_attempt attempt;
  struct nbdi_witness *witness; /* of the server's process, or NULL */
  struct nbdi_agreement agreed;
  struct nbdi_export *told;      /* the session's export, or */
  struct nbdi_export told_again; /* to be compared with it */
  struct nbdi_negotiation opt;
  struct nbdi_in in;
  struct nbdi_bytes out; /* bytes of the handshake to be sent */
  struct nbdi_reply reply;
  struct nbdi_lane lane;
  struct nbdi_sending sending;
  unsigned limit;    /* the machine stops after these completions */
  int lost_errno;    /* after NBDI_IO_LOST: the errno, */
  bool lost_sending; /* of send if true, else of recv, */
  bool lost_told;    /* and the thread's error has it already */
  uint64_t bytes_sent, chunks_sent, bytes_received, chunks_received;
};

static inline bool
nbdi_link_in (const struct nbdi_link *l, unsigned phases)
{
  return (nbdi_phase (l) & phases) != 0;
}

/* link.c */
extern void nbdi_init_link (struct nbdi_link *l, struct nbdi_session *s,
                            struct nbdi_export *told,
                            const struct nbdi_trace *trace);
extern int nbdi_out_reserve (struct nbdi_link *l, size_t len);
extern void nbdi_free_buffers (struct nbdi_link *l);
/* The first size of a receive buffer, and the size while nothing is
 * received: the reply to a 4 KiB read fits. */
#define NBDI_ROOM_MIN (8u * 1024)
extern void nbdi_shrink_buffers (struct nbdi_link *l);
extern void nbdi_forget_entries (struct nbdi_link *l);
extern void nbdi_move_fill (struct nbdi_link *l, const uint8_t *from,
                            uint8_t *to);

/* io.c: what IO states run. */
extern int nbdi_receive_more (struct nbdi_link *l, size_t n);
extern int nbdi_io_fill (struct nbdi_link *l);
extern int nbdi_io_skip (struct nbdi_link *l);
extern int nbdi_io_send (struct nbdi_link *l);

/* Wait until n contiguous bytes are in the receive buffer. */
static inline int
nbdi_io_recv (struct nbdi_link *l, size_t n)
{
  if (likely (l->in.end - l->in.pos >= n && !l->in.stop))
    return NBDI_IO_READY;
  return nbdi_receive_more (l, n);
}

/* Consume n bytes, after nbdi_io_recv returned READY. */
static inline const uint8_t *
nbdi_take (struct nbdi_link *l, size_t n)
{
  const uint8_t *p = l->in.buf + l->in.pos;
  l->in.pos += n;
  l->bytes_received += n;
  return p;
}

/* On the wire, a cookie includes the epoch of the connection, so that a
 * reply on an earlier connection is not taken for one to a later command. */
#define NBDI_EPOCH_SHIFT 48

static inline uint64_t
nbdi_wire_cookie (const struct nbdi_link *l, uint64_t cookie)
{
  return cookie | (uint64_t) l->epoch << NBDI_EPOCH_SHIFT;
}

/* The reverse; 0, which is never a cookie, if the epoch is another one. */
static inline uint64_t
nbdi_own_cookie (const struct nbdi_link *l, uint64_t wire)
{
  return wire >> NBDI_EPOCH_SHIFT == l->epoch
           ? wire & ((UINT64_C (1) << NBDI_EPOCH_SHIFT) - 1)
           : 0;
}

#endif /* NBDI_LINK_H */
