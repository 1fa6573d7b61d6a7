(* SPDX-License-Identifier: MIT *)
(* An argument that no C function can take raises Invalid_argument, and nothing
   leaks. *)

open Support

let invalid text f =
  match f () with
  | _ -> failwith ("this was accepted: " ^ text)
  | exception Invalid_argument got -> equal_string "text" text got

let () =
  NBD.with_handle (fun h ->
    invalid "NBD.set_export_name: export_name: has a null character in it"
      (fun () -> NBD.set_export_name h "a\000b");
    invalid "NBD.connect_command: argv: has a null character in it"
      (fun () -> NBD.connect_command h ["true"; "\000"]);
    invalid "NBD.connect_vsock: cid: -1 is out of range"
      (fun () -> NBD.connect_vsock h (-1L) 10809L);
    invalid "NBD.connect_vsock: port: 4294967296 is out of range"
      (fun () -> NBD.connect_vsock h 2L 4294967296L);
    invalid "NBD.get_meta_context: i: -1 is out of range"
      (fun () -> NBD.get_meta_context h (-1));
    invalid "NBD.STRICT.UNKNOWN: no bit 32"
      (fun () -> NBD.set_strict_mode h [NBD.STRICT.UNKNOWN 32]);
    if Sys.int_size > 32 then
      invalid "NBD.poll: timeout: 4294967296 is out of range"
        (fun () -> NBD.poll h (1 lsl 32));
    let gone = ref 0 in
    let make () =
      let token = ref 0 in
      Gc.finalise (fun _ -> incr gone) token;
      fun _ -> !token in
    invalid "NBD.aio_opt_list_meta_context_queries: queries: \
             has a null character in it"
      (fun () ->
        NBD.aio_opt_list_meta_context_queries ~completion:(make ()) h ["\000"]
          (make ()));
    Gc.full_major ();
    Gc.full_major ();
    equal_int "dropped" 2 !gone)
