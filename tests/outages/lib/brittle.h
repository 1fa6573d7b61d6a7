/* SPDX-License-Identifier: MIT */

/* A server that breaks in every way that a client must survive: it works off
 * commands in any order, its connections end between any two bytes, by reset,
 * by end of stream, or fall silent, it crashes with all that is not durable,
 * and carries out commands of connections that are gone.
 *
 * It runs in a process of its own below a supervisor that starts it again.
 * All that happens is drawn from a seed; time counts in steps, one for each
 * event, or each millisecond without any while there is work. */

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
  HALF_CLOSED, /* nothing more is sent, but all that comes is taken */
  DEAF,        /* nothing more is received, but replies are sent */
  SILENT,      /* nothing is sent for a while; then it goes on, or is cut */
  FROZEN,      /* the same, and nothing is received */
  NR_MANNERS
};

/* What it says of its disk. */
struct face {
  uint64_t size; /* 0: that of the disk */
  uint16_t more_flags, less_flags;
  bool without_numbers; /* one of its contexts */
  bool same_ids;        /* of contexts, in each connection */
  bool away;            /* nothing listens any more */
};

/* When connections are lost, if that is not left to chance. */
enum moment {
  AT_RANDOM,
  BEFORE_GREETING,
  IN_GREETING,
  BEFORE_OPTIONS, /* the client's flags are here */
  BEFORE_REPLY_TO_OPTION,
  IN_REPLY_TO_OPTION,
  IN_TLS_HANDSHAKE,
  IN_REQUEST,   /* the first */
  BEFORE_REPLY, /* to a write */
  IN_REPLY,     /* to a write */
  IN_DATA,      /* of a read */
  ON_SIGNAL,    /* brittle_signal was called */
};

#define MOST_EVENTS 2

/* One after the other. */
struct script {
  struct event {
    enum moment moment;
    uint32_t option; /* of moments that have to do with one */
    enum manner manner;
    bool alone; /* one connection, and the server goes on */
  } events[MOST_EVENTS];
  unsigned count;
  struct face face; /* after the first */
};

/* What is wrong with the server beyond what a client must survive. */
enum brittle_fault {
  HONEST,
  LOSES_WRITES,  /* replies to some without having written */
  LIES_ON_FLUSH, /* replies to some without having flushed */
  FORGES_FENCE,  /* a process that is gone goes on writing */
};

struct brittle_settings {
  uint64_t seed;
  bool tcp, tls;
  enum brittle_style style;
  bool multi_conn;
  bool block_sizes;   /* says which sizes it takes */
  bool late;          /* is not there at first */
  bool may_be_silent; /* the client has a stall timeout */
  bool crashes_only;  /* never is a connection lost alone */
  unsigned outages;   /* how many at most; 0 is a server without fault */
  unsigned patience;  /* ms: what a ghost lives, and silence unless allowed */
  unsigned slow_one_in; /* commands that take very long; 0: none */
  enum brittle_fault fault;
  struct script script;
  bool verbose;
};

/* What the test may want to know. */
struct brittle_counters {
  unsigned connections, requests;
  unsigned cuts, silences, crashes, exits, refused;
  unsigned ghosts, ghosts_landed;
};

#define MOST_GHOSTS 64

/* A command that was received on a connection that is gone. */
struct ghost {
  bool used;
  unsigned steps;   /* until it is carried out */
  int64_t deadline; /* ms on the monotonic clock: never after that */
  struct change change;
  uint8_t data[MOST_BYTES];
};

/* What outlives a process of the server, in memory that all share. */
struct brittle {
  struct brittle_settings settings;
  struct brittle_counters counters;
  struct random random;
  struct disk disk;
  struct ghost ghosts[MOST_GHOSTS];
  bool disturbed; /* it did not run for so long that ghosts came too late */
  int64_t turned_at; /* ms: when it last ran */
  uint32_t next_connection;
  unsigned outages_left;
  unsigned events; /* of the script that have come to pass */
  struct face face;
  bool signal;
  /* While the server is coming back. */
  unsigned refuse_ms, refuse_connections, refuse_exports;

  union {
    struct sockaddr any;
    struct sockaddr_un local;
    struct sockaddr_in loopback;
  } address;
  socklen_t address_length;
  int holder; /* keeps the port while nobody listens; -1 */
  int end;    /* read end of a pipe that closes when the test is over */
  int stop;   /* the other end */
  pid_t supervisor;
};

/* Start a server.  The path is that of its socket, unless it has TCP. */
extern struct brittle *brittle_start (const struct brittle_settings *s,
                                      const char *path);

/* Let the next event of the script come to pass, and wait for it. */
extern void brittle_signal (struct brittle *b);

/* The same without waiting, for one that befalls one connection in a request
 * or reply: not before now. */
extern void brittle_arm (struct brittle *b);

/* End it, as a crash does; the disk can be looked at after that. */
extern void brittle_stop (struct brittle *b);
extern void brittle_free (struct brittle *b);

/* Let a handle demand TLS as the server does; false if there is none. */
extern bool encrypted_handle (struct nbd_handle *h);

/* Milliseconds on a clock that only goes forward. */
extern int64_t brittle_now (void);

/* Say what goes on, if anybody wants to know. */
extern void brittle_say (const struct brittle *b, const char *fmt, ...)
  __attribute__ ((format (printf, 2, 3)));

/* The names of its metadata contexts. */
#define CONTEXT_ALLOCATION "base:allocation"
/* The status of each block is its number. */
#define CONTEXT_NUMBERS "brittle:numbers"

#endif /* OUTAGES_BRITTLE_H */
