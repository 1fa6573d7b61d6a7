(* SPDX-License-Identifier: MIT *)
(** Handles that a main loop drives.

    This is for those who bring the library to a main loop: programs use
    [NBD_lwt] of the package [nbd.lwt], or [NBD_eio] of [nbd.eio], which are
    {!NBD_async.Make} with what these loops can do. *)

(** What is asked of a main loop. *)
module type LOOP = sig
  type 'a promise
  (** A result that may come later.  Where functions wait for it themselves, it
      is ['a]. *)

  type t
  (** What has to be known of the loop. *)

  val return : 'a -> 'a promise
  val fail : exn -> 'a promise
  val bind : 'a promise -> ('a -> 'b promise) -> 'b promise
  val catch : (unit -> 'a promise) -> (exn -> 'a promise) -> 'a promise

  val suspend : t -> ((('a, exn) result -> unit) -> unit -> unit) -> 'a promise
  (** [suspend loop start] calls [start resolve], and is over when [resolve] is
      called with the result, at most once.  If the waiting is cancelled before,
      it calls what [start] has returned; [resolve] may be called all the same,
      and nobody listens then. *)

  val later : t -> (unit -> unit) -> unit
  (** Call a function in the next turn of the loop.  This neither calls it nor
      waits. *)

  val at_collection : t -> ((unit -> unit) -> unit)
  (** The same for a function that the garbage collector has called, at any
      place of the program. *)

  val unhandled : t -> exn -> unit
  (** Nobody waits for this exception. *)

  type watch

  val on_readable : t -> Unix.file_descr -> (unit -> unit) -> watch
  (** Call a function whenever the descriptor can be read from, until it is
      stopped. *)

  val on_writable : t -> Unix.file_descr -> (unit -> unit) -> watch
  val stop : watch -> unit
end

(** What handles have beside the calls of the library. *)
module type HANDLE = sig
  type 'a promise
  type loop

  type t
  (** A handle that the loop drives: an export that is connected, or will be.

      Any number of commands may be under way.  The descriptor is watched as long
      as the connection lasts, and commands that have ended together are handed
      out together.

      A handle is closed by {!close}, or when nothing refers to it any more and
      no command is under way. *)

  val create : loop -> t
  (** Make a handle that is not connected yet. *)

  val connect_address : t -> Unix.sockaddr -> unit promise
  (** Connect to a socket address.  See {!NBD.aio_connect}. *)

  val with_disk : t promise -> (t -> 'a promise) -> 'a promise
  (** Wait for a handle, call a function with it, {!shutdown} the connection
      and {!close} it.  If the function fails, it is closed at once. *)

  val handle : t -> NBD.t
  (** The handle beneath, for settings before connecting and for all that does
      not wait, such as {!NBD.get_size}, {!NBD.can_trim} or {!NBD.get_uri}.
      Do not call what blocks, such as {!NBD.pread} or {!NBD.poll}: it holds up
      the whole loop. *)

  val size : t -> int64
  (** The size of the export in bytes.
      @raise NBD.Error if the handle was never connected *)

  val close : t -> unit
  (** Close the handle and its connection at once.  What is under way fails with
      {!NBD.Error} and [Unix.ENOTCONN].  Use {!shutdown} before for an orderly
      end.  Closing a handle again does nothing.
      @raise NBD.Error with [Unix.EBUSY] in a callback of this handle *)

  val shutdown : t -> unit promise
  (** End the connection in an orderly way: the server is told that no more
      requests will come.  Let all commands finish before, and flush. *)

  val pread : ?flags:NBD.CMD_FLAG.t list -> t -> int -> int64 -> bytes promise
  (** [pread disk count offset] reads so many bytes.  [pread_into] does it
      without a copy. *)

  val pwrite_bytes :
    ?flags:NBD.CMD_FLAG.t list -> t -> bytes -> int64 -> unit promise
  (** Write a copy of some bytes, which may be changed at once. *)

  val read_extents :
    ?contexts:string list -> ?offset:int64 -> ?length:int64 ->
    t -> (unit -> NBD_extents.t option promise)
  (** A function that returns one extent after the other of a part of the export,
      and then nothing, see {!NBD_extents}.  Wait for each before the next call.
      @raise NBD.Error as {!NBD_extents.seq} does *)

  val iter_extents :
    ?contexts:string list -> ?offset:int64 -> ?length:int64 ->
    (NBD_extents.t -> unit promise) -> t -> unit promise
  (** Call a function with each extent, one after the other.  If it fails, so does
      this, and the request that is under way is cancelled. *)
end

module Make (Loop : LOOP) : sig
  include HANDLE with type 'a promise = 'a Loop.promise and type loop = Loop.t

  val connect :
    loop ->
    ?connections:int -> ?reconnect_timeout:int -> ?connect_timeout:int ->
    ?command_timeout:int -> ?stall_timeout:int -> ?contexts:string list ->
    ?setup:(NBD.t -> unit) -> string -> t promise
  (** A handle that is connected to a URI. *)

  type result = (unit, exn) Stdlib.result

  (** {3 For NBD_async}

      The function that issues gets the handle, what its callbacks are to be
      called by, so that an exception ends the command, and the completion. *)

  type guard = { run : (unit -> int) -> int }

  val command :
    t -> (NBD.t -> guard -> (int ref -> int) -> NBD.cookie) -> unit promise

  val option :
    t -> string -> (NBD.t -> guard -> (int ref -> int) -> unit) -> unit promise
  (** The option that is named fails, or the server has done what it asks for. *)

  val accepted :
    t -> (NBD.t -> guard -> (int ref -> int) -> unit) -> bool promise
  (** The same, if the server may refuse. *)

  val counted :
    t -> string -> (NBD.t -> guard -> (int ref -> int) -> unit) -> int promise
  (** The same with the number of times that the callback was called. *)

  val connecting : t -> (NBD.t -> unit) -> unit promise
  val ending : t -> (NBD.t -> unit) -> unit promise
end
