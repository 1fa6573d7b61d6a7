(* SPDX-License-Identifier: MIT *)
(* What the tests of the OCaml library share.  Each test is a program for one
   behaviour, which ends with an exception if that is not there, or with 77 if
   something that it needs is missing. *)

let skip reason =
  print_endline ("SKIP: " ^ reason);
  exit 77

let requires program =
  if Sys.command ("command -v " ^ program ^ " >/dev/null 2>&1") <> 0 then
    skip (program ^ " is not installed")

(* The condition holds. *)
let check what condition = if not condition then failwith what

(* Both are the same, and if not, what they are. *)
let equal show what expected got =
  if got <> expected then
    failwith (Printf.sprintf "%s: expected %s, got %s" what (show expected)
                (show got))

let equal_string = equal (Printf.sprintf "%S")
let equal_int = equal string_of_int
let equal_int64 = equal Int64.to_string
let equal_bool = equal string_of_bool

let contains text part =
  let n = String.length part in
  let rec from i =
    i + n <= String.length text && (String.sub text i n = part || from (i + 1))
  in
  from 0

(* The function raises NBD.Error with this code, and this in its text. *)
let fails ?(text = "") code f =
  match f () with
  | _ -> failwith "this should have failed"
  | exception NBD.Error (got, got_code) ->
     if code <> got_code then failwith ("another error: " ^ got);
     if not (contains got text) then failwith ("another text: " ^ got)

(* A command line for a server that ends with its client. *)
let nbdkit arguments = ["nbdkit"; "-s"; "--exit-with-parent"] @ arguments

(* A handle that is connected to an nbdkit of its own. *)
let with_nbdkit arguments f =
  requires "nbdkit";
  NBD.with_handle (fun h ->
    NBD.connect_command h (nbdkit arguments);
    f h)

(* The same in option mode. *)
let with_options arguments f =
  requires "nbdkit";
  NBD.with_handle (fun h ->
    NBD.set_opt_mode h true;
    NBD.connect_command h (nbdkit arguments);
    f h)

(* An nbdkit that serves two exports. *)
let two_exports = [
  "eval";
  "list_exports=printf 'INTERLEAVED\\none\\nthe one disk\\ntwo\\n\
   the two disk\\n'";
  "open=case $3 in one|two) echo \"$3\";; *) echo ENOENT >&2; exit 1;; esac";
  "get_size=case $2 in one) echo 512;; two) echo 1024;; esac";
  "export_description=echo \"the $2 disk\"";
  "pread=head -c \"$3\" /dev/zero";
]

(* Drive the handle until no command is in flight. *)
let finish h =
  while NBD.aio_in_flight h > 0 do ignore (NBD.poll h (-1)) done

(* Drive it until this command has finished, and retire it. *)
let wait h cookie =
  while not (NBD.aio_command_completed h cookie) do
    ignore (NBD.poll h (-1))
  done

(* A file that is removed at the end. *)
let temporary suffix =
  let file = Filename.temp_file "causeway-" suffix in
  at_exit (fun () -> try Sys.remove file with Sys_error _ -> ());
  file

let run command =
  if Sys.command command <> 0 then failwith ("this failed: " ^ command)

(* What nbdkit's pattern plugin serves: each 8 bytes are their offset. *)
let pattern offset length =
  let bytes = Bytes.create length in
  for i = 0 to length / 8 - 1 do
    Bytes.set_int64_be bytes (i * 8) (Int64.of_int (offset + i * 8))
  done;
  bytes
