(* SPDX-License-Identifier: MIT *)
(* A function and a buffer live as long as the library may use them, in spite
   of garbage collections, and are freed afterwards: after a command, after a
   call that is refused, after an option, and when the handle is closed. *)

open Support

(* Make a call with a function.  Count how often the function runs and whether
   it was collected. *)
let watch f =
  let gone = ref 0 and ran = ref 0 in
  let make () =
    let token = ref 0 in
    Gc.finalise (fun _ -> incr gone) token;
    fun () -> incr token; incr ran; !token in
  f (make ());
  (fun () -> for _ = 1 to 3 do Gc.full_major () done; !gone), ran

let () =
  with_nbdkit ["memory"; "1M"] (fun h ->
    let gone, ran = watch (fun count ->
      let completion _ = ignore (count ()); 1 in
      for _ = 1 to 10 do
        ignore (NBD.aio_pread ~completion h (NBD.Buffer.alloc 512) 0L)
      done) in
    equal_int "kept in flight" 0 (gone ());
    finish h;
    equal_int "ran" 10 !ran;
    equal_int "free afterwards" 1 (gone ());

    let gone, ran = watch (fun count ->
      fails (Some Unix.EINVAL) (fun () ->
        NBD.aio_pread ~completion:(fun _ -> count ()) h (NBD.Buffer.alloc 512)
          1048576L)) in
    equal_int "refused" 1 (gone ());
    equal_int "not called" 0 !ran;

    let gone, _ = watch (fun count ->
      NBD.set_debug_callback h (fun _ _ -> count ())) in
    equal_int "kept while set" 0 (gone ());
    NBD.clear_debug_callback h;
    equal_int "cleared" 1 (gone ());

    let gone, _ = watch (fun count ->
      NBD.set_event_callback h (fun _ _ _ -> count ())) in
    equal_int "event kept while set" 0 (gone ());
    NBD.clear_event_callback h;
    equal_int "event cleared" 1 (gone ());

    let gone, ran = watch (fun count ->
      NBD.set_debug_callback h (fun _ _ -> count ());
      ignore (NBD.aio_flush ~completion:(fun _ -> count ()) h)) in
    equal_int "kept until closed" 0 (gone ());
    NBD.close h;
    equal_int "called at close" 1 !ran;
    equal_int "closed" 1 (gone ()));

  (* Only the library refers to this buffer. *)
  with_nbdkit ["pattern"; "size=1M"] (fun h ->
    let gone = ref 0 in
    let issue () =
      let buffer = NBD.Buffer.alloc 4096 in
      Gc.finalise (fun _ -> incr gone) buffer;
      NBD.aio_pread h buffer 0L in
    let cookie = issue () in
    Gc.full_major ();
    equal_int "buffer in flight" 0 !gone;
    wait h cookie;
    Gc.full_major ();
    Gc.full_major ();
    equal_int "buffer afterwards" 1 !gone)
