# SPDX-License-Identifier: MIT
# glib is used by one example, and by tests of the header for its main loop.
AC_DEFUN([CW_GLIB],
  [CW_OPTIONAL([glib], [GLIB], [gio-2.0], [the example with its main loop])])
