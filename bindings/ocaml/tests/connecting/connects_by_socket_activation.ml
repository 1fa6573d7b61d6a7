(* SPDX-License-Identifier: MIT *)
(* qemu-nbd is started with a listening socket, and serves a qcow2 file. *)

let () =
  Support.requires "qemu-nbd";
  Support.requires "qemu-img";
  let file = Support.temporary ".qcow2" in
  Support.run ("qemu-img create -q -f qcow2 " ^ file ^ " 3M");
  NBD.with_handle (fun h ->
    NBD.connect_systemd_socket_activation h
      ["qemu-nbd"; "-r"; "-f"; "qcow2"; file];
    Support.equal_int64 "size" 3145728L (NBD.get_size h);
    Support.check "uri" (Support.contains (NBD.get_uri h) "nbd+unix:");
    NBD.shutdown h)
