/* SPDX-License-Identifier: MIT */
/* Convert the library's error record to the exceptions of NBD. */

#define CAML_NAME_SPACE
#include <caml/callback.h>
#include <caml/fail.h>
#include <caml/unixsupport.h>
#include <caml/version.h>

#include "glue.h"

#if OCAML_VERSION >= 50000 && !defined(unix_error_of_code)
#define unix_error_of_code caml_unix_error_of_code
#define code_of_unix_error caml_unix_code_of_unix_error
#endif

extern value nbdml_errno_of_unix_error (value error);
extern value nbdml_unix_error_of_errno (value errnum);

value
nbdml_errno_of_unix_error (value error)
{
  return Val_int (code_of_unix_error (error));
}

value
nbdml_unix_error_of_errno (value errnum)
{
  return unix_error_of_code (Int_val (errnum));
}

/* An exception that NBD.ml registered when the module was loaded. */
static value
exception (const char *name)
{
  const value *found = caml_named_value (name);
  if (found == NULL)
    caml_failwith ("NBD: the module was not initialised");
  return *found;
}

/* Raise NBD.Error with the text, and with the errno if there is one. */
void
nbdml_raise_error (const char *text, int errnum)
{
  CAMLparam0 ();
  CAMLlocal3 (option, code, string);
  string = caml_copy_string (text != NULL ? text : "unknown error");
  option = Val_int (0); /* None */
  if (errnum != 0) {
    code = unix_error_of_code (errnum);
    option = caml_alloc_small (1, 0);
    Field (option, 0) = code;
  }
  value arguments[] = { string, option };
  caml_raise_with_args (exception ("NBD.Error"), 2, arguments);
  CAMLnoreturn;
}

void
nbdml_raise_closed (const char *name)
{
  CAMLparam0 ();
  CAMLlocal1 (text);
  text = caml_alloc_sprintf ("NBD.%s", name);
  caml_raise_with_arg (exception ("NBD.Closed"), text);
  CAMLnoreturn;
}
