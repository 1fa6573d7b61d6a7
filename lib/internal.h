/* SPDX-License-Identifier: MIT */
/* What the files of the library share: the functions of each topic.  Only
 * the generated wrappers lock; everything named nbdi_ and every state body
 * runs with the handle's lock held.
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

#include "api.h"
#include "handle.h"

#define likely(x) __builtin_expect (!!(x), 1)
#define unlikely(x) __builtin_expect (!!(x), 0)

#define NBDI_PRINTF(fmt, args) __attribute__ ((format (printf, fmt, args)))

extern void nbdi_cleanup_free (void *p);
#define CLEANUP_FREE __attribute__ ((cleanup (nbdi_cleanup_free)))

/* What an IO function of the state machine returns. */
enum {
  NBDI_IO_READY = 1,            /* done: run the state's body */
  NBDI_IO_WAIT = 0,             /* the socket, or the caller, must go first */
  NBDI_IO_FAILED = -1,          /* the error is set */
  NBDI_IO_END = -2,             /* the server closed the connection */
  NBDI_IO_LOST = -3,            /* it is gone otherwise; the error is set */
};

/* What a state body returns besides the number of the next state. */
#define NBDI_NEXT(state) ((int) (state))
#define NBDI_FAILED (-1)
#define NBDI_WAIT (-2)

/* Requests and single reads are never larger, whatever the server says. */
#define NBDI_MAX_REQUEST (64u * 1024 * 1024)

/* Lengths for block status that do not fit into 32 or 63 bits are cut to the
 * largest multiple of 64 MiB, which is one of every block size.
 */
#define NBDI_CUT_32 UINT64_C (0xfc000000)
#define NBDI_CUT_63 UINT64_C (0x7ffffffffc000000)

/* A transport moves bytes between buffers and the server.  Results are
 * bytes, -1 with errno, or NBDI_TRANSPORT_FAILED with the error set.  A
 * receive that emptied the socket sets h->in.receives to 0; send is never
 * called with nothing to send.
 *
 * One that has buffers of its own also says whether more can be received
 * without the socket (pending) and whether what was taken still has to be
 * sent (unsent), which flush does with an NBDI_IO_ result and errno.
 */
#define NBDI_TRANSPORT_FAILED (-2)

struct nbdi_transport {
  const char *name;
  ssize_t (*receive) (struct nbd_handle *h, struct iovec *iov, int n);
  ssize_t (*send) (struct nbd_handle *h, struct iovec *iov, int n);
  int (*shutdown_write) (struct nbd_handle *h); /* an NBDI_IO_ result */
  int (*flush) (struct nbd_handle *h);
  bool (*pending) (const struct nbd_handle *h);
  bool (*unsent) (const struct nbd_handle *h);
  void (*shrink) (struct nbd_handle *h); /* give back empty buffers */
};

extern const struct nbdi_transport nbdi_socket_transport;

/* call.c: entering and leaving the library. */
extern void nbdi_enter (struct nbd_handle *h, const char *name);
extern void nbdi_enter_briefly (struct nbd_handle *h, const char *name);
extern void nbdi_leave (struct nbd_handle *h);
extern void nbdi_enter_unlocked (struct nbd_handle *h, const char *name);
extern void nbdi_mark_alive (struct nbd_handle *h, bool alive);
extern bool nbdi_phase_in (const struct nbd_handle *h, unsigned mask);
extern int nbdi_check_phase (struct nbd_handle *h, unsigned mask);
extern int nbdi_not_now (struct nbd_handle *h, int errnum, const char *what);
extern void nbdi_publish (struct nbd_handle *h);
extern unsigned nbdi_wanted_direction (const struct nbd_handle *h);
extern bool nbdi_can_go_on (const struct nbd_handle *h);
extern unsigned nbdi_shown_direction (const struct nbd_handle *h);

/* cancel.c: threads that are cancelled.  What a thread does in us: */
struct nbdi_thread {
  bool held;                    /* cancelling is put off */
  bool nested;                  /* a callback of a call is running */
  bool option;                  /* its blocking call connects or haggles */
  int cancel_state;             /* while held: what it was before */
  struct nbdi_command *command; /* of its blocking call, or NULL */
};
extern _Thread_local struct nbdi_thread nbdi_thread
  __attribute__ ((tls_model ("initial-exec")));
