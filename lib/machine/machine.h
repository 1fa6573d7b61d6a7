/* SPDX-License-Identifier: MIT */
/* The machine: the generated code with the state bodies, and what they
 * share.  It is the only layer that uses both the session and a link. */

#ifndef NBDI_MACHINE_H
#define NBDI_MACHINE_H

#include "link/link.h"
#include "session/session.h"

/* What a state body returns if not the number of the next state. */
#define NBDI_NEXT(state) ((int) (state))
#define NBDI_FAILED (-1)
#define NBDI_WAIT (-2)
#define NBDI_GONE (-3)

/* The largest payload of an option reply that is accepted; more is an
 * attack. */
#define NBDI_MAX_OPTION_REPLY (64u * 1024 * 1024)

/* option-rules.c, generated from the clauses of groups about options. */
enum nbdi_passes {
  NBDI_FINAL,
  NBDI_PASSES,              /* another connection may get another answer */
  NBDI_PASSES_AFTER_OUTAGE, /* the same after an outage only */
};
struct nbdi_refusal {
  uint32_t type;    /* of the reply; 0: any other error */
  int errnum;       /* 0: it has none */
  const char *text; /* what it means */
  enum nbdi_passes passes;
};
extern const char *nbdi_option_name (uint32_t option);
extern const char *nbdi_option_advice (uint32_t option);
extern bool nbdi_option_has_reply (uint32_t option, uint32_t type);
extern bool nbdi_option_reply_fits (uint32_t option, uint32_t type,
                                    uint32_t length);
extern const struct nbdi_refusal *nbdi_find_refusal (uint32_t type);
extern int nbdi_refusal_completes_with (uint32_t option, int errnum);
extern int nbdi_refusal_fails_with (uint32_t option, int errnum);

/* options.c: shared by the groups of options. */
extern int nbdi_option_message (struct nbdi_link *l, uint32_t option,
                                const void *data, uint32_t len);
extern int nbdi_export_option_message (struct nbdi_link *l, uint32_t option);
extern int nbdi_query_option_message (struct nbdi_link *l, uint32_t option,
                                      const struct nbdi_strings *queries);
extern int nbdi_check_queries (const struct nbdi_strings *queries,
                               size_t more);
extern void nbdi_begin_option (struct nbdi_link *l, uint32_t option);
extern int nbdi_expect_option_reply (struct nbdi_link *l);
extern int nbdi_option_refused (struct nbdi_link *l, const uint8_t *text);
extern void nbdi_option_error (struct nbdi_link *l);
extern void nbdi_option_result (struct nbdi_link *l, int value, int error);
extern void nbdi_finish_option (struct nbdi_link *l);
extern void nbdi_free_option (struct nbdi_link *l);
extern void nbdi_plan_connect (struct nbdi_link *l);
extern int nbdi_take_export (struct nbdi_link *l, uint64_t size,
                             uint16_t flags);

/* promise.c, outage.c, leave.c: losing a connection, and connecting again. */
extern int nbdi_take_promise (struct nbdi_link *l);
extern bool nbdi_is_patient (const struct nbdi_link *l);
extern bool nbdi_has_left (const struct nbdi_link *l);
extern bool nbdi_comes_back (const struct nbdi_link *l);
extern bool nbdi_program_chooses (const struct nbdi_session *s);
extern bool nbdi_refusal_may_pass (const struct nbdi_link *l);
extern void nbdi_begin_connecting (struct nbdi_link *l);
extern uint64_t nbdi_patience_ends (const struct nbdi_link *l);
extern uint64_t nbdi_quarantine_ends (const struct nbdi_session *s);
extern uint64_t nbdi_silence_ends (const struct nbdi_link *l);
extern void nbdi_stall_error (struct nbdi_link *l);
extern bool nbdi_others_serve (const struct nbdi_link *l);
extern int nbdi_plan_attempt (struct nbdi_link *l);
extern bool nbdi_may_start_server (struct nbdi_link *l);
extern bool nbdi_knows_addresses (struct nbdi_link *l);
extern int nbdi_begin_attempt (struct nbdi_link *l);
extern void nbdi_give_up (struct nbdi_link *l);
extern void nbdi_end_story (struct nbdi_session *s);
extern void nbdi_find_witness (struct nbdi_link *l);
extern void nbdi_end_outage (struct nbdi_session *s);
extern void nbdi_free_outage (struct nbdi_outage *o);
extern bool nbdi_must_stand_by (struct nbdi_link *l);
extern bool nbdi_joins (struct nbdi_link *l);
extern void nbdi_drop_connection (struct nbdi_link *l);
extern void nbdi_take_commands_back (struct nbdi_link *l);
extern void nbdi_take_refused_back (struct nbdi_link *l,
                                    struct nbdi_command *c);
extern void nbdi_take_unsent_back (struct nbdi_link *l);

/* settle.c, work.c: modifying commands, so that an outage loses none. */
extern void nbdi_open_journal (struct nbdi_session *s);
extern void nbdi_begin_journal (struct nbdi_session *s);
extern void nbdi_ask_flush (struct nbdi_session *s);
extern void nbdi_flush_begins (struct nbdi_session *s,
                               struct nbdi_command *c);
extern bool nbdi_account_reply (struct nbdi_link *l, struct nbdi_command *c);
extern bool nbdi_may_begin (const struct nbdi_link *l,
                            const struct nbdi_command *c);
extern bool nbdi_serves (const struct nbdi_link *l);
extern size_t nbdi_load (const struct nbdi_link *l);
extern bool nbdi_must_leave (const struct nbdi_link *l);
extern void nbdi_give_command (struct nbdi_link *l, struct nbdi_command *c);
extern bool nbdi_has_to_begin (struct nbdi_link *l);
extern int nbdi_take_work (struct nbdi_link *l);
extern int nbdi_take_entries (struct nbdi_link *l);

/* lost.c: messages about a connection that was lost. */
extern void nbdi_lost (struct nbdi_link *l, int errnum, const char *call);
extern void nbdi_ask_for_child_end (struct nbdi_link *l);
extern void nbdi_server_left (struct nbdi_link *l, int errnum,
                              const char *when);

/* send.c: requests, and the ends of their replies. */
extern void nbdi_answer_command (struct nbdi_link *l, struct nbdi_command *c);
extern int nbdi_send_queue (struct nbdi_link *l);

/* end.c */
extern void nbdi_end_link (struct nbdi_link *l, bool fatal);

#endif /* NBDI_MACHINE_H */
