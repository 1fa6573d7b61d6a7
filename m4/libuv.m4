# SPDX-License-Identifier: MIT
# libuv is used by one example, and by tests of the header for its loop.
AC_DEFUN([CW_LIBUV],
  [CW_OPTIONAL([libuv], [LIBUV], [libuv], [the example with its main loop])])
