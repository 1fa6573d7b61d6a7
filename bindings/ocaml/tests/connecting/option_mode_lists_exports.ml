(* SPDX-License-Identifier: MIT *)
(* In option mode a program can list the exports of a server, blocking and
   not. *)

let expected = ["two", "the two disk"; "one", "the one disk"]

let () =
  Support.with_options Support.two_exports (fun h ->
    Support.check "negotiating" (NBD.aio_is_negotiating h);
    let found = ref [] in
    let list name description = found := (name, description) :: !found; 0 in
    Support.equal_int "exports" 2 (NBD.opt_list h list);
    Support.check "names" (!found = expected);
    NBD.opt_abort h);
  Support.with_options Support.two_exports (fun h ->
    let found = ref [] and finished = ref 0 in
    let list name description = found := (name, description) :: !found; 0 in
    let completion error =
      Support.equal_int "error" 0 !error;
      incr finished;
      1 in
    NBD.aio_opt_list ~completion h list;
    while NBD.aio_is_connecting h do ignore (NBD.poll h (-1)) done;
    Support.equal_int "finished" 1 !finished;
    Support.check "names" (!found = expected))