extern void nbdi_put_off_cancelling (void);
extern void nbdi_resume_cancelling (void);
extern bool nbdi_begin_callback (void);
extern void nbdi_end_callback (bool nested);

/* Nobody can cancel the only thread of a program. */
#ifdef HAVE_SYS_SINGLE_THREADED_H
#include <sys/single_threaded.h>
#define NBDI_ALONE __libc_single_threaded
#else
#define NBDI_ALONE false
#endif

/* What follows may be a place where threads can be cancelled. */
static inline void
nbdi_hold (void)
{
  if (!NBDI_ALONE && !nbdi_thread.held)
    nbdi_put_off_cancelling ();
}

static inline void
nbdi_release (void)
{
  if (nbdi_thread.held && !nbdi_thread.nested)
    nbdi_resume_cancelling ();
}

/* Sleeping: in poll(2), or in the queue for the seat. */
struct nbdi_sleep {
  struct nbd_handle *h;
  bool unlocked;                /* others may use the handle meanwhile */
  bool stays;                   /* the thread must not end here */
  struct pollfd *fds;           /* or NULL: until the waiter is woken */
  unsigned nr_fds;
  int timeout_ms;
  struct nbdi_waiter *waiter;   /* while another thread drives, or NULL */
  const struct timespec *end;
};
extern int nbdi_sleep (struct nbdi_sleep *s);
extern void nbdi_thread_ends (struct nbdi_sleep *s); /* seat.c */

/* Run a callback of the program, which may call us on other handles. */
#define NBDI_CALLBACK(call) ({                                          \
      const char *context_ = nbdi_context ();                           \
      bool nested_ = nbdi_begin_callback ();                            \
      int r_ = (call);                                                  \
      nbdi_end_callback (nested_);                                      \
      nbdi_set_context (context_);                                      \
      r_; })

/* Likewise the end of a closure. */
#define NBDI_FREE(closure) ({                                           \
      if ((closure).free)                                               \
        NBDI_CALLBACK (((closure).free ((closure).user_data), 0)); })

/* errors.c: one error per thread. */
extern void nbdi_set_context (const char *name);
extern const char *nbdi_context (void);
extern void nbdi_error (int errnum, const char *fmt, ...) NBDI_PRINTF (2, 3);
extern unsigned nbdi_error_count (void);
extern int nbdi_last_errno (void);
extern void nbdi_set_last_errno (int errnum);
extern const char *nbdi_last_text (void); /* without the context */

/* debug.c */
extern void nbdi_debug (struct nbd_handle *h, const char *fmt, ...)
  NBDI_PRINTF (2, 3);
extern void nbdi_debug_state (struct nbd_handle *h, const char *state);

/* Text in quotes for messages, never NULL: without memory it is nbdi_dots.
 * So its variables are CLEANUP_TEXT, and nobody calls free.
 */
extern const char nbdi_dots[];
extern const char *nbdi_printable (const char *s);
extern const char *nbdi_printable_bytes (const uint8_t *p, size_t len);
extern const char *nbdi_printable_list (char **list);
extern void nbdi_cleanup_text (const char **text);
#define CLEANUP_TEXT __attribute__ ((cleanup (nbdi_cleanup_text)))

/* strings.c */
extern int nbdi_strings_add (struct nbdi_strings *list, const char *s);
extern void nbdi_strings_clear (struct nbdi_strings *list);
extern int nbdi_replace_string (char **field, const char *value);

/* io.c: what IO states run. */
extern int nbdi_receive_more (struct nbd_handle *h, size_t n);
extern int nbdi_io_fill (struct nbd_handle *h);
extern int nbdi_io_skip (struct nbd_handle *h);
extern int nbdi_io_send (struct nbd_handle *h);
extern int nbdi_send_queue (struct nbd_handle *h);
extern bool nbdi_may_end (const struct nbd_handle *h);
extern void nbdi_unexpected_end (struct nbd_handle *h);
extern void nbdi_socket_error (struct nbd_handle *h, int errnum,
                               const char *what);
