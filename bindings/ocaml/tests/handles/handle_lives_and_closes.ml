(* SPDX-License-Identifier: MIT *)
(* A handle can be closed, even twice, and a closed handle says so.
   with_handle closes it, even if an exception is raised.  The garbage
   collector closes a lost handle, even if its own callback refers to it. *)

exception Mine

let closed h =
  match NBD.get_debug h with
  | _ -> false
  | exception NBD.Closed "NBD.get_debug" -> true

let lose log =
  let h = NBD.create () in
  let token = ref log in
  Gc.finalise (fun _ -> incr log) token;
  NBD.set_debug_callback h (fun _ _ ->
    ignore (NBD.aio_is_ready h); !(!token))

let () =
  let h = NBD.create () in
  Support.check "open" (not (closed h));
  NBD.close h;
  Support.check "closed" (closed h);
  NBD.close h;

  let h = NBD.with_handle Fun.id in
  Support.check "closed at the end" (closed h);

  let kept = ref h in
  (match NBD.with_handle (fun h -> kept := h; raise Mine) with
   | () -> failwith "the exception is lost"
   | exception Mine -> ());
  Support.check "closed by an exception" (closed !kept);

  let early = NBD.with_handle (fun h -> NBD.close h; h) in
  Support.check "closed early" (closed early);

  let log = ref 0 in
  lose log;
  for _ = 1 to 4 do Gc.full_major () done;
  Support.equal_int "lost handles that were closed" 1 !log
