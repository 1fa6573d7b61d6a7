(* SPDX-License-Identifier: MIT *)
(* Extents come in order, are joined, clipped to the range, and cut where one
   of several contexts changes.  If the server cannot tell something, the error
   says why. *)

open Support

let show (e : NBD_extents.t) =
  let flags = Array.to_list (Array.map Int64.to_string e.flags) in
  Printf.sprintf "%Ld+%Ld:%s" e.offset e.length (String.concat "," flags)

let all extents = String.concat " " (List.map show (List.of_seq extents))

let allocation () =
  NBD.with_handle (fun h ->
    fails Unix.(Some ENOTCONN) (fun () -> NBD_extents.seq h);
    NBD.add_meta_context h NBD.context_base_allocation;
    NBD.connect_command h
      (nbdkit ["data"; "data=@32768 1 @65536 1 @131072 1"; "size=8G"]);
    let map = NBD_extents.seq h in
    equal_string "all"
      "0+32768:3 32768+65536:0 98304+32768:3 131072+32768:0 163840+8589770752:3"
      (all map);
    equal_string "part" "32768+1000:0"
      (all (NBD_extents.seq ~offset:32768L ~length:1000L h));
    equal_string "end" "8589934591+1:3"
      (all (NBD_extents.seq ~offset:8589934591L h));
    equal_string "nothing" "" (all (NBD_extents.seq ~offset:8589934592L h));
    (* The next request is in flight while the first reply is used. *)
    (match map () with
     | Seq.Cons _ -> equal_int "asked ahead" 1 (NBD.aio_in_flight h)
     | Seq.Nil -> failwith "nothing");
    let first = List.hd (List.of_seq map) in
    check "hole" (NBD_extents.is_hole first && NBD_extents.is_zero first);
    (match NBD_extents.iter (fun _ -> raise Exit) h with
     | () -> failwith "the exception is lost"
     | exception Exit -> ());
    finish h;
    let refused ?contexts ?length text =
      fails ~text Unix.(Some EINVAL) (fun () ->
          NBD_extents.seq ?contexts ?length h) in
    refused ~length:8589934593L "8589934593 bytes at 0";
    refused ~contexts:[] "empty";
    refused ~contexts:["x:y"]
      "\"x:y\" was not granted by the server, which granted \"base:allocation\"")

(* The map of an export of 16 KiB, with two contexts. *)
let several () =
  requires "qemu-img";
  requires "qemu-nbd";
  requires "qemu-io";
  let file = temporary ".qcow2" in
  run ("qemu-img create -q -f qcow2 " ^ file ^ " 1M");
  run ("qemu-img bitmap --add -g 65536 " ^ file ^ " b");
  run ("qemu-io -f qcow2 -c 'write -q 192k 64k' " ^ file);
  NBD.with_handle (fun h ->
    let contexts = ["qemu:dirty-bitmap:b"; NBD.context_base_allocation] in
    List.iter (NBD.add_meta_context h) contexts;
    NBD.connect_systemd_socket_activation h
      ["qemu-nbd"; "-r"; "-f"; "qcow2"; "-B"; "b"; file];
    equal_string "both"
      "0+196608:0,3 196608+65536:1,0 262144+786432:0,3"
      (all (NBD_extents.seq ~contexts h));
    equal_string "the other order" "200000+62144:0,1 262144+737856:3,0"
      (all
         (NBD_extents.seq ~contexts:(List.rev contexts) ~offset:200000L
            ~length:800000L h));
    equal_string "one" "0+196608:0 196608+65536:1 262144+786432:0"
      (all (NBD_extents.seq ~contexts:["qemu:dirty-bitmap:b"] h)))

(* A server that describes only the beginning: the end of its reply is not
   taken for the end of the map. *)
let failing () =
  NBD.with_handle (fun h ->
    NBD.add_meta_context h NBD.context_base_allocation;
    NBD.connect_command h
      (nbdkit
         ["eval"; "get_size=echo 8G"; "can_extents=exit 0";
          "extents=[ $4 = 0 ] || { echo EIO >&2; exit 1; }; echo 0 1M; \
           echo 1M 4293853184 hole"]);
    match NBD_extents.seq h () with
    | Seq.Nil -> failwith "nothing"
    | Seq.Cons (first, rest) ->
       equal_string "first" "0+1048576:0" (show first);
       fails Unix.(Some EIO) rest;
       check "again" (match rest () with _ -> false | exception NBD.Error _ -> true))

let () =
  requires "nbdkit";
  allocation ();
  failing ();
  with_nbdkit ["null"; "1M"] (fun h ->
    fails ~text:"NBD.add_meta_context" Unix.(Some EOPNOTSUPP) (fun () ->
        NBD_extents.seq h));
  several ()
