(* SPDX-License-Identifier: MIT *)
(* NBD.Error has the message of the library and the error number. *)

open Support

let () =
  NBD.with_handle (fun h ->
    fails (Some Unix.ENOTCONN) ~text:"nbd_flush: " (fun () -> NBD.flush h);
    fails (Some Unix.EINVAL) ~text:"9" (fun () ->
      NBD.set_tls h (NBD.TLS.UNKNOWN 9));
    fails (Some Unix.ENOENT) (fun () -> NBD.connect_unix h "/nowhere/at/all");
    check "dead" (NBD.aio_is_dead h);
    match NBD.get_size h with
    | _ -> failwith "a dead handle has no size"
    | exception (NBD.Error (text, Some code) as exn) ->
       equal_string "printed"
         (Printf.sprintf "NBD.Error(%S, %s)" text (Unix.error_message code))
         (Printexc.to_string exn)
    | exception exn -> raise exn);
  (* An error from the server, and the end of a connection, which has no
     errno. *)
  with_nbdkit ["eval"; "get_size=echo 1M"; "pread=echo EPERM >&2; exit 1"]
    (fun h ->
      fails (Some Unix.EPERM) ~text:"nbd_pread: read: command failed" (fun () ->
        NBD.pread h (Bytes.create 512) 0L));
  NBD.with_handle (fun h ->
    fails None (fun () -> NBD.connect_command h ["true"]))
