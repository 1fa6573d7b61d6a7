(* SPDX-License-Identifier: MIT *)
(** Network Block Device (NBD) exports in programs that use Lwt.

    {[
      let read_both () =
        let open Lwt.Syntax in
        NBD_lwt.with_disk (NBD_lwt.connect "nbd://localhost") (fun disk ->
          let one = NBD_lwt.pread disk 4096 0L in
          let* two = NBD_lwt.pread disk 4096 1_048_576L in
          let* one = one in
          Lwt.return (Bytes.cat one two))

      let () = ignore (Lwt_main.run (read_both ()))
    ]}

    A command is sent when its function is called, so any number of commands
    can be in flight.  Its promise may be waited for later, or not at all.  A
    failure that would raise an exception in {!NBD} rejects the promise with
    that exception.

    [Lwt.cancel] cancels a command, as {!NBD.aio_cancel} does.  So do
    [Lwt.pick] and [Lwt_unix.with_timeout] with promises that come too late.
    The program may use the buffer again at once.  The server may nevertheless
    have carried out a write.

    While the main loop does not run, a connection makes no progress, unless
    the library reconnects or has several connections.  It continues with the
    next [Lwt_main.run].  As everywhere in Lwt, functions must be called by the
    thread of the main loop.

    libnbd-ocaml(3) says more, and [examples/checksum_lwt.ml] is a program. *)

include NBD_async.S with type 'a promise := 'a Lwt.t and type loop := unit

val connect :
  ?connections:int -> ?reconnect_timeout:int -> ?connect_timeout:int ->
  ?command_timeout:int -> ?stall_timeout:int -> ?contexts:string list ->
  ?setup:(NBD.t -> unit) -> string -> t Lwt.t
(** Make a handle that is connected to the export that a URI names.  If that
    fails or is cancelled, the handle is closed.

    All times are in milliseconds; -1 is for ever, 0 turns a limit off.

    @param connections how many connections to open, see {!NBD.set_connections}
    @param reconnect_timeout how long to try to get a lost connection back, see
    {!NBD.set_reconnect_timeout}
    @param connect_timeout how long to wait for a server that is not there yet,
    see {!NBD.set_connect_timeout}
    @param command_timeout how long a command may take, see
    {!NBD.set_command_timeout}
    @param stall_timeout how long the server may be silent, see
    {!NBD.set_stall_timeout}
    @param contexts the metadata contexts to ask for, {!extents} needs one; by
    default ["base:allocation"]
    @param setup a function that is called with the handle before it connects,
    for all other settings, such as {!NBD.set_tls} *)

val extents :
  ?contexts:string list -> ?offset:int64 -> ?length:int64 ->
  t -> NBD_extents.t Lwt_stream.t
(** The extents of a part of the export; see {!NBD_extents}.  Requests are made
    ahead of the reader of the stream.
    @raise NBD.Error as {!NBD_extents.seq} does *)
