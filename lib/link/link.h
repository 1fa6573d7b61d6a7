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

/* Which part of its life a link is in, as bits for permission masks. */
#define NBDI_PHASE_CREATED 0x01u
#define NBDI_PHASE_CONNECTING 0x02u
#define NBDI_PHASE_NEGOTIATING 0x04u
#define NBDI_PHASE_CONNECTED 0x08u
#define NBDI_PHASE_CLOSED 0x10u
#define NBDI_PHASE_DEAD 0x20u

/* Options: what is being negotiated. */
#define NBDI_MAX_PLAN 6
struct nbdi_negotiation {
  uint32_t plan[NBDI_MAX_PLAN]; /* options that are still to be sent */
  unsigned nr_plan, next;
  bool manual;         /* asked for by the program, in option mode */
  bool sizes_required; /* the server insists on block sizes */
  uint32_t option;     /* whose reply is awaited */
  struct {
    uint32_t type, length; /* 0 until its head was received */
  } reply;
  struct nbdi_strings queries; /* of the metadata context options, if */
  bool own_queries;            /* not the request list is meant */
  uint32_t refusal;            /* the last that came */
  int value;                   /* what the blocking form returns */
  int error;                   /* errno for completion; 0 = agreed */
  int error_errno;             /* errno for the blocking form's error */
  char *error_text;            /* set when the blocking form fails */
  union {                      /* told of each part of the answer */
    nbd_list_callback list;
    nbd_context_callback context;
  };
  nbd_completion_callback completion;
};

/* The receive buffer and what the machine is waiting for.  Bytes between
 * pos and end are received and not yet consumed. */
struct nbdi_in {
  uint8_t *buf;
  uint32_t pos, end;
  uint32_t cap;  /* allocated; 0 while the buffer is away */
  uint32_t room; /* how much to ask the socket for */
  uint32_t need; /* bytes that would let the machine go on */
  bool filled;   /* the last receive filled the room */
  bool stop;     /* consume nothing: no one drives, or enough */
  uint8_t *fill; /* FILL: where to */
  size_t fill_left;
  uint64_t skip; /* SKIP: how many are left to discard */
};

/* The reply that is being read. */
struct nbdi_reply {
  struct nbdi_command *command; /* NULL: unknown, to be skipped */
  struct nbdi_chunk chunk;
  uint32_t error;      /* of an error chunk, as on the wire */
  uint64_t offset;     /* of a content chunk, from buffer start */
  uint32_t length;     /* of a content chunk */
  uint8_t *entries;    /* block status as received */
  size_t entries_size; /* those for which there is room */
};

/* Requests on their way. */
struct nbdi_sending {
  size_t begun;      /* bytes of the queue's first that were sent */
  bool full;         /* the socket took no more */
  bool disconnect;   /* NBD_CMD_DISC was sent */
  int broken_errno;  /* sending failed, not acted on yet */
  char *broken_text; /* what the transport says of it, or NULL */
  int told_errno;    /* what it says errno is; 0: nothing */
  bool lost;         /* it says that the connection is gone */
};

/* When to try again; times as nbdi_now has them. */
struct nbdi_attempt {
  uint64_t next;   /* attempt, or look after the child */
  uint64_t kill;   /* the child, if it has not ended by then */
  uint64_t pause;  /* before the attempt after the next one */
  unsigned silent; /* how many had no answer */
};

struct nbdi_link {
  struct nbdi_session *session; /* that it serves */
  struct nbdi_link *next;       /* that serves it, too, in a circle */
  enum nbdi_state state[NBDI_NR_REGIONS];
  bool waiting[NBDI_NR_REGIONS];
  unsigned number; /* of its session's links, the first is 0 */
  uint16_t epoch;  /* which of its session's connections it has */
  bool joined;     /* it is given commands */
  bool leaving;    /* the last of them is NBD_CMD_DISC */
  bool proved;     /* another lives that it may join */
  uint64_t after;  /* commands whose cookies are above this would prove it */
  struct nbdi_channel channel;
  struct nbdi_reach reach;
  struct nbdi_attempt attempt;
  struct nbdi_witness *witness; /* of the server's process, or NULL */
  struct nbdi_agreement agreed;
  struct nbdi_export *told;      /* of the export: the session's, or */
  struct nbdi_export told_again; /* to be held against that */
  struct nbdi_negotiation opt;
  struct nbdi_in in;
  struct nbdi_bytes out; /* of the handshake */
  struct nbdi_reply reply;
  struct nbdi_lane lane;
  struct nbdi_sending sending;
  unsigned limit;    /* completions before the machine stops */
  int lost_errno;    /* after NBDI_IO_LOST: what broke it, */
  bool lost_sending; /* in send or in recv */
  bool lost_told;    /* the error says it already, once */
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
/* How large a receive buffer begins, and stays while nothing is received: the
 * reply to a 4 KiB read fits in. */
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

/* Wait until n bytes lie together in the receive buffer. */
static inline int
nbdi_io_recv (struct nbdi_link *l, size_t n)
{
  if (likely (l->in.end - l->in.pos >= n && !l->in.stop))
    return NBDI_IO_READY;
  return nbdi_receive_more (l, n);
}

/* Consume n bytes that nbdi_io_recv promised. */
static inline const uint8_t *
nbdi_take (struct nbdi_link *l, size_t n)
{
  const uint8_t *p = l->in.buf + l->in.pos;
  l->in.pos += n;
  l->bytes_received += n;
  return p;
}

/* On the wire a command's cookie tells which link it was sent on, so that no
 * reply of an earlier one is taken for that of a later one. */
#define NBDI_EPOCH_SHIFT 48

static inline uint64_t
nbdi_wire_cookie (const struct nbdi_link *l, uint64_t cookie)
{
  return cookie | (uint64_t) l->epoch << NBDI_EPOCH_SHIFT;
}

/* The way back; 0, which is no cookie, if it is another link's. */
static inline uint64_t
nbdi_own_cookie (const struct nbdi_link *l, uint64_t wire)
{
  return wire >> NBDI_EPOCH_SHIFT == l->epoch
           ? wire & ((UINT64_C (1) << NBDI_EPOCH_SHIFT) - 1)
           : 0;
}

#endif /* NBDI_LINK_H */
