/* SPDX-License-Identifier: MIT */
/* The session layer: what belongs to the export, and to the program that
 * uses it: settings, what the server promised, and commands.  It knows
 * nothing of connections. */

#ifndef NBDI_SESSION_H
#define NBDI_SESSION_H

#include "base/base.h"
#include "base/settings.h"
#include "session/lane.h"
#include "session/promise.h"
#include "session/unsettled.h"

/* Requests and single reads are never larger, even if the server permits
 * it. */
#define NBDI_MAX_REQUEST (64u * 1024 * 1024)

/* Lengths in block status that do not fit into 32 or 63 bits are cut to the
 * largest multiple of 64 MiB, which is also a multiple of every block size. */
#define NBDI_CUT_32 UINT64_C (0xfc000000)
#define NBDI_CUT_63 UINT64_C (0x7ffffffffc000000)

/* One command of the program. */
struct nbdi_command {
  struct nbdi_list *list;           /* that it is in */
  struct nbdi_command *prev, *next; /* in that list */
  struct nbdi_command *chain;       /* next in the table of cookies */
  uint64_t cookie;
  uint64_t offset, count; /* the range */
  uint8_t *data;          /* the program's buffer */
  uint8_t *own;           /* the library's in its place, or NULL */
  uint64_t mark;          /* read: all before it is filled or cleared */
  uint64_t received;      /* read: sum of the content chunks */
  uint8_t *filter;        /* block status: payload, or NULL */
  uint32_t wire_length;   /* bytes that follow the header */
  uint16_t type, flags;
  bool initialize; /* read: clear what is not filled */
  bool extents64;  /* block status: the callback takes these */
  bool begun;      /* at least one byte was sent */
  bool sent;       /* the last byte was sent */
  bool answered;   /* the final reply came before that */
  bool completed;
  bool disowned; /* the program does not retire it */
  bool internal; /* the library's own: has no completion */
  bool shadow;   /* the same, in the place of one that ended early */
  bool repeated; /* it was sent on a connection that was lost */
  bool refused;  /* the server shuts down, and has not done it */
  int error;
  char *why;                    /* text of the error, or NULL */
  uint64_t status_seen;         /* block status: contexts seen, as bits */
  uint64_t nr_told;             /* chunks, or errors with offset */
  struct nbdi_waiter *waiter;   /* of the blocking form */
  uint64_t expires;             /* 0: never */
  uint64_t covers, number;      /* flush: settles this seq; its number */
  struct nbdi_entry *entry;     /* of the journal, sent again */
  struct nbdi_ghost *ghost;     /* of a cancelled one; this is its shadow */
  union {                       /* called as the reply arrives */
    nbd_chunk_callback chunk;   /* read */
    nbd_extent_callback extent; /* block status */
    nbd_extent64_callback extent64; /* the same, if extents64 */
  };
  nbd_completion_callback completion;
};

/* Commands that are not in a lane, by their condition; and the table of all
 * commands. */
struct nbdi_commands {
  struct nbdi_list waiting;    /* not yet given to a connection, in order */
  struct nbdi_list settling;   /* answered, but must wait for a flush */
  struct nbdi_list completed;  /* not retired, in order of completion */
  size_t nr_pending;           /* not completed, */
  size_t nr_internal;          /* of these, the library's own */
  uint64_t next_expiry;        /* no command expires before; 0: none does */
  bool disconnect;             /* NBD_CMD_DISC was accepted */
  struct nbdi_command **table; /* all that are not retired, by cookie */
  size_t table_size, nr_table;
  struct nbdi_command *spare; /* for reuse */
  size_t nr_spare;
  uint64_t last_cookie;
  uint64_t nr_completed; /* ever; tells whether one has */
};

/* An outage: a time without a connection.  Times are those of nbdi_now. */
struct nbdi_outage {
  uint64_t since;    /* 0: there is a connection */
  uint64_t ends;     /* when to give up; 0: never */
  unsigned attempts; /* that failed */
  bool stood;        /* a connection was lost, see the rest */
  bool told;         /* the handle's error already says all this */
  int error;         /* of the last attempt, or of the loss */
  char *why;         /* the connection was lost, or NULL */
  char *last;        /* how the last attempt failed, or NULL */
};

struct nbdi_session {
  struct nbdi_trace trace;
  struct nbdi_settings settings;
  struct nbdi_strings meta_contexts; /* the request list */
  struct nbdi_strings queries;       /* those asked for in option mode */
  struct nbdi_export export;         /* what the server promised of it, */
  struct nbdi_agreement agreed;      /* and agreed to, at first */
  bool promised;                     /* a handshake has succeeded */
  struct nbdi_commands cmds;
  nbd_event_callback event;         /* or none */
  unsigned nr_events;               /* that it was called for */
  nbd_interrupt_callback interrupt; /* or none */
  int fatal_errno;                  /* why the handle died */
  char *fatal_text;

  /* For handles that stay connected. */
  struct nbdi_outage outage;
  uint16_t last_epoch; /* of the last connection */
  bool links_failed;   /* there is no memory for more links */
  bool lasting;        /* the handle stays connected or has deadlines */
  bool sends_itself;   /* the program sends requests that are held back */
  pid_t owner;         /* the process that may connect again */
  char *where;         /* the server and export, for messages, or NULL */
  uint32_t largest;    /* payload that the program ever asked for */
  bool journalled;     /* writes are remembered until they are durable */
  struct nbdi_journal journal;
  struct nbdi_ghosts ghosts;
  bool own_flush; /* a flush of the library's own is in flight */
  struct nbdi_pace pace;
  uint64_t nr_flushes; /* ever sent */
  int flush_error;     /* of an own one, for the program's next flush */
  char *unsettled;     /* what was lost, for the error of the next flush */
  int unwritten_errno; /* the server refused an entry of the journal */
  char *unwritten;     /* which one, or NULL */
  uint64_t nr_reconnects, nr_replayed;
};

