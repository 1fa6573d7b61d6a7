/* SPDX-License-Identifier: MIT */

/* The soak test: connections, their commands, and the model of the disk. */

#ifndef SOAK_H
#define SOAK_H

#include "mortal.h"

#define SOAK_PLAIN 5   /* handles that end with their connection */
#define SOAK_LASTING 2 /* handles that outlast their server */
#define SOAK_CONNECTIONS (SOAK_PLAIN + SOAK_LASTING)
#define SOAK_DEPTH 16
#define SOAK_REGION ((size_t) 1 << 20)

enum kind {
  READ,
  READ_STRUCTURED,
  WRITE,
  ZERO,
  TRIM,
  CACHE,
  FLUSH,
  NR_KINDS
};

/* A command in flight.  Two commands of a connection do not overlap if one
 * changes the disk, so it is known when a read is issued what it must
 * find. */
struct operation {
  enum kind kind;
  int64_t cookie;
  size_t offset, length; /* in the connection's region */
  uint8_t *buf;          /* NULL: unused */
  bool failed;
  size_t chunks; /* total length of the chunks of READ_STRUCTURED */
};

/* Each connection has a region of the disk of its own, or a server with a
 * disk. */
struct connection {
  unsigned number;
  bool lasting;
  struct nbd_handle *h;
  struct ram_server server;
  struct mortal mortal; /* the server of a handle that outlasts it */
  struct operation commands[SOAK_DEPTH];
  unsigned nr_commands;
};

struct soak {
  struct ram ram;
  uint8_t *model; /* what the disk holds */
  struct connection connection[SOAK_CONNECTIONS];
  uint64_t state; /* of the random number generator */
  uint64_t commands, failed, compared, connections, outages;
};

extern uint64_t soak_random (uint64_t limit);

extern void soak_begin (struct soak *soak);
extern void soak_end (struct soak *soak);
extern void soak_connect (struct soak *soak, struct connection *c);
/* Close the handle with commands in flight.  The model learns which of them
 * were carried out. */
extern void soak_close (struct soak *soak, struct connection *c);
extern void soak_reconnect (struct soak *soak, struct connection *c);
/* End the connection in one of the possible ways. */
extern void soak_disconnect (struct soak *soak, struct connection *c);
extern void soak_issue (struct soak *soak, struct connection *c);
extern void soak_retire (struct soak *soak, struct connection *c);

/* What the connection's region should hold, and where the server has it. */
extern uint8_t *soak_model (struct soak *soak, const struct connection *c);

/* lasting.c: the same for handles that outlast their server. */
extern void lasting_begin (struct connection *c);
extern void lasting_connect_again (struct connection *c);
extern void lasting_end (struct soak *soak, struct connection *c);
/* Kill the server, cut its connections, or start it again. */
extern void lasting_disturb (struct soak *soak, struct connection *c);

#endif /* SOAK_H */
