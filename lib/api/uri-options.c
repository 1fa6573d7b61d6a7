/* SPDX-License-Identifier: MIT */
/* Settings that can be made in a URI, with nbd_set_uri_options or in
 * LIBNBD_URI_OPTIONS: the syntax of their values, and which source takes
 * precedence.  Works without libxml2 as well. */

#include "api/uri.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VARIABLE "LIBNBD_URI_OPTIONS"

struct unit {
  const char *name; /* "" for no unit, which comes last */
  int64_t factor;
};

static const struct unit times[] = {
  { "ms", 1 }, { "s", 1000 }, { "m", 60000 }, { "h", 3600000 }, { "", 1000 },
};

static const struct unit sizes[] = {
  { "t", INT64_C (1) << 40 }, { "g", 1 << 30 }, { "m", 1 << 20 },
  { "k", 1 << 10 },           { "", 1 },
};

static const struct unit numbers[] = { { "", 1 } };

/* The syntax of the values of each kind. */
static const struct kind {
  const struct unit *units;
  const char *in; /* unit of the limits */
  const char *wanted;
} kinds[] = {
  [NBDI_TIME] = { times, " milliseconds",
                  "a time, which is a number of seconds, a number with ms, s, "
                  "m or h, or none" },
  [NBDI_SIZE] = { sizes, " bytes",
                  "a size, which is a number of bytes, or a number with K, M, "
                  "G or T" },
  [NBDI_NUMBER] = { numbers, "", "a number" },
};

/* Read digits and a unit.  A number that does not fit is too large for
 * every limit. */
static bool
scan_number (const char *text, const struct unit *units, int64_t *n)
{
  size_t digits = strspn (text, "0123456789");

  *n = 0;
  for (size_t i = 0; i < digits; i++)
    if (__builtin_mul_overflow (*n, 10, n)
        || __builtin_add_overflow (*n, text[i] - '0', n)) {
      *n = INT64_MAX;
      break;
    }
  while (!nbdi_is_uri_word (text + digits, units->name)) {
    if (*units->name == '\0')
      return false;
    units++;
  }
  if (__builtin_mul_overflow (*n, units->factor, n))
    *n = INT64_MAX;
  return digits > 0;
}

static bool
scan_word (const char *text, const char *const *words, int64_t *n)
{
  for (*n = 0; words[*n] != NULL; ++*n)
    if (nbdi_is_uri_word (text, words[*n]))
      return true;
  return false;
}

static bool
scan_value (const struct nbdi_parameter *p, const char *text, int64_t *n)
{
  if (p->kind == NBDI_WORD)
    return scan_word (text, p->words, n);
  if (p->kind == NBDI_TIME && nbdi_is_uri_word (text, "none")) {
    *n = -1;
    return true;
  }
  return scan_number (text, kinds[p->kind].units, n);
}

/* The parameter with this name, in upper or lower case; -1 if there is
 * none. */
int
nbdi_find_parameter (const char *name)
{
  for (int id = 0; id < NBDI_NR_PARAMETERS; id++)
    if (nbdi_is_uri_word (name, nbdi_parameters[id].name))
      return id;
  return -1;
}

/* Read the value of a parameter; source, which ends in ": ", begins the
 * error message. */
int
nbdi_take_parameter (struct nbdi_parameters *taken, const char *source,
                     int id, const char *text)
{
  const struct nbdi_parameter *p = &nbdi_parameters[id];
  int64_t *n = &taken->values[id];

  if ((taken->given & UINT32_C (1) << id) != 0) {
    nbdi_error (EINVAL, "%s%s is given twice", source, p->name);
    return -1;
  }
  taken->given |= UINT32_C (1) << id;
  if (scan_value (p, text, n) && *n >= p->least && *n <= p->most)
    return 0;

  CLEANUP_TEXT const char *shown = nbdi_printable (text);
  if (scan_value (p, text, n))
    nbdi_error (EINVAL,
                "%sthe value of %s, %s, is not from %" PRId64 " to %" PRId64
                "%s",
                source, p->name, shown, p->least < 0 ? 0 : p->least, p->most,
                kinds[p->kind].in);
  else
    nbdi_error (EINVAL, "%sthe value of %s, %s, is not %s", source, p->name,
                shown, p->wanted ? p->wanted : kinds[p->kind].wanted);
  return -1;
}

