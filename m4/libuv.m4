# SPDX-License-Identifier: MIT
# libuv is used by one example.
AC_DEFUN([CW_LIBUV],
  [CW_OPTIONAL([libuv], [LIBUV], [libuv], [the example with its main loop])])