extern int nbdi_bytes_reserve (struct nbdi_bytes *b, size_t len);
extern void nbdi_bytes_shrink (struct nbdi_bytes *b);
extern int nbdi_out_reserve (struct nbd_handle *h, size_t len);
extern int nbdi_flush_transport (struct nbd_handle *h);
extern bool nbdi_transport_pending (const struct nbd_handle *h);
extern bool nbdi_transport_unsent (const struct nbd_handle *h);
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

/* The same between two messages, which is where the machine stops. */
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
extern void nbdi_forget_peer (struct nbd_handle *h);
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
extern void nbdi_forget_start (struct nbd_handle *h);
extern bool nbdi_child_failed (struct nbd_handle *h);
extern char *nbdi_child_fate (struct nbd_handle *h);
extern void nbdi_add_fate (struct nbd_handle *h);
extern void nbdi_await_fate (struct nbd_handle *h);

/* options.c */
extern int nbdi_option_message (struct nbd_handle *h, uint32_t option,
                                const void *data, uint32_t len);
extern int nbdi_export_option_message (struct nbd_handle *h, uint32_t option);
extern int nbdi_query_option_message (struct nbd_handle *h, uint32_t option,
                                      const struct nbdi_strings *queries);
extern int nbdi_check_queries (const struct nbdi_strings *queries,
                               size_t more);
extern int nbdi_expect_option_reply (struct nbd_handle *h);
extern const char *nbdi_present_option (const struct nbd_handle *h);
extern const char *nbdi_unanswered_advice (struct nbd_handle *h);
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
extern void nbdi_refused_export (struct nbd_handle *h);
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
extern void nbdi_fail_command (struct nbd_handle *h, struct nbdi_command *c,
                               int error, const char *fmt, ...)
  NBDI_PRINTF (4, 5);
extern void nbdi_server_failed (struct nbd_handle *h, struct nbdi_command *c,
                                int error, uint32_t wire, const char *more);
extern void nbdi_answer_command (struct nbd_handle *h,
                                 struct nbdi_command *c);
extern void nbdi_retire_command (struct nbd_handle *h,
                                 struct nbdi_command *c);
extern int nbdi_disown_command (struct nbd_handle *h,
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
extern bool nbdi_read_has_room (struct nbd_handle *h,
                                struct nbdi_command *c);
extern void nbdi_read_begin (struct nbdi_command *c, uint64_t start);
extern void nbdi_read_end (struct nbdi_command *c, uint64_t start,
                           uint64_t length);
extern void nbdi_read_hole (struct nbdi_command *c, uint64_t start,
                            uint64_t length);
extern void nbdi_read_finish (struct nbd_handle *h, struct nbdi_command *c);
extern void nbdi_call_chunk (struct nbd_handle *h, struct nbdi_command *c,
                             uint64_t start, uint64_t length,
                             unsigned status);
extern void nbdi_call_error_chunk (struct nbd_handle *h,
                                   struct nbdi_command *c, uint64_t offset,
                                   int error);

/* status.c: block status replies. */
extern bool nbdi_status_has_room (struct nbd_handle *h,
                                  struct nbdi_command *c);
extern void nbdi_forget_extents (struct nbd_handle *h);
extern void nbdi_deliver_extents (struct nbd_handle *h,
                                  struct nbdi_command *c);
extern void nbdi_status_finish (struct nbd_handle *h,
                                struct nbdi_command *c);

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
extern void nbdi_hang_up (struct nbd_handle *h);
extern void nbdi_flush (struct nbd_handle *h);
extern void nbdi_writable (struct nbd_handle *h);
extern bool nbdi_has_to_send (const struct nbd_handle *h);
extern int nbdi_time_left (const struct timespec *end);
extern void nbdi_wake (struct nbd_handle *h, struct nbdi_waiter *w);

/* The end of a connection. */
extern void nbdi_end_connection (struct nbd_handle *h, bool fatal);
extern void nbdi_fatal_error (struct nbd_handle *h);

#endif /* NBDI_INTERNAL_H */
