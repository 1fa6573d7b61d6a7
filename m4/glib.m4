# SPDX-License-Identifier: MIT
# glib is used by one example.
AC_DEFUN([CW_GLIB],
  [CW_OPTIONAL([glib], [GLIB], [glib-2.0], [the example with its main loop])])
