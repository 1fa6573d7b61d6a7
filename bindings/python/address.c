/* SPDX-License-Identifier: MIT */
/* Socket addresses, written as the module socket writes them:
 *
 *   "/path", b"/path", a path object, "\0abstract"        Unix
 *   ("192.0.2.1", port)                                   IPv4
 *   ("2001:db8::1", port[, flow information[, scope]])    IPv6
 *   (context id, port)                                    vsock
 *
 * No names are looked up: that would block. */

#include <netdb.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/un.h>

#include "glue.h"

#if defined(__has_include)
#if __has_include(<linux/vm_sockets.h>)
#include <linux/vm_sockets.h>
#define HAVE_VM_SOCKETS 1
#endif
#endif

static int
wrong_address (struct call *call, const char *name)
{
  PyErr_Format (PyExc_TypeError,
                "NBD.%s: %s must be a path, (host, port) or (cid, port)",
                call->name, name);
  return -1;
}

static int
check_null (struct call *call, const char *name, const char *text,
            size_t length)
{
  if (strlen (text) == length)
    return 0;
  PyErr_Format (PyExc_ValueError, "NBD.%s: %s has a null character in it",
                call->name, name);
  return -1;
}

static int
unix_address (struct call *call, const char *name, PyObject *bytes,
              struct address *address)
{
  struct sockaddr_un *un = (struct sockaddr_un *) &address->storage;
  const char *path = PyBytes_AS_STRING (bytes);
  size_t length = (size_t) PyBytes_GET_SIZE (bytes);
  if (length == 0 || length > sizeof un->sun_path) {
    PyErr_Format (PyExc_ValueError,
                  "NBD.%s: %s: path of %zu bytes, not 1..%zu", call->name,
                  name, length, sizeof un->sun_path);
    return -1;
  }
  if (path[0] != '\0' && check_null (call, name, path, length) == -1)
    return -1;
  un->sun_family = AF_UNIX;
  memcpy (un->sun_path, path, length);
  address->length = (socklen_t) (offsetof (struct sockaddr_un, sun_path)
                                 + length);
  return 0;
}

#ifdef HAVE_VM_SOCKETS

static int
vsock_address (uint32_t cid, uint32_t port, struct address *address)
{
  struct sockaddr_vm *vm = (struct sockaddr_vm *) &address->storage;
  vm->svm_family = AF_VSOCK;
  vm->svm_cid = cid;
  vm->svm_port = port;
  address->length = sizeof *vm;
  return 0;
}

#else

static int
vsock_address (uint32_t cid UNUSED, uint32_t port UNUSED,
               struct address *address UNUSED)
{
  PyErr_SetString (PyExc_ValueError, "there are no vsock addresses here");
  return -1;
}

#endif

static int
inet_address (struct call *call, const char *name, const char *host,
              const uint32_t numbers[3], bool short_form,
              struct address *address)
{
  const struct addrinfo hints = { .ai_flags = AI_NUMERICHOST };
  struct addrinfo *found;
  if (getaddrinfo (host, NULL, &hints, &found) != 0) {
    PyErr_Format (PyExc_ValueError,
                  "NBD.%s: %s: \"%s\" is no numeric address; names are for"
                  " aio_connect_tcp",
                  call->name, name, host);
    return -1;
  }
  memcpy (&address->storage, found->ai_addr, found->ai_addrlen);
  address->length = found->ai_addrlen;
  freeaddrinfo (found);

  if (address->storage.ss_family == AF_INET6) {
    struct sockaddr_in6 *in6 = (struct sockaddr_in6 *) &address->storage;
    in6->sin6_port = htons ((uint16_t) numbers[0]);
    in6->sin6_flowinfo = htonl (numbers[1]);
    if (numbers[2] != 0)
      in6->sin6_scope_id = numbers[2];
    return 0;
  }
  if (!short_form)
    return wrong_address (call, name);
  struct sockaddr_in *in = (struct sockaddr_in *) &address->storage;
  in->sin_port = htons ((uint16_t) numbers[0]);
  return 0;
}

/* Get the numbers of a tuple, from index `from` on. */
static int
get_numbers (struct call *call, const char *name, PyObject *tuple,
             Py_ssize_t from, uint32_t *numbers)
{
  for (Py_ssize_t i = from; i < PyTuple_GET_SIZE (tuple); i++) {
    PyObject *item = PyTuple_GET_ITEM (tuple, i);
    if (!PyLong_Check (item))
      return wrong_address (call, name);
    unsigned long long number = PyLong_AsUnsignedLongLong (item);
    bool failed = number == (unsigned long long) -1 && PyErr_Occurred ();
    if (failed || number > UINT32_MAX) {
      PyErr_Clear ();
      PyErr_Format (PyExc_OverflowError,
                    "NBD.%s: %s[%zd]: %S is out of range", call->name, name,
                    i, item);
      return -1;
    }
    numbers[i - from] = (uint32_t) number;
  }
  return 0;
}

static int
tuple_address (struct call *call, const char *name, PyObject *tuple,
               struct address *address)
{
  Py_ssize_t size = PyTuple_GET_SIZE (tuple);
  if (size < 2 || size > 4)
    return wrong_address (call, name);
  uint32_t numbers[4] = { 0 };
  PyObject *first = PyTuple_GET_ITEM (tuple, 0);
  if (PyLong_Check (first)) {
    if (size != 2)
      return wrong_address (call, name);
    if (get_numbers (call, name, tuple, 0, numbers) == -1)
      return -1;
    return vsock_address (numbers[0], numbers[1], address);
  }
  if (!PyUnicode_Check (first))
    return wrong_address (call, name);
  if (get_numbers (call, name, tuple, 1, numbers) == -1)
    return -1;
  if (numbers[0] > UINT16_MAX) {
    PyErr_Format (PyExc_OverflowError, "NBD.%s: %s: port %lu is above 65535",
                  call->name, name, (unsigned long) numbers[0]);
    return -1;
  }
  Py_ssize_t length;
  const char *host = PyUnicode_AsUTF8AndSize (first, &length);
  if (host == NULL || check_null (call, name, host, (size_t) length) == -1)
    return -1;
  return inet_address (call, name, host, numbers, size == 2, address);
}

int
nbdpy_get_address (struct call *call, int i, const char *name,
                   struct address *address)
{
  PyObject *arg = call->args[i];
  memset (address, 0, sizeof *address);
  if (PyTuple_Check (arg))
    return tuple_address (call, name, arg, address);

  /* Not PyUnicode_FSConverter, because an abstract name begins with a NUL. */
  CLEANUP (nbdpy_drop) PyObject *path = PyOS_FSPath (arg);
  if (path == NULL) {
    if (PyErr_ExceptionMatches (PyExc_TypeError))
      wrong_address (call, name);
    return -1;
  }
  if (PyBytes_Check (path))
    return unix_address (call, name, path, address);
  CLEANUP (nbdpy_drop) PyObject *bytes = PyUnicode_EncodeFSDefault (path);
  if (bytes == NULL)
    return -1;
  return unix_address (call, name, bytes, address);
}
