(* SPDX-License-Identifier: MIT *)
(* An error of Unix, with which a callback fails its command, converts to a
   number and back. *)

open Support

let () =
  List.iter (fun (error, errno) ->
    equal_int (Unix.error_message error) errno (NBD.errno_of_unix_error error);
    check "back" (NBD.unix_error_of_errno errno = error))
    [ Unix.EPERM, 1; Unix.ENOSPC, 28; Unix.EOPNOTSUPP, 95;
      Unix.EUNKNOWNERR 71, 71; Unix.EUNKNOWNERR 100000, 100000 ];
  (* All numbers come back, also those for which Unix has two names. *)
  for errno = 1 to 140 do
    equal_int "errno" errno
      (NBD.errno_of_unix_error (NBD.unix_error_of_errno errno))
  done;
  equal_int "errno" 11 (NBD.errno_of_unix_error Unix.EWOULDBLOCK);
  with_nbdkit ["pattern"; "size=1M"] (fun h ->
    let fail with_error error =
      check "no error before" (!error = 0);
      error := NBD.errno_of_unix_error with_error;
      -1 in
    fails (Some Unix.ENOSPC) (fun () ->
      NBD.pread_structured h (Bytes.create 512) 0L (fun _ _ _ error ->
        fail Unix.ENOSPC error));
    let seen = ref None in
    let buffer = NBD.Buffer.alloc 512 in
    let completion error =
      seen := Some (NBD.unix_error_of_errno !error);
      0 in
    let cookie = NBD.aio_pread_structured h buffer 0L ~completion
                   (fun _ _ _ error -> fail Unix.EDOM error) in
    finish h;
    check "the completion knows" (!seen = Some Unix.EDOM);
    fails (Some Unix.EDOM) (fun () -> NBD.aio_command_completed h cookie))
