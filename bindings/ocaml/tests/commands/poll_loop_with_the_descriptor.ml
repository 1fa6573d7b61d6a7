(* SPDX-License-Identifier: MIT *)
(* A loop with Unix.select drives a handle by its descriptor and direction. *)

open Support

let has direction bit =
  Int32.logand (Int32.of_int direction) bit <> 0l

let step h =
  let fd = NBD.aio_get_fd h and direction = NBD.aio_get_direction h in
  let wanted bit = if has direction bit then [fd] else [] in
  match
    Unix.select (wanted NBD.aio_direction_read) (wanted NBD.aio_direction_write)
      [] 300.
  with
  | [], [], _ -> failwith "nothing happens"
  | _ :: _, _, _ -> NBD.aio_notify_read h
  | [], _ :: _, _ -> NBD.aio_notify_write h

let () =
  requires "nbdkit";
  NBD.with_handle (fun h ->
    NBD.aio_connect_command h (nbdkit ["memory"; "4M"]);
    while NBD.aio_is_connecting h do step h done;
    check "ready" (NBD.aio_is_ready h);
    check "waits to read"
      (NBD.aio_get_direction h = Int32.to_int NBD.aio_direction_read);
    let data = Bytes.cat (pattern 0 2097152) (pattern 8 2097152) in
    let left = ref 2 in
    let completion error = equal_int "error" 0 !error; decr left; 1 in
    let buffer = NBD.Buffer.of_bytes data in
    ignore (NBD.aio_pwrite ~completion h buffer 0L);
    while !left > 1 do step h done;
    let buffer = NBD.Buffer.alloc 4194304 in
    ignore (NBD.aio_pread ~completion h buffer 0L);
    while !left > 0 do step h done;
    check "data" (NBD.Buffer.to_bytes buffer = data);
    equal_int "timeout" 0 (NBD.poll h 0);
    let from, into = Unix.pipe ~cloexec:true () in
    ignore (Unix.write_substring into "x" 0 1);
    equal_int "poll2 wakes" 1 (NBD.poll2 h from (-1)))
