# SPDX-License-Identifier: MIT
# CW_LARGE_FILES: make off_t 64 bits wide, also where the C library has a
# smaller one for old programs.  The size of time_t stays that of the system,
# because other libraries have it in their interfaces.
AC_DEFUN([CW_LARGE_FILES],
  [AC_MSG_CHECKING([how to have large files])
   cw_save_CPPFLAGS=$CPPFLAGS
   cw_large_files=no
   for LARGE_CPPFLAGS in '' -D_FILE_OFFSET_BITS=64; do
     CPPFLAGS="$cw_save_CPPFLAGS $LARGE_CPPFLAGS"
     AC_COMPILE_IFELSE([AC_LANG_SOURCE([[
#include <sys/types.h>
_Static_assert (sizeof (off_t) >= 8, "small files");]])],
       [cw_large_files=yes
        break])
   done
   CPPFLAGS=$cw_save_CPPFLAGS
   AS_IF([test $cw_large_files = no],
     [AC_MSG_RESULT([not at all])
      AC_MSG_ERROR([this C library has no files larger than 2 GiB])])
   AC_MSG_RESULT([${LARGE_CPPFLAGS:-they are there}])
   AC_SUBST([LARGE_CPPFLAGS])])
