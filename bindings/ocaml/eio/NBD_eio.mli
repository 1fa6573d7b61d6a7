(* SPDX-License-Identifier: MIT *)
(** Network Block Device (NBD) exports in programs that use Eio.

    {[
      let read_both ~sw () =
        NBD_eio.with_disk (NBD_eio.connect ~sw "nbd://localhost") (fun disk ->
          Eio.Fiber.pair
            (fun () -> NBD_eio.pread disk 4096 0L)
            (fun () -> NBD_eio.pread disk 4096 1_048_576L))
    ]}

    Functions wait for their results, and let other fibers run meanwhile.  If a
    fiber is cancelled, its command is cancelled, as by {!NBD.aio_cancel}: the
    program may use the buffer again at once.  The server may nevertheless have
    carried out a write.

    A handle belongs to a switch, which closes the handle when the switch ends,
    and to the domain that made it.  Callbacks are called by the library, so
    they cannot wait for anything of Eio. *)

include NBD_async.S with type 'a promise := 'a and type loop := Eio.Switch.t

val connect :
  sw:Eio.Switch.t ->
  ?connections:int -> ?reconnect_timeout:int -> ?connect_timeout:int ->
  ?command_timeout:int -> ?stall_timeout:int -> ?contexts:string list ->
  ?setup:(NBD.t -> unit) -> string -> t
(** Make a handle that is connected to the export that a URI names.  If that
    fails or is cancelled, the handle is closed.

    All times are in milliseconds; -1 is for ever, 0 turns a limit off.

    @param sw the switch that the handle belongs to
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
  t -> NBD_extents.t Seq.t
(** The extents of a part of the export; see {!NBD_extents}.  The sequence can be
    read once.  Requests are made ahead.
    @raise NBD.Error as {!NBD_extents.seq} does *)
