/* SPDX-License-Identifier: MIT */
/* The session layer: what belongs to the export, and to the program that uses
 * it: settings, what the server promised, and commands.  It knows of no
 * connection. */

#ifndef NBDI_SESSION_H
#define NBDI_SESSION_H

#include "base/base.h"
#include "base/settings.h"
#include "session/lane.h"
#include "session/promise.h"
#include "session/unsettled.h"

/* Requests and single reads are never larger, whatever the server says. */
#define NBDI_MAX_REQUEST (64u * 1024 * 1024)

/* Lengths for block status that do not fit into 32 or 63 bits are cut to the
 * largest multiple of 64 MiB, which is one of every block size. */
#define NBDI_CUT_32 UINT64_C (0xfc000000)
#define NBDI_CUT_63 UINT64_C (0x7ffffffffc000000)

/* One command of the program. */
struct nbdi_command {
  struct nbdi_list *list;           /* the one that it is in */
  struct nbdi_command *prev, *next; /* there */
  struct nbdi_command *chain;       /* in the table of cookies */
  uint64_t cookie;
  uint64_t offset, count; /* the range */
  uint8_t *data;          /* the program's buffer */
  uint8_t *own;           /* ours in its place, or NULL */
  uint64_t mark;          /* read: all below is filled or cleared */
  uint64_t received;      /* read: sum of the content chunks */
  uint8_t *filter;        /* block status: payload, or NULL */
  uint32_t wire_length;   /* bytes that follow the header */
  uint16_t type, flags;
  bool initialize; /* read: never show old memory */
  bool extents64;  /* block status: the callback takes these */
  bool begun;      /* a part of it went out */
  bool sent;       /* the last byte of it went out */
  bool answered;   /* final reply came before that */
  bool completed;
  bool disowned; /* nobody will ask how it ended */
  bool internal; /* the library's own: it is only retired */
  bool repeated; /* it was sent on a connection that was lost */
  int error;
  char *why;                        /* what the error means here, or NULL */
  uint64_t status_seen;             /* block status: contexts, as bits */
  uint64_t nr_told;                 /* block status: chunks; read: errors with
                                   an offset */
  struct nbdi_waiter *waiter;       /* of the blocking form */
  uint64_t expires;                 /* 0: never */
  uint64_t covers, number;          /* flush: what is durable after it, and
                                       the how manieth it is */
  struct nbdi_entry *entry;         /* of the journal, written again */
  struct nbdi_ghost *ghost;         /* cancelled, but it may be carried out */
  union {                           /* told of the reply as it comes */
    nbd_chunk_callback chunk;       /* read */
    nbd_extent_callback extent;     /* block status */
    nbd_extent64_callback extent64; /* the same, if extents64 */
  };
  nbd_completion_callback completion;
};

/* Commands by what has become of them; others are in the lanes. */
struct nbdi_commands {
  struct nbdi_list waiting;    /* given to no connection, in their order */
  struct nbdi_list settling;   /* answered, but a flush must come first */
  struct nbdi_list completed;  /* not retired, in order of completion */
  size_t nr_pending;           /* are not completed, */
  size_t nr_internal;          /* these of them the library's own */
  uint64_t next_expiry;        /* none expires before that; 0: never */
  bool disconnect;             /* NBD_CMD_DISC was accepted */
  struct nbdi_command **table; /* all that are not retired, by cookie */
  size_t table_size, nr_table;
  struct nbdi_command *spare; /* for reuse */
  size_t nr_spare;
  uint64_t last_cookie;
  uint64_t nr_completed; /* ever; tells whether one has */
};

/* While no connection stands; times as nbdi_now has them. */
struct nbdi_outage {
  uint64_t since;    /* 0: one does */
  uint64_t ends;     /* patience does; 0: never */
  unsigned attempts; /* that failed */
  bool stood;        /* one was lost, of which the rest tells */
  bool told;         /* the handle's error is the whole story */
  int error;         /* of the last of them, or of the loss */
  char *why;         /* it was lost, or NULL */
  char *last;        /* what the last attempt met, or NULL */
};

struct nbdi_session {
  struct nbdi_trace trace;
  struct nbdi_settings settings;
  struct nbdi_strings meta_contexts; /* the request list */
  struct nbdi_strings queries;       /* what was asked for in option mode */
  struct nbdi_export export;         /* what the server promised of it, */
  struct nbdi_agreement agreed;      /* and how to speak, once */
  bool promised;                     /* a connection stood */
  struct nbdi_commands cmds;
  nbd_event_callback event;         /* or none */
  unsigned nr_events;               /* that it was told */
  nbd_interrupt_callback interrupt; /* or none */
  int fatal_errno;                  /* why the handle died */
  char *fatal_text;

  /* What a handle needs that stays connected. */
  struct nbdi_outage outage;
  uint16_t last_epoch; /* of its connections */
  bool links_failed;   /* there is no memory for further ones */
  bool lasting;        /* it does, or has deadlines */
  bool sends_itself;   /* the program sends what waits for company */
  pid_t owner;         /* the process that may connect again */
  char *where;         /* the server and export, for messages, or NULL */
  uint32_t largest;    /* payload that was ever asked for */
  bool journalled;     /* writes are remembered until they are durable */
  struct nbdi_journal journal;
  struct nbdi_ghosts ghosts;
  bool own_flush; /* one of ours is under way */
  struct nbdi_pace pace;
  uint64_t nr_flushes; /* ever sent */
  int flush_error;     /* of one of ours, for the program's next */
  char *unsettled;     /* was lost, the next flush will tell */
  int unwritten_errno; /* the journal was refused */
  char *unwritten;     /* what of it, or NULL */
  uint64_t nr_reconnects, nr_replayed;
};

/* Whether a new command cannot just be sent: there may be no connection, or it
 * may have to be held because of a ghost. */
static inline bool
nbdi_may_have_to_wait (const struct nbdi_session *s)
{
  return s->lasting || s->ghosts.nr > 0 || s->cmds.waiting.nr > 0;
}

/* export.c: what a server tells of the export. */
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

/* event.c: telling the program what becomes of its connections. */
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

/* extents.c: handing extents to the program.  What a chunk brought: */
struct nbdi_extents {
  const uint8_t *p; /* the whole payload */
  size_t size;
  bool wide;                      /* of 64 bits */
  bool wide_agreed;               /* as it was negotiated */
  const struct nbdi_export *told; /* on the connection that it came on */
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
