# SPDX-License-Identifier: MIT
# The addon for Node.js needs node, of version 18 or later, and its headers,
# which are in Debian's package libnode-dev.
AC_DEFUN([CW_NODE],
  [AC_ARG_ENABLE([node],
     [AS_HELP_STRING([--disable-node], [do not build the addon for Node.js])],
     [], [enable_node=auto])
   AC_ARG_VAR([NODE_CFLAGS], [compiler flags to find node_api.h and uv.h])
   cw_have_node=no
   AS_IF([test "x$enable_node" != xno],
     [AC_PATH_PROGS([NODE], [node nodejs])
      AS_IF([test -n "$NODE"],
        [AC_MSG_CHECKING([whether $NODE is new enough])
         cw_node_major=`$NODE -p 'process.versions.node.split (".")@<:@0@:>@' \
           2>/dev/null`
         AS_IF([test "0$cw_node_major" -ge 18], [cw_have_node=yes])
         AC_MSG_RESULT([$cw_have_node])])
      AS_IF([test -z "$NODE_CFLAGS" && test -n "$NODE"],
        [cw_node_prefix=`dirname "$NODE"`
         cw_node_prefix=`dirname "$cw_node_prefix"`
         NODE_CFLAGS=-I$cw_node_prefix/include/node])
      AS_IF([test $cw_have_node = yes],
        [AC_MSG_CHECKING([for the headers of $NODE])
         cw_save_CPPFLAGS=$CPPFLAGS
         CPPFLAGS="$CPPFLAGS $NODE_CFLAGS"
         AC_PREPROC_IFELSE(
           [AC_LANG_SOURCE([[#include <node_api.h>
                             #include <uv.h>]])], [], [cw_have_node=no])
         CPPFLAGS=$cw_save_CPPFLAGS
         AC_MSG_RESULT([$cw_have_node])])
      AS_IF([test "x$enable_node$cw_have_node" = xyesno],
        [AC_MSG_ERROR([no node of version 18 or later with its headers was found])])])
   AM_CONDITIONAL([HAVE_NODE], [test "x$cw_have_node" = xyes])])