/* The present value of a setting. */
int64_t
nbdi_get_parameter (const struct nbdi_settings *s, int id)
{
  const struct nbdi_parameter *p = &nbdi_parameters[id];
  const void *field = (const char *) s + p->field;

  if (p->kind == NBDI_SIZE)
    return *(const uint64_t *) field;
  if (p->kind == NBDI_NUMBER)
    return *(const uint32_t *) field;
  return *(const int *) field;
}

static void
set_parameter (struct nbdi_settings *s, int id, int64_t n)
{
  const struct nbdi_parameter *p = &nbdi_parameters[id];
  void *field = (char *) s + p->field;

  if (p->kind == NBDI_SIZE)
    *(uint64_t *) field = n;
  else if (p->kind == NBDI_NUMBER)
    *(uint32_t *) field = n;
  else
    *(int *) field = n;
}

/* The last setting counts: a URI overrides earlier calls of the program. */
void
nbdi_choose_parameters (struct nbdi_settings *s,
                        const struct nbdi_parameters *taken)
{
  for (int id = 0; id < NBDI_NR_PARAMETERS; id++)
    if ((taken->given & UINT32_C (1) << id) != 0)
      set_parameter (s, id, taken->values[id]);
  s->chosen |= taken->given;
}

/* Outside of a URI only these settings can be made: all others say where a
 * server is and whom to trust. */
static int
refuse_unknown (const char *source, const char *name)
{
  CLEANUP_TEXT const char *shown = nbdi_printable (name);
  char known[32 * NBDI_NR_PARAMETERS];
  size_t len = 0;

  for (int id = 0; id < NBDI_NR_PARAMETERS; id++)
    len += snprintf (known + len, sizeof known - len, "%s%s",
                     id == 0                        ? ""
                     : id == NBDI_NR_PARAMETERS - 1 ? " and "
                                                    : ", ",
                     nbdi_parameters[id].name);
  nbdi_error (EINVAL, "%sthere is no parameter %s; known are %s", source,
              shown, known);
  return -1;
}

/* Read one piece between ampersands, as name and value. */
static int
take_piece (struct nbdi_parameters *taken, const char *source, char *piece)
{
  char *value = strchr (piece, '=');

  if (value != NULL)
    *value++ = '\0';
  int id = nbdi_find_parameter (piece);
  if (id == -1)
    return refuse_unknown (source, piece);
  return nbdi_take_parameter (taken, source, id, value ? value : "");
}

static int
take_options (struct nbdi_parameters *taken, const char *source,
              const char *text)
{
  CLEANUP_FREE char *copy = strdup (text);

  if (copy == NULL) {
    nbdi_error (errno, "strdup");
    return -1;
  }
  for (char *rest = copy; rest != NULL;) {
    char *piece = strsep (&rest, "&");
    if (*piece != '\0' && take_piece (taken, source, piece) == -1)
      return -1;
  }
  return 0;
}

int
nbdi_set_uri_options (struct nbd_handle *h, const char *options)
{
  struct nbdi_parameters taken = { .given = 0 };

  if (take_options (&taken, "", options) == -1)
    return -1;
  nbdi_choose_parameters (&h->session.settings, &taken);
  return 0;
}

/* The environment applies to settings that neither the program nor a URI
 * has made. */
int
nbdi_apply_environment (struct nbd_handle *h)
{
  struct nbdi_settings *s = &h->session.settings;
  struct nbdi_parameters taken = { .given = 0 };
  const char *text = secure_getenv (VARIABLE);

  if (text != NULL && take_options (&taken, VARIABLE ": ", text) == -1)
    return -1;
  for (int id = 0; id < NBDI_NR_PARAMETERS; id++) {
    uint32_t bit = UINT32_C (1) << id;
    if ((taken.given & ~s->chosen & bit) != 0)
      set_parameter (s, id, taken.values[id]);
    if ((taken.given & bit) != 0)
      nbdi_debug (&h->session.trace, VARIABLE ": %s is %s",
                  nbdi_parameters[id].name,
                  (s->chosen & bit) != 0 ? "left as it was chosen"
                                         : "taken from it");
  }
  return 0;
}
