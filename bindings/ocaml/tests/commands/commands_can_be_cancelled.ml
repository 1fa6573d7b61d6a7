(* SPDX-License-Identifier: MIT *)
(* Cancelling ends a command without a reply, once, in each form. *)

open Support

let () =
  with_nbdkit ["--filter=delay"; "null"; "1M"; "delay-read=60"] (fun h ->
    let errors = ref [] in
    let completion error = errors := !error :: !errors; 1 in
    let buffer = NBD.Buffer.alloc 512 in
    let cookie = NBD.aio_pread ~completion h buffer 0L in
    check "cancelled" (NBD.aio_cancel h cookie);
    (match !errors with
     | [125] -> () (* ECANCELED, which the type Unix.error lacks *)
     | _ -> failwith "another error");
    check "it is over" (not (NBD.aio_cancel h cookie));
    equal_int "in flight" 0 (NBD.aio_in_flight h);

    check "nobody waits" (not (NBD.cancel h));
    let text = ref "" in
    let read () =
      try NBD.pread h (Bytes.create 512) 0L
      with NBD.Error (why, _) -> text := why in
    let reader = Thread.create read () in
    while not (NBD.cancel h) do Thread.yield () done;
    Thread.join reader;
    check !text (contains !text "nbd_cancel was called"))
