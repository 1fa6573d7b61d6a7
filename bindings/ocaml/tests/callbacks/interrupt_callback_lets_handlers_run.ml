(* SPDX-License-Identifier: MIT *)
(* With an interrupt callback, even one that does nothing, signal handlers run
   while a call waits, and their exceptions end it. *)

open Support

exception Alarm

let () =
  with_nbdkit ["pattern"; "size=1M"] (fun h ->
    let raises = ref true in
    Sys.set_signal Sys.sigalrm (Signal_handle (fun _ ->
      if !raises then begin raises := false; raise Alarm end));
    NBD.set_interrupt_callback h (fun () -> 0);
    NBD.kill_subprocess h Sys.sigstop;
    let pid = Int64.to_int (NBD.get_subprocess_pid h) in
    ignore (Unix.waitpid [Unix.WUNTRACED] pid);
    let bytes = Bytes.create 512 in
    (match
       (* More than once, because the first one may come before the call. *)
       ignore (Unix.setitimer Unix.ITIMER_REAL
                 { it_value = 0.01; it_interval = 0.01 });
       NBD.pread h bytes 0L
     with
     | () -> failwith "the handler did not run"
     | exception Alarm -> ());
    NBD.kill_subprocess h Sys.sigcont;
    NBD.pread h bytes 0L;
    check "goes on" (bytes = pattern 0 512))
