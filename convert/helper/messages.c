/* SPDX-License-Identifier: MIT */
/* The standard error of a helper: a thread reads all of it and keeps the
 * end. */
#include <config.h>

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "helper/internal.h"
#include "tool.h"

#define KEPT 4096 /* bytes */
#define LINES 10
#define SECRETS 4
/* How long to wait for the last messages after the program has ended.  A
 * child of the program may keep the pipe open for ever. */
#define END_MS 200

struct messages {
  int fd;
  pthread_t thread;
  bool running;
  pthread_mutex_t lock; /* for the members below */
  char kept[KEPT];
  size_t length;
  char *secrets[SECRETS];
  size_t nr_secrets;
};

/* Append TEXT, and keep the last KEPT bytes. */
static void
keep (struct messages *m, const char *text, size_t length)
{
  if (length >= KEPT) {
    text += length - KEPT;
    length = KEPT;
  }
  if (m->length + length > KEPT) {
    size_t lost = m->length + length - KEPT;
    memmove (m->kept, m->kept + lost, m->length - lost);
    m->length -= lost;
  }
  memcpy (m->kept + m->length, text, length);
  m->length += length;
}

static void *
take_all (void *opaque)
{
  struct messages *m = opaque;
  char buffer[KEPT];
  ssize_t n;

  while ((n = read (m->fd, buffer, sizeof buffer)) != 0) {
    if (n == -1 && errno != EINTR)
      break;
    if (n == -1)
      continue;
    /* A thread that was cancelled with the lock held would never release
     * it. */
    pthread_setcancelstate (PTHREAD_CANCEL_DISABLE, NULL);
    pthread_mutex_lock (&m->lock);
    keep (m, buffer, n);
    pthread_mutex_unlock (&m->lock);
    pthread_setcancelstate (PTHREAD_CANCEL_ENABLE, NULL);
  }
  return NULL;
}

struct messages *
messages_begin (int fd)
{
  struct messages *m = tool_alloc (sizeof *m);
  sigset_t all, old;

  m->fd = fd;
  pthread_mutex_init (&m->lock, NULL);
  sigfillset (&all);
  pthread_sigmask (SIG_SETMASK, &all, &old);
  int error = pthread_create (&m->thread, NULL, take_all, m);
  pthread_sigmask (SIG_SETMASK, &old, NULL);
  m->running = error == 0;
  if (m->running)
    return m;
  messages_free (m);
  errno = error;
  return NULL;
}

void
messages_end (struct messages *m)
{
  struct timespec end;

  if (!m->running)
    return;
  clock_gettime (CLOCK_REALTIME, &end);
  end.tv_nsec += END_MS * 1000000;
  end.tv_sec += end.tv_nsec / 1000000000;
  end.tv_nsec %= 1000000000;
  if (pthread_timedjoin_np (m->thread, NULL, &end) != 0) {
    pthread_cancel (m->thread);
    pthread_join (m->thread, NULL);
  }
  m->running = false;
}

void
messages_free (struct messages *m)
{
  messages_end (m);
  close (m->fd);
  pthread_mutex_destroy (&m->lock);
  for (size_t i = 0; i < m->nr_secrets; i++)
    free (m->secrets[i]);
  free (m);
}

void
messages_hide (struct messages *m, const char *secret)
{
  if (secret == NULL || secret[0] == '\0' || m->nr_secrets == SECRETS)
    return;
  pthread_mutex_lock (&m->lock);
  m->secrets[m->nr_secrets++] = tool_format ("%s", secret);
  pthread_mutex_unlock (&m->lock);
}

/* ---- as text ---- */

static void
hide_secrets (const struct messages *m, char *text)
{
  for (size_t i = 0; i < m->nr_secrets; i++) {
    size_t length = strlen (m->secrets[i]);
    char *p = text;
    while ((p = strstr (p, m->secrets[i])) != NULL) {
      size_t dots = length < 3 ? length : 3;
      memset (p, '.', dots);
      memmove (p + dots, p + length, strlen (p + length) + 1);
      p += dots;
    }
  }
}

/* The beginning of the last lines.  If the text was CUT, its first line may
 * be incomplete and is only taken if it is the only one. */
static char *
last_lines (char *text, bool cut)
{
  char *p = text + strlen (text);
  unsigned lines = 0;

  for (; p > text; p--)
    if (p[-1] == '\n' && ++lines == LINES)
      return p;
  char *second = strchr (text, '\n');
  return cut && second != NULL ? second + 1 : text;
}

/* Remove the program's name and "error: " from the beginning, because our own
 * messages have them already. */
static const char *
without_program (const char *line, const char *program)
{
  size_t length = strlen (program);

  if (strncmp (line, program, length) == 0 && line[length] == ':')
    line += length + 1 + strspn (line + length + 1, " ");
  if (strncmp (line, "error: ", 7) == 0)
    line += 7;
  return line;
}

/* Replace control characters and deceptive ones by question marks. */
static void
print_harmless (FILE *f, const char *text)
{
  while (*text != '\0') {
    size_t n = tool_deceptive_length (text);
    unsigned char c = *text;
    fputc (n > 0 || c < ' ' || c == 0x7f ? '?' : c, f);
    text += n > 0 ? n : 1;
  }
}

static char *
copy_kept (struct messages *m, bool *cut)
{
  pthread_mutex_lock (&m->lock);
  char *text = tool_alloc (m->length + 1);
  memcpy (text, m->kept, m->length);
  *cut = m->length == KEPT;
  for (size_t i = 0; i < m->length; i++)
    if (text[i] == '\0' || text[i] == '\r')
      text[i] = '\n';
  hide_secrets (m, text);
  pthread_mutex_unlock (&m->lock);
  return text;
}

char *
messages_text (struct messages *m, const char *program)
{
  bool cut;
  char *text = copy_kept (m, &cut), *all, *rest = NULL;
  const char *before = "";
  size_t size;
  FILE *f = open_memstream (&all, &size);

  if (f == NULL)
    tool_fail ("out of memory");
  for (char *line = strtok_r (last_lines (text, cut), "\n", &rest);
       line != NULL; line = strtok_r (NULL, "\n", &rest)) {
    const char *said = without_program (line, program);
    if (said[strspn (said, " \t")] == '\0' || strcmp (said, before) == 0)
      continue;
    if (before[0] != '\0')
      fputs ("; ", f);
    print_harmless (f, said);
    before = said;
  }
  if (fclose (f) == EOF)
    tool_fail ("out of memory");
  free (text);
  if (all[0] != '\0')
    return all;
  free (all);
  return NULL;
}
