(* SPDX-License-Identifier: MIT *)
(* The debug callback gets debug output, with the name of the call. *)

let () =
  NBD.with_handle (fun h ->
    let seen = ref [] in
    NBD.set_debug_callback h (fun context msg ->
      seen := (context, msg) :: !seen; 0);
    NBD.set_debug h true;
    NBD.set_export_name h "the name";
    Support.check "message" (List.exists (fun (context, msg) ->
      context = "nbd_set_export_name"
      && Support.contains msg "the name") !seen);
    NBD.clear_debug_callback h;
    let before = !seen in
    NBD.set_debug h false;
    Support.check "no message" (before == !seen))
