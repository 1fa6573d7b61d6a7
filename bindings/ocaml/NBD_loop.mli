(* SPDX-License-Identifier: MIT *)
(** Handles that a main loop drives.

    This is for packages that connect the library to a main loop.  Programs use
    [NBD_lwt] of the package [nbd.lwt], or [NBD_eio] of [nbd.eio].  These are
    {!NBD_async.Make}, applied to what the main loops can do. *)

(** What a main loop must provide. *)
module type LOOP = sig
  type 'a promise
  (** A result that may come later.  For a loop whose functions themselves wait
      for results, it is ['a]. *)

  type t
  (** The data that identifies the loop. *)

  val return : 'a -> 'a promise
  val fail : exn -> 'a promise
  val bind : 'a promise -> ('a -> 'b promise) -> 'b promise
  val catch : (unit -> 'a promise) -> (exn -> 'a promise) -> 'a promise

  val suspend : t -> ((('a, exn) result -> unit) -> unit -> unit) -> 'a promise
  (** [suspend loop start] calls [start resolve], and ends when [resolve] is
      called with the result, at most once.  If it is cancelled before, it
      calls the function that [start] has returned.  [resolve] may still be
      called after that, and has no effect then. *)

  val later : t -> (unit -> unit) -> unit
  (** Call a function in the next turn of the loop.  This itself neither calls
      it nor waits. *)

  val at_collection : t -> ((unit -> unit) -> unit)
  (** The same for a function that the garbage collector has called, anywhere
      in the program. *)

  val unhandled : t -> exn -> unit
  (** Report an exception that nobody waits for. *)

  type watch

  val on_readable : t -> Unix.file_descr -> (unit -> unit) -> watch
  (** Call a function whenever the descriptor is readable, until the watch is
      stopped. *)

  val on_writable : t -> Unix.file_descr -> (unit -> unit) -> watch
  val stop : watch -> unit
end

(** What handles have besides the calls of the library. *)
module type HANDLE = sig
  type 'a promise
  type loop

  type t
  (** A handle that the loop drives: an export that is connected, or will be.

      Any number of commands may be in flight.  The descriptor is watched while
      the connection lasts.  Commands that have completed together are handed
      out together.

      A handle is closed by {!close}, or when nothing refers to it and no
      command is in flight. *)

  val create : loop -> t
  (** Make a handle that is not connected. *)

  val connect_address : t -> Unix.sockaddr -> unit promise
  (** Connect to a socket address.  See {!NBD.aio_connect}. *)

  val with_disk : t promise -> (t -> 'a promise) -> 'a promise
  (** Wait for a handle, call a function with it, {!shutdown} the connection
      and {!close} the handle.  If the function fails, the handle is closed at
      once. *)

  val handle : t -> NBD.t
  (** The handle of the library, for settings before connecting and for
      everything that does not wait, such as {!NBD.get_size}, {!NBD.can_trim}
      or {!NBD.get_uri}.  Do not make calls that block, such as {!NBD.pread} or
      {!NBD.poll}: they block the whole loop. *)

  val size : t -> int64
  (** The size of the export in bytes.
      @raise NBD.Error if the handle was never connected *)

  val close : t -> unit
  (** Close the handle and its connection at once.  Commands in flight fail with
      {!NBD.Error} and [Unix.ENOTCONN].  Use {!shutdown} before for an orderly
      end.  Closing a handle again does nothing.
      @raise NBD.Error with [Unix.EBUSY] in a callback of this handle *)

  val shutdown : t -> unit promise
  (** End the connection in an orderly way: tell the server that no more
      requests will come.  First let all commands finish, and flush. *)

  val pread : ?flags:NBD.CMD_FLAG.t list -> t -> int -> int64 -> bytes promise
  (** [pread disk count offset] reads [count] bytes.  [pread_into] does it
      without a copy. *)

  val pwrite_bytes :
    ?flags:NBD.CMD_FLAG.t list -> t -> bytes -> int64 -> unit promise
  (** Write a copy of some bytes, which may be changed as soon as this
      returns. *)

  val read_extents :
    ?contexts:string list -> ?offset:int64 -> ?length:int64 ->
    t -> (unit -> NBD_extents.t option promise)
  (** A function that returns the extents of a part of the export, one with each
      call, and at the end [None]; see {!NBD_extents}.  Wait for each result before
      the next call.
      @raise NBD.Error as {!NBD_extents.seq} does *)

  val iter_extents :
    ?contexts:string list -> ?offset:int64 -> ?length:int64 ->
    (NBD_extents.t -> unit promise) -> t -> unit promise
  (** Call a function with each extent, one after another.  If it fails, so
      does this call, and the request in flight is cancelled. *)
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

      The function that issues a command gets the handle, a guard that must
      call its callbacks, so that an exception ends the command, and the
      completion. *)

  type guard = { run : (unit -> int) -> int }

  val command :
    t -> (NBD.t -> guard -> (int ref -> int) -> NBD.cookie) -> unit promise

  val option :
    t -> string -> (NBD.t -> guard -> (int ref -> int) -> unit) -> unit promise
  (** Issue an option.  It fails, or the server has agreed. *)

  val accepted :
    t -> (NBD.t -> guard -> (int ref -> int) -> unit) -> bool promise
  (** The same, if the server may refuse: whether it has agreed. *)

  val counted :
    t -> string -> (NBD.t -> guard -> (int ref -> int) -> unit) -> int promise
  (** The same, with the number of times that the callback was called. *)

  val connecting : t -> (NBD.t -> unit) -> unit promise
  val ending : t -> (NBD.t -> unit) -> unit promise
end
