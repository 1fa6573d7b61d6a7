(* SPDX-License-Identifier: MIT *)
(* A Unix.sockaddr, a socket that is connected already, and a URI. *)

open Support

let connected h =
  while NBD.aio_is_connecting h do ignore (NBD.poll h (-1)) done;
  equal_int64 "size" 1048576L (NBD.get_size h);
  NBD.shutdown h

let () =
  requires "nbdkit";
  let path = temporary ".sock" in
  Sys.remove path;
  let pid =
    Unix.(create_process "nbdkit"
      [|"nbdkit"; "-f"; "--exit-with-parent"; "-U"; path; "null"; "1M"|]
      stdin stdout stderr) in
  let server = Unix.ADDR_UNIX path in
  let rec try_connect left =
    let socket = Unix.(socket ~cloexec:true PF_UNIX SOCK_STREAM 0) in
    match Unix.connect socket server with
    | () -> socket
    | exception Unix.Unix_error _ when left > 0 ->
       Unix.close socket;
       Unix.sleepf 0.02;
       try_connect (left - 1) in
  let socket = try_connect 15000 in
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
