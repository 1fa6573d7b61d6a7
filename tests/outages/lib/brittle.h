/* SPDX-License-Identifier: MIT */

/* A server that fails in every way that a client must survive.  It carries
 * out commands in any order.  Its connections end between any two bytes, by
 * reset or by end of stream, or become silent.  It crashes and loses
 * everything that is not durable.  It carries out commands of connections
 * that are gone.
 *
 * It runs in a process of its own, below a supervisor that starts it again.
 * All that happens is drawn from a seed.  Time is counted in steps: one for
 * each event, or for each millisecond without an event while there is
 * work. */

#ifndef OUTAGES_BRITTLE_H
#define OUTAGES_BRITTLE_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/un.h>

#include <libnbd.h>

#include "disk.h"
#include "random.h"

enum brittle_style { BRITTLE_SIMPLE, BRITTLE_STRUCTURED, BRITTLE_EXTENDED };

/* How a connection ends. */
enum manner {
  RESET,
  CLOSED,
  HALF_CLOSED, /* sends nothing more, but takes all that comes */
  DEAF,        /* receives nothing more, but sends replies */
  SILENT,      /* sends nothing for a while; then goes on, or is cut */
  FROZEN,      /* the same, and receives nothing */
  NR_MANNERS
};

/* What the server says about its disk. */
struct face {
  uint64_t size; /* 0: that of the disk */
  uint16_t more_flags, less_flags;
  bool without_numbers; /* CONTEXT_NUMBERS is missing */
  bool same_ids;        /* the same context ids in each connection */
  bool away;            /* nothing listens any more */
};

/* When a connection is lost: at random, or at a given moment. */
enum moment {
  AT_RANDOM,
  BEFORE_GREETING,
  IN_GREETING,
  BEFORE_OPTIONS, /* after the client's flags */
  BEFORE_REPLY_TO_OPTION,
  IN_REPLY_TO_OPTION,
  IN_TLS_HANDSHAKE,
  IN_REQUEST,   /* in the first request */
  BEFORE_REPLY, /* to a write */
  IN_REPLY,     /* to a write */
  IN_DATA,      /* of a read */
  ON_SIGNAL,    /* brittle_signal was called */
};

#define MOST_EVENTS 2

/* Events that happen one after the other. */
struct script {
  struct event {
    enum moment moment;
    uint32_t option; /* for moments that belong to an option */
    enum manner manner;
    bool alone; /* only one connection is lost */
  } events[MOST_EVENTS];
  unsigned count;
  struct face face; /* after the first event */
};

/* Faults of the server that no client can survive. */
enum brittle_fault {
  HONEST,
  LOSES_WRITES,  /* answers some writes without writing */
  LIES_ON_FLUSH, /* answers some flushes without flushing */
  FORGES_FENCE,  /* commands are carried out after the end of the process */
};

struct brittle_settings {
  uint64_t seed;
  bool tcp, tls;
  enum brittle_style style;
  bool multi_conn;
  bool block_sizes;     /* sends NBD_INFO_BLOCK_SIZE */
  bool late;            /* does not listen at first */
  bool may_be_silent;   /* the client has a stall timeout */
  bool crashes_only;    /* no connection is lost alone */
  unsigned outages;     /* at most so many; 0: a server without faults */
  unsigned patience;    /* ms: life of a ghost, and silence unless allowed */
  unsigned slow_one_in; /* one in so many commands takes very long; 0: none */
  enum brittle_fault fault;
  struct script script;
  bool verbose;
};

/* Counters for the test's report. */
struct brittle_counters {
  unsigned connections, requests;
  unsigned cuts, silences, crashes, exits, refused;
  unsigned ghosts, ghosts_landed;
};

#define MOST_GHOSTS 64

/* A command that was received on a connection that is gone. */
struct ghost {
  bool used;
  unsigned steps;   /* how many until it is carried out */
  int64_t deadline; /* ms on the monotonic clock: not carried out later */
  struct change change;
  uint8_t data[MOST_BYTES];
};

/* What outlives a process of the server, in memory that all processes
 * share. */
struct brittle {
  struct brittle_settings settings;
  struct brittle_counters counters;
  struct random random;
  struct disk disk;
  struct ghost ghosts[MOST_GHOSTS];
  bool disturbed;    /* it was kept from running: ghosts may be late */
  int64_t turned_at; /* ms: when it last ran */
  uint32_t next_connection;
  unsigned outages_left;
  unsigned events; /* of the script that have happened */
  struct face face;
  bool signal;
  /* How connections are refused while the server comes back. */
  unsigned refuse_ms, refuse_connections, refuse_exports;

  union {
    struct sockaddr any;
    struct sockaddr_un local;
    struct sockaddr_in loopback;
  } address;
  socklen_t address_length;
  int holder; /* keeps the port while nobody listens; or -1 */
  int end;    /* read end of a pipe that closes at the end of the test */
  int stop;   /* write end of that pipe */
  pid_t supervisor; /* 0: it was stopped */
};

/* Start a server.  The path is that of its Unix socket, if it does not use
 * TCP. */
extern struct brittle *brittle_start (const struct brittle_settings *s,
                                      const char *path);

/* Make the next event of the script happen, and wait for it. */
extern void brittle_signal (struct brittle *b);

/* Allow the next event, which loses one connection in a request or reply, to
 * happen from now on.  Does not wait for it. */
extern void brittle_arm (struct brittle *b);

/* Whether the server was kept from running.  It notices that after its next
 * wait, which this waits for. */
extern bool brittle_disturbed (struct brittle *b);

/* End the server, as a crash does.  After that the disk can be examined. */
extern void brittle_stop (struct brittle *b);
extern void brittle_free (struct brittle *b);

/* Make a handle demand TLS as the server does; false if TLS is not
 * available. */
extern bool encrypted_handle (struct nbd_handle *h);

/* Milliseconds on a clock that only goes forward. */
extern int64_t brittle_now (void);

/* Print a message on standard error, if `verbose` is set. */
extern void brittle_say (const struct brittle *b, const char *fmt, ...)
  __attribute__ ((format (printf, 2, 3)));

/* The names of the server's metadata contexts. */
#define CONTEXT_ALLOCATION "base:allocation"
/* In this context, the status of each block is the number of the block. */
#define CONTEXT_NUMBERS "brittle:numbers"

#endif /* OUTAGES_BRITTLE_H */