/* Whether a new command may be unable to go out at once: there may be no
 * connection, or a ghost may be in its way. */
static inline bool
nbdi_may_have_to_wait (const struct nbdi_session *s)
{
  return s->lasting || s->ghosts.nr > 0 || s->cmds.waiting.nr > 0;
}

/* export.c: what a server says of the export. */
extern int nbdi_set_export (const struct nbdi_session *s,
                            struct nbdi_export *e, uint64_t size,
                            uint16_t flags, uint16_t meaningless);
extern void nbdi_set_block_sizes (const struct nbdi_session *s,
                                  struct nbdi_export *e, uint32_t minimum,
                                  uint32_t preferred, uint32_t maximum);
extern void nbdi_forget_export (struct nbdi_export *e);
extern void nbdi_forget_contexts (struct nbdi_export *e);
extern void nbdi_settle_contexts (const struct nbdi_session *s,
                                  struct nbdi_export *e);
extern void nbdi_refused_export (const struct nbdi_session *s,
                                 struct nbdi_export *e, uint32_t reply);
extern int nbdi_add_context (struct nbdi_export *e, uint32_t id,
                             const char *name);
extern uint32_t nbdi_payload_limit (const struct nbdi_session *s);

/* failure.c: what went wrong with a command. */
extern void nbdi_fail_command (struct nbdi_session *s, struct nbdi_command *c,
                               int error, const char *fmt, ...)
  NBDI_PRINTF (4, 5);
extern void nbdi_server_failed (struct nbdi_session *s,
                                struct nbdi_command *c, int error,
                                uint32_t wire, const char *more);

/* commands.c: commands by cookie, from acceptance to retirement. */
extern struct nbdi_command *nbdi_new_command (struct nbdi_session *s);
extern struct nbdi_command *nbdi_find_command (struct nbdi_session *s,
                                               const struct nbdi_lane *lane,
                                               uint64_t cookie);
extern struct nbdi_command *nbdi_lookup_command (const struct nbdi_session *s,
                                                 uint64_t cookie);
extern int nbdi_add_command (struct nbdi_session *s, struct nbdi_command *c,
                             struct nbdi_list *to);
extern int nbdi_add_own_command (struct nbdi_session *s,
                                 const struct nbdi_command *init,
                                 struct nbdi_list *to);
extern void nbdi_move_command (struct nbdi_command *c, struct nbdi_list *to);
extern void nbdi_begin_again (struct nbdi_command *c);
extern void nbdi_return_command (struct nbdi_session *s,
                                 struct nbdi_command *c);
extern void nbdi_complete_command (struct nbdi_session *s,
                                   struct nbdi_command *c);
extern void nbdi_retire_command (struct nbdi_session *s,
                                 struct nbdi_command *c);
extern struct nbdi_command *nbdi_new_shadow (struct nbdi_session *s,
                                             struct nbdi_command *c);
extern int nbdi_disown_command (struct nbdi_command *c, bool again);
extern void nbdi_abandon_unsent (struct nbdi_session *s,
                                 struct nbdi_list *list);
extern void nbdi_abandon_commands (struct nbdi_session *s,
                                   struct nbdi_list *list);
extern void nbdi_leave_buffers (struct nbdi_list *list);
extern void nbdi_trim_commands (struct nbdi_session *s);
extern void nbdi_free_commands (struct nbdi_session *s);

/* event.c: the event callback of the program, for news of connections. */
extern void nbdi_tell (struct nbdi_session *s, unsigned event, int64_t value,
                       const char *fmt, ...) NBDI_PRINTF (4, 5);

/* read.c: placing what a read returns. */
extern int nbdi_check_read_range (const struct nbdi_command *c,
                                  uint64_t offset, uint64_t length);
extern bool nbdi_read_has_room (struct nbdi_session *s,
                                struct nbdi_command *c, uint64_t length);
extern void nbdi_read_begin (struct nbdi_command *c, uint64_t start);
extern void nbdi_read_end (struct nbdi_command *c, uint64_t start,
                           uint64_t length);
extern void nbdi_read_hole (struct nbdi_command *c, uint64_t start,
                            uint64_t length);
extern void nbdi_read_finish (struct nbdi_session *s, struct nbdi_command *c);
extern void nbdi_call_chunk (struct nbdi_session *s, struct nbdi_command *c,
                             uint64_t start, uint64_t length,
                             unsigned status);
extern void nbdi_call_error_chunk (struct nbdi_session *s,
                                   struct nbdi_command *c, uint64_t offset,
                                   int error);

/* extents.c: passing extents to the program.  The payload of a chunk: */
struct nbdi_extents {
  const uint8_t *p; /* the whole payload */
  size_t size;
  bool wide;                      /* has 64 bit lengths */
  bool wide_agreed;               /* as was negotiated */
  const struct nbdi_export *told; /* of the connection that it came on */
};
extern bool nbdi_status_has_room (struct nbdi_session *s,
                                  struct nbdi_command *c);
extern void nbdi_deliver_extents (struct nbdi_session *s,
                                  struct nbdi_command *c,
                                  const struct nbdi_extents *x);
extern void nbdi_translate_filter (struct nbdi_command *c,
                                   const struct nbdi_export *from,
                                   const struct nbdi_export *to);
extern void nbdi_status_finish (struct nbdi_session *s,
                                struct nbdi_command *c);

#endif /* NBDI_SESSION_H */
