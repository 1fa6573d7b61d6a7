(* SPDX-License-Identifier: MIT *)
(* The event callback gets the kind of event, a sentence about it, and a
   number. *)

open Support

let () =
  requires "nbdkit";
  NBD.with_handle (fun h ->
    let events = ref [] in
    NBD.set_event_callback h (fun number message value ->
      events := (Int32.of_int number, message, value) :: !events;
      0);
    NBD.set_reconnect_timeout h (-1);
    NBD.connect_command h (nbdkit ["data"; "data=1 2 3 4"; "size=512"]);
    NBD.kill_subprocess h 9;
    let bytes = Bytes.create 4 in
    NBD.pread h bytes 0L;
    equal_string "data" "\001\002\003\004" (Bytes.to_string bytes);
    equal_int64 "reconnects" 1L (NBD.stats_reconnects h);
    (match List.rev !events with
     | (first, _, _) :: (second, _, _) :: _ ->
        check "connected" (first = NBD.event_connected);
        check "lost" (second = NBD.event_lost)
     | _ -> failwith "too few events");
    let number, message, value = List.hd !events in
    check "back" (number = NBD.event_back);
    check "message" (contains message (Printf.sprintf "after %Ld ms" value)))
