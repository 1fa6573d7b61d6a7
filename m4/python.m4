# SPDX-License-Identifier: MIT
# Python runs the generator.  Unless PYTHON is set, the system's Python is
# preferred, because it has the headers for modules.  Modules go to the first
# directory below our prefix in which this Python looks, if there is one.
AC_DEFUN([CW_PYTHON],
  [AS_IF([test -z "$PYTHON" && test -x /usr/bin/python3],
     [PYTHON=/usr/bin/python3])
   AM_PATH_PYTHON([3.11])
   AS_IF([test "x$prefix" = xNONE],
     [cw_prefix=$ac_default_prefix], [cw_prefix=$prefix])
   cw_dir=`$PYTHON -I - "$cw_prefix" <<"END"
import sys
prefix = sys.argv[[1]]
for path in sys.path:
    if path.startswith (prefix + "/lib") and path.endswith ("-packages"):
        print (path.removeprefix (prefix))
        break
END`
   AS_IF([test -n "$cw_dir"],
     [pythondir='${prefix}'$cw_dir
      pyexecdir='${exec_prefix}'$cw_dir])])

# CW_PYTHON_DEV: what is needed to build the module.
AC_DEFUN([CW_PYTHON_DEV],
  [AC_ARG_ENABLE([python],
     [AS_HELP_STRING([--disable-python], [do not build the Python module])],
     [], [enable_python=auto])
   cw_have_python=no
   AS_IF([test "x$enable_python" != xno],
     [AC_MSG_CHECKING([how to build modules for $PYTHON])
      PYTHON_CFLAGS=-I`$PYTHON -c \
        'import sysconfig as s; print (s.get_path ("include"))'`
      PYTHON_EXT_SUFFIX=`$PYTHON -c \
        'import sysconfig as s; print (s.get_config_var ("EXT_SUFFIX"))'`
      AC_MSG_RESULT([$PYTHON_CFLAGS, $PYTHON_EXT_SUFFIX])
      cw_save_CPPFLAGS=$CPPFLAGS
      CPPFLAGS="$CPPFLAGS $PYTHON_CFLAGS"
      AC_CHECK_HEADER([Python.h], [cw_have_python=yes])
      CPPFLAGS=$cw_save_CPPFLAGS
      AS_IF([test "x$enable_python$cw_have_python" = xyesno],
        [AC_MSG_ERROR([Python.h of $PYTHON was not found])])])
   AC_SUBST([PYTHON_CFLAGS])
   AC_SUBST([PYTHON_EXT_SUFFIX])
   AS_IF([test "x$cw_have_python" = xyes],
     [cw_python_summary="yes, for $PYTHON"], [cw_python_summary=no])
   AM_CONDITIONAL([HAVE_PYTHON], [test "x$cw_have_python" = xyes])])
