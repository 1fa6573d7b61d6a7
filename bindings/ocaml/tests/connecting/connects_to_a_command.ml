(* SPDX-License-Identifier: MIT *)
(* A handle connects to a server that runs as a child process. *)

let () =
  Support.with_nbdkit ["null"; "1M"] (fun h ->
    Support.check "ready" (NBD.aio_is_ready h);
    Support.check "pid" (NBD.get_subprocess_pid h > 0L);
    Support.equal_string "protocol" "newstyle-fixed" (NBD.get_protocol h);
    NBD.shutdown h;
    Support.check "closed" (NBD.aio_is_closed h))
