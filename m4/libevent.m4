# SPDX-License-Identifier: MIT
# libevent is used by one example, and by tests of the header for its loop.
AC_DEFUN([CW_LIBEVENT],
  [CW_OPTIONAL([libevent], [LIBEVENT], [libevent_core],
     [the example with its main loop])])
