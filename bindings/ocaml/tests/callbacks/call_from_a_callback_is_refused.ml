(* SPDX-License-Identifier: MIT *)
(* A callback runs with the handle locked.  A call of the same handle that
   needs the lock raises an exception instead of waiting forever.  Other
   functions can be called. *)

open Support

let () =
  with_nbdkit ["memory"; "1M"] (fun h ->
    let other = NBD.create () in
    let calls = ref 0 in
    NBD.pread_structured h (Bytes.create 512) 0L (fun _ _ _ _ ->
      fails (Some Unix.EDEADLK) ~text:"nbd_get_size" (fun () ->
        NBD.get_size h);
      fails (Some Unix.EBUSY) ~text:"nbd_close" (fun () -> NBD.close h);
      ignore (NBD.aio_is_ready h);
      ignore (NBD.get_version h);
      NBD.set_export_name other "x";
      Gc.full_major ();
      incr calls;
      0);
    equal_int "called" 1 !calls;
    equal_int64 "and goes on" 1048576L (NBD.get_size h);
    NBD.close other)
