/* SPDX-License-Identifier: MIT */

/* Declarations that the parts of the brittle server share. */

#ifndef OUTAGES_PARTS_H
#define OUTAGES_PARTS_H

#include "brittle.h"
#include "bytes.h"

/* What happens when a connection has passed its last byte. */
enum doom {
  CUT_ONE,
  CUT_ALL,
  CRASH, /* the content of the cache is lost */
  EXIT,  /* the process ends, too */
};

enum stage {
  FLAGS,   /* the client's flags are awaited */
  OPTIONS, /* option haggling */
  READY,   /* transmission */
  LEFT,    /* half closed: requests become ghosts */
};

/* A request that was received. */
struct request {
  struct request *next;
  struct change change;
  uint64_t cookie;
  uint8_t *data;
  unsigned delay;   /* steps, but not beyond the deadline */
  int64_t deadline; /* ms: when it is answered, however slow the steps are */
  bool done;        /* done, but not answered */
  struct bytes reply; /* chunks of data or extents, as they were when done */
  uint32_t error;
};

struct connection {
  struct connection *next;
  int fd;
  uint32_t number;
  enum stage stage;
  struct bytes in, out;
  bool structured, extended;
  bool starts_tls;                /* once all is sent */
  struct encryption *encryption;  /* NULL: none */
  struct bytes wire_in, wire_out; /* encrypted bytes */
  uint32_t context[2];            /* ids; 0: not asked for */
  struct request *requests;

  /* How many bytes still pass; negative: no limit. */
  long in_left, out_left;
  enum doom doom;
  enum manner manner;

  bool silent, frozen, deaf;
  int64_t silent_until; /* ms: when it goes on, or is cut */
  int64_t deadline;     /* of its ghosts, once it has LEFT */
  bool closing;         /* once all is sent */
  bool doomed;          /* the same, and the next event happens */
  bool gone;            /* to be freed */
};

/* One life of the server, from its start to its end as a process. */
struct life {
  struct brittle *b;
  int listener; /* -1 while connections are refused */
  struct connection *connections;
  int64_t listens_at;
  unsigned steps_to_outage;
};

/* handshake.c */
extern void send_greeting (struct connection *c);
/* Take one message from what was received; false if it is not complete. */
extern bool take_handshake (struct life *s, struct connection *c);

/* requests.c: take one request in the same way. */
extern bool take_request (struct life *s, struct connection *c);
/* Let one step pass for each request. */
extern void work (struct life *s, struct connection *c);
extern void free_request (struct request *r);

/* replies.c */
extern void put_read (struct life *s, struct connection *c,
                      struct request *r);
extern void put_extents (struct life *s, struct connection *c,
                         struct request *r);
extern void put_done (struct connection *c, struct request *r);

/* ghosts.c: make ghosts of the requests of a connection that is gone.  They
 * are not carried out after the deadline. */
extern void leave_ghosts (struct life *s, struct connection *c,
                          int64_t deadline);
/* Make a ghost of one request, of a connection that has LEFT. */
extern void leave_ghost (struct life *s, const struct request *r,
                         int64_t deadline);
extern void haunt (struct life *s);
/* Count one step for all ghosts, because a command was carried out. */
extern void age_ghosts (struct brittle *b);
extern void lay_ghosts (struct brittle *b);
/* ms until the next deadline of a ghost; -1: there is none. */
extern int64_t next_ghost (struct brittle *b);

/* connection.c */
extern void accept_connections (struct life *s);
extern void receive (struct life *s, struct connection *c);
extern void transmit (struct life *s, struct connection *c);
/* The client has closed the connection.  Its requests may still be carried
 * out. */
extern void client_left (struct life *s, struct connection *c);
extern void cut (struct life *s, struct connection *c, enum manner manner);
/* End silence, and connections that are half closed, when it is time. */
extern void check_time (struct life *s, struct connection *c);
extern void reset (struct connection *c);
extern void bury_connections (struct life *s);

/* encrypted.c, or unencrypted.c without GnuTLS */
extern void encryption_start (struct connection *c);
extern void encryption_free (struct connection *c);
/* Decrypt wire_in to in; false at the end of the stream. */
extern bool decrypt_input (struct connection *c);
/* Encrypt out to wire_out. */
extern void encrypt_output (struct connection *c);

/* outages.c */
extern void plan_outage (struct life *s);
/* One of the connections in transmission, or NULL if there is none. */
extern struct connection *draw_connection (struct life *s);
/* Draw whether the connection ends in its handshake. */
extern void plan_failure (struct life *s, struct connection *c);
/* Make the planned outage happen, because the connection has passed its last
 * byte. */
extern void outage (struct life *s, struct connection *c);

/* script.c: at these moments the next event of the script may happen. */
extern void script_accepted (struct life *s, struct connection *c);
extern void script_option (struct life *s, struct connection *c,
                           uint32_t option, size_t before);
extern void script_receive (struct life *s, struct connection *c);
extern void script_request (struct life *s, struct connection *c,
                            const struct request *r);
extern void script_reply (struct life *s, struct connection *c,
                          const struct request *r, size_t before);
extern void script_turn (struct life *s);
/* Let the next event happen, caused by this connection. */
extern void come_to_pass (struct life *s, struct connection *victim);

/* listen.c */
extern bool address_init (struct brittle *b, const char *path);
extern int start_listening (struct brittle *b);
extern void stop_listening (struct life *s);

/* server.c: the exit status of a process that is to be started again. */
#define COMES_BACK 3
extern void serve (struct brittle *b, int listener)
  __attribute__ ((noreturn));

#endif /* OUTAGES_PARTS_H */
