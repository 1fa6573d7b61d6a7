# SPDX-License-Identifier: MIT
# CW_STATE_COVERAGE: a build that records which states, transitions and lines
# are run, for `make check-coverage`.  Such a build, and one with sanitizers,
# also checks the states at run time, so CW_SANITIZERS must come before.
AC_DEFUN([CW_STATE_COVERAGE],
  [AC_ARG_ENABLE([state-coverage],
     [AS_HELP_STRING([--enable-state-coverage],
        [measure which states, transitions and lines are run])],
     [], [enable_state_coverage=no])
   AS_IF([test "x$enable_state_coverage" != xno],
     [dnl Otherwise gcc replaces fork and exec by functions of the profiler.
      COVERAGE_CFLAGS="--coverage -fprofile-update=atomic -fno-builtin"
      COVERAGE_LIBS=-lgcov
      cw_save_CFLAGS=$CFLAGS
      CFLAGS="$CFLAGS $COVERAGE_CFLAGS"
      AC_LINK_IFELSE([AC_LANG_PROGRAM()], [],
        [AC_MSG_ERROR([$CC cannot measure coverage with $COVERAGE_CFLAGS])])
      CFLAGS=$cw_save_CFLAGS])
   AS_IF([test "x$enable_state_coverage$enable_sanitizers" != xnono],
     [CHECKS_CPPFLAGS=-DNBDI_CHECKS])
   AC_SUBST([CHECKS_CPPFLAGS])
   AC_SUBST([COVERAGE_CFLAGS])
   AC_SUBST([COVERAGE_LIBS])
   AC_CHECK_PROGS([GCOV], [gcov], [no])
   AC_CHECK_PROGS([SPIN], [spin], [no])
   AM_CONDITIONAL([STATE_COVERAGE], [test "x$enable_state_coverage" != xno])])
