(* SPDX-License-Identifier: MIT *)
(* A signal handler that raises an exception runs when the call of the library
   is over, so that the handle stays consistent and the exception arrives. *)

open Support

exception Alarm

let () =
  with_nbdkit ["--filter=delay"; "pattern"; "size=1M"; "rdelay=300ms"] (fun h ->
    let raised = ref 0 in
    Sys.set_signal Sys.sigalrm (Signal_handle (fun _ ->
      incr raised; raise Alarm));
    let bytes = Bytes.create 512 in
    (match
       (* Set in here, because on a busy machine the signal may come before the
          call. *)
       ignore (Unix.setitimer Unix.ITIMER_REAL
                 { it_value = 0.1; it_interval = 0. });
       NBD.pread h bytes 0L;
       for _ = 1 to 1000 do ignore (Sys.opaque_identity (ref 0)) done;
       ignore (NBD.aio_in_flight h)
     with
     | () -> failwith "the exception is lost"
     | exception Alarm -> ());
    equal_int "raised" 1 !raised;
    NBD.pread h bytes 0L;
    check "goes on" (bytes = pattern 0 512);
    NBD.kill_subprocess h 0);

  (* Send signals at any moment, most of them at the end of a callback. *)
  with_nbdkit ["pattern"; "size=1M"] (fun h ->
    let raised = ref 0 and spun = ref 0 in
    (* No exception may be raised outside of the [try] below. *)
    let armed = ref false in
    Sys.set_signal Sys.sigalrm (Signal_handle (fun _ ->
      if !armed then begin armed := false; incr raised; raise Alarm end));
    let chunk _ _ _ _ =
      for i = 1 to 10_000 do spun := !spun lxor i done;
      0 in
    let bytes = Bytes.create 512 in
    let rec go () =
      try
        armed := true;
        ignore (Unix.setitimer Unix.ITIMER_REAL
                  { it_value = 0.0002; it_interval = 0.0002 });
        while !raised < 1000 do NBD.pread_structured h bytes 0L chunk done;
        armed := false;
        ignore (Unix.setitimer Unix.ITIMER_REAL
                  { it_value = 0.; it_interval = 0. })
      with Alarm -> go () in
    go ();
    Sys.set_signal Sys.sigalrm Signal_ignore;
    NBD.pread h bytes 4096L;
    check "goes on" (bytes = pattern 4096 512);
    equal_int "in flight" 0 (NBD.aio_in_flight h);
    (* Signals can be given as OCaml's own numbers. *)
    NBD.kill_subprocess h Sys.sigterm)
