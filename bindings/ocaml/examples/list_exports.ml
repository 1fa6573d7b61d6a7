(* SPDX-License-Identifier: MIT *)
(* List the exports of a server with their sizes and descriptions.

   usage: list_exports URI

   Option mode stops the handshake before an export is chosen.  The server
   lists its exports and describes each of them on one connection. *)

(* A server may not tell the size or the description of each export. *)
let optional f h default =
  try f h with NBD.Error _ -> default

let describe h name =
  NBD.set_export_name h name;
  match NBD.opt_info h with
  | () ->
     let description = optional NBD.get_export_description h "" in
     Printf.printf "%-20s %14Ld  %s\n" (Printf.sprintf "%S" name)
       (NBD.get_size h) description
  | exception NBD.Error (text, _) ->
     Printf.printf "%-20s %14s  %s\n" (Printf.sprintf "%S" name) "-" text

let list_exports uri =
  NBD.with_handle (fun h ->
    NBD.set_opt_mode h true;
    NBD.set_full_info h true;
    NBD.connect_uri h uri;
    if NBD.aio_is_negotiating h then begin
      let names = ref [] in
      let list name _ = names := name :: !names; 0 in
      ignore (NBD.opt_list h list);
      List.iter (describe h) (List.rev !names);
      NBD.opt_abort h
    end
    else
      (* An oldstyle server has one export and no options. *)
      Printf.printf "only one export, of %Ld bytes\n" (NBD.get_size h))

let () =
  match Sys.argv with
  | [|_; uri|] ->
     (try list_exports uri
      with NBD.Error (text, _) ->
        prerr_endline ("list_exports: " ^ text);
        exit 1)
  | _ -> prerr_endline "usage: list_exports URI"; exit 2
