(* SPDX-License-Identifier: MIT *)
(* A handle connects to a Unix.sockaddr, with a connected socket, and to a
   URI. *)

open Support

let connected h =
  while NBD.aio_is_connecting h do ignore (NBD.poll h (-1)) done;
  equal_int64 "size" 1048576L (NBD.get_size h);
  NBD.shutdown h

let () =
  requires "nbdkit";
  let path = temporary ".sock" in
  Sys.remove path;
  let server = Unix.ADDR_UNIX path in
  let stream () = Unix.(socket ~cloexec:true PF_UNIX SOCK_STREAM 0) in
  let listener = stream () in
  Unix.bind listener server;
  Unix.listen listener 5;
  (* Use systemd socket activation, so that nothing has to wait for the
     server. *)
  let command =
    "export LISTEN_PID=$$ LISTEN_FDS=1;\
     exec nbdkit -f --exit-with-parent null 1M 3<&0 </dev/null" in
  let pid =
    Unix.(create_process "sh" [|"sh"; "-c"; command|] listener stdout stderr) in
  Unix.close listener;
  let socket = stream () in
  Unix.connect socket server;
  NBD.with_handle (fun h -> NBD.connect_socket h socket; connected h);
  NBD.with_handle (fun h -> NBD.aio_connect h server; connected h);
  NBD.with_handle (fun h -> NBD.connect_unix h path; connected h);
  NBD.with_handle (fun h ->
    if NBD.supports_uri h then begin
      let uri = "nbd+unix:///?socket=" ^ path in
      check "is a URI" (NBD.is_uri h uri);
      NBD.connect_uri h uri;
      equal_string "the same URI" uri (NBD.get_uri h);
      connected h
    end);
  Unix.kill pid Sys.sigterm;
  ignore (Unix.waitpid [] pid)
