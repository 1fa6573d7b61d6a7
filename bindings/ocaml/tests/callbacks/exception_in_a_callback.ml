(* SPDX-License-Identifier: MIT *)
(* An exception of a callback is raised by the function that ran the callback,
   and the handle can still be used. *)

open Support

exception Mine of string

let raises name f =
  match f () with
  | _ -> failwith ("no exception from " ^ name)
  | exception Mine got -> equal_string "exception" name got

let () =
  with_nbdkit ["pattern"; "size=1M"] (fun h ->
    let bytes = Bytes.create 512 in
    raises "chunk" (fun () ->
      NBD.pread_structured h bytes 0L (fun _ _ _ _ -> raise (Mine "chunk")));
    let buffer = NBD.Buffer.alloc 512 in
    let completion _ = raise (Mine "completion") in
    let cookie = NBD.aio_pread ~completion h buffer 0L in
    raises "completion" (fun () -> finish h);
    check "the command has finished" (NBD.aio_command_completed h cookie);
    NBD.set_debug_callback h (fun _ _ -> raise (Mine "debug"));
    raises "debug" (fun () -> NBD.set_debug h true);
    raises "debug" (fun () -> NBD.get_size h);
    (try NBD.set_debug h false with Mine _ -> ());
    NBD.clear_debug_callback h;
    (* The exception takes precedence over the error that the callback has
       set. *)
    raises "both" (fun () ->
      NBD.pread_structured h bytes 0L (fun _ _ _ error ->
        error := 5; raise (Mine "both")));
    let other = Mine "first" in
    let cookie = NBD.aio_pread_structured h buffer 0L ~completion:(fun _ ->
      raise (Mine "second")) (fun _ _ _ _ -> raise other) in
    raises "first" (fun () -> finish h);
    fails (Some (Unix.EUNKNOWNERR 71)) (fun () ->
      NBD.aio_command_completed h cookie);
    NBD.pread h bytes 0L;
    check "goes on" (bytes = pattern 0 512);
    (* Closing the handle runs the callbacks of commands in flight. *)
    ignore (NBD.aio_pread ~completion:(fun error ->
      equal_int "ENOTCONN" 107 !error; raise (Mine "close")) h buffer 0L);
    raises "close" (fun () -> NBD.close h))
