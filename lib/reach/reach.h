/* SPDX-License-Identifier: MIT */
/* The layer that reaches a server: addresses, connecting, and servers that
 * are child processes. */

#ifndef NBDI_REACH_H
#define NBDI_REACH_H

#include "transport/transport.h"

#include <sys/socket.h>
#include <sys/un.h>

/* The send buffer of Unix sockets, for payloads of 256 KiB.  The kernel
 * doubles the size that is asked for. */
#define NBDI_UNIX_SEND_BUFFER (1024 * 1024 / 2)

struct nbdi_address {
  struct sockaddr_storage addr;
  socklen_t len;
};

/* How a child reports that it could not run the program, in memory that is
 * shared with it. */
struct nbdi_start {
  int errnum;     /* 0: nothing went wrong yet */
  char what[256]; /* the call or program that failed */
};

/* How a server is started as a child process. */
enum nbdi_server_kind {
  NBDI_SERVER_NONE,
  NBDI_SERVER_COMMAND,   /* on its standard input and output */
  NBDI_SERVER_ACTIVATED, /* with a listening socket, as systemd */
};
struct nbdi_server {
  enum nbdi_server_kind kind;
  struct nbdi_strings argv;
  char *activation_name;
};

/* How to reach the server. */
struct nbdi_reach {
  bool again;                     /* keep the addresses for later */
  struct nbdi_address *addresses; /* tried in this order, from `first` on */
  unsigned nr_addresses;
  unsigned first, next;       /* index of the first; how many were tried */
  bool doubtful;              /* they did not lead to a working server */
  struct nbdi_lookup *asking; /* another lookup of the name, or NULL */
  bool retry;                 /* when all fail: back to Created */
  int first_errno;            /* of the first one that failed */
  int lookup;                 /* error of the lookup, EAI_..., or 0 */
  char *host, *port;          /* of a TCP connection by name */
  int keepalive;              /* see nbdi_keep_alive; 0 = off */
  struct nbdi_address peer;   /* the present address; len 0: none */
  int passed;                 /* socket of an address that failed, or -1 */
  struct nbdi_server server;  /* if it is our child */
  pid_t pid;                  /* the child server, or 0 */
  pid_t owner;                /* the process that may reap and unlink */
  bool kill_child;            /* at close: socket activation */
  bool asked_to_end;          /* the child, which may hang */
  struct nbdi_start *start;   /* the report of the child, or NULL */
  bool end_unknown;           /* the child's end is not known yet */
  char *proxy;            /* the server that the child connects to, or NULL */
  int listener;           /* for a child that is being started, or -1 */
  char *tmpdir, *tmpsock; /* of socket activation */
};

/* lookup.c. */
struct addrinfo;
struct nbdi_lookup;

struct nbdi_answer {
  int error;             /* EAI_..., or 0 */
  int errnum;            /* if that is EAI_SYSTEM, otherwise 0 */
  struct addrinfo *list; /* NULL if there is an error */
};

extern void nbdi_look_up (const char *host, const char *port,
                          struct nbdi_answer *answer);
extern void nbdi_free_answer (struct nbdi_answer *answer);
/* Whether the host is a numeric address, which needs no lookup. */
extern bool nbdi_is_numeric (const char *host);
/* NULL if it could not be begun. */
extern struct nbdi_lookup *nbdi_begin_lookup (const char *host,
                                              const char *port);
/* NULL before the answer has come; it belongs to the lookup. */
extern const struct nbdi_answer *nbdi_answer_of (const struct nbdi_lookup *l);
/* The answer is not needed any more; l may be NULL. */
extern void nbdi_forget_lookup (struct nbdi_lookup *l);

/* address.c.  Sockets are put into the channel. */
extern int nbdi_add_address (struct nbdi_reach *reach,
                             const struct sockaddr *addr, socklen_t len);
extern void nbdi_forget_addresses (struct nbdi_reach *reach);
extern bool nbdi_has_looked_up (struct nbdi_reach *reach);
extern void nbdi_begin_addresses (struct nbdi_reach *reach);
extern void nbdi_reached (struct nbdi_reach *reach);
extern int nbdi_copy_reach (struct nbdi_reach *to,
                            const struct nbdi_reach *from);
extern bool nbdi_can_be_copied (const struct nbdi_reach *reach);
extern bool nbdi_can_be_reached_again (const struct nbdi_reach *reach);
extern void nbdi_forget_peer (struct nbdi_reach *reach);
extern int nbdi_connect_next (struct nbdi_reach *reach,
                              struct nbdi_channel *ch);
extern void nbdi_close_passed (struct nbdi_reach *reach);
extern int nbdi_connect_check (struct nbdi_reach *reach,
                               struct nbdi_channel *ch);
extern void nbdi_connect_error (struct nbdi_reach *reach);
extern bool nbdi_lookup_may_pass (const struct nbdi_reach *reach);

/* keepalive.c */
extern void nbdi_keep_alive (int sock, int idle_ms);

/* peer.c */
extern int nbdi_open_peer (pid_t pid);

/* spawn.c: starting the child with its end of the socket pair, or the
 * listener. */
struct nbdi_spawn {
  char **argv;
  int fd;                      /* passed to the child */
  int as[2];                   /* as these numbers, -1 = none */
  const char *activation_name; /* socket activation, or NULL */
};
extern int nbdi_spawn (struct nbdi_reach *reach,
                       const struct nbdi_spawn *spawn);
extern void nbdi_forget_start (struct nbdi_reach *reach);

/* child.c */
extern int nbdi_make_listener (struct nbdi_reach *reach,
                               struct sockaddr_un *un);
extern void nbdi_close_listener (struct nbdi_reach *reach);
extern void nbdi_remove_listener (struct nbdi_reach *reach);
extern bool nbdi_child_failed (const struct nbdi_reach *reach);
extern char *nbdi_child_end (struct nbdi_reach *reach);
extern bool nbdi_child_gone (struct nbdi_reach *reach);
extern void nbdi_ask_child_to_end (struct nbdi_reach *reach, int signum);

/* server.c.  A server can be started again once nbdi_child_gone is true.
 * If the channel has no socket after the start, connect by address. */
extern int nbdi_describe_server (struct nbdi_reach *reach,
                                 enum nbdi_server_kind kind, char **argv,
                                 const char *activation_name);
extern int nbdi_start_server (struct nbdi_reach *reach,
                              struct nbdi_channel *ch);
extern void nbdi_end_child (struct nbdi_reach *reach,
                            struct nbdi_channel *ch);

#endif /* NBDI_REACH_H */
