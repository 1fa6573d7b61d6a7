(* SPDX-License-Identifier: MIT *)
(* Reads can be in flight with and without a completion callback. *)

open Support

let () =
  with_nbdkit ["pattern"; "size=1M"] (fun h ->
    let buffers = Array.init 16 (fun _ -> NBD.Buffer.alloc 4096) in
    let cookies = Array.mapi (fun i buffer ->
      NBD.aio_pread h buffer (Int64.of_int (i * 4096))) buffers in
    equal_int "in flight" 16 (NBD.aio_in_flight h);
    Array.iter (wait h) cookies;
    Array.iteri (fun i buffer ->
      check "data" (NBD.Buffer.to_bytes buffer = pattern (i * 4096) 4096))
      buffers;
    fails (Some Unix.EINVAL) (fun () -> NBD.aio_command_completed h 0L);

    let finished = ref 0 in
    for i = 0 to 99 do
      let buffer = NBD.Buffer.alloc 512 in
      let completion error =
        equal_int "error" 0 !error;
        check "data" (NBD.Buffer.to_bytes buffer = pattern (i * 512) 512);
        incr finished;
        1 in
      ignore (NBD.aio_pread ~completion h buffer (Int64.of_int (i * 512)))
    done;
    Gc.full_major ();
    finish h;
    equal_int "finished" 100 !finished;

    let parts = ref 0 in
    let chunk part offset _ _ =
      check "part" (part = pattern (Int64.to_int offset) (Bytes.length part));
      incr parts;
      0 in
    let buffer = NBD.Buffer.alloc 4096 in
    let cookie = NBD.aio_pread_structured h buffer 8192L chunk in
    finish h;
    equal_int64 "peek" cookie (NBD.aio_peek_command_completed h);
    wait h cookie;
    equal_int "parts" 1 !parts)
