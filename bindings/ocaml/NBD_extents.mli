(* SPDX-License-Identifier: MIT *)
(** The map of an export: where its data is, which parts are holes or read as
    zeroes, and which have changed.

    {[
      let () =
        NBD.with_handle (fun h ->
          NBD.add_meta_context h NBD.context_base_allocation;
          NBD.connect_uri h "nbd://localhost";
          Seq.iter (fun (extent : NBD_extents.t) ->
              if not (NBD_extents.is_zero extent) then
                Printf.printf "data at %Ld, %Ld bytes\n"
                  extent.offset extent.length)
            (NBD_extents.seq h))
    ]}

    The extents come in order, are adjacent, and together cover the range that
    was asked for.  Adjacent extents differ, because equal ones are joined.
    With several metadata contexts, an extent ends where an extent of any of
    them ends.

    Requests are made ahead: while the extents of one reply are used, the next
    request is in flight.  At most two replies are kept, so a map of any size
    needs little memory.

    Contexts are requested before connecting, with {!NBD.add_meta_context}. *)

type t = {
  offset : int64; (** where it begins *)
  length : int64; (** in bytes *)
  flags : int64 array;
      (** the flags of each context, in the order in which contexts were asked
          for *)
}

val is_hole : t -> bool
(** The first context is ["base:allocation"], and the extent takes no space on
    the server. *)

val is_zero : t -> bool
(** The first context is ["base:allocation"], and the extent reads as zeroes. *)

val seq :
  ?contexts:string list -> ?offset:int64 -> ?length:int64 -> NBD.t -> t Seq.t
(** The extents of a part of the export.  The sequence sends requests while it
    is read, so reading it raises {!NBD.Error} if the server fails.  To read it
    again from its beginning sends the requests again.  The rest of the
    sequence after an extent can be read only once; see [Seq.memoize].

    @param contexts whose flags are wanted, by default all that the server has
    granted
    @param offset where the part begins, by default at 0
    @param length of the part, by default to the end of the export
    @raise NBD.Error if the range is not within the export, if one of the
    contexts was not granted, or if none was *)

val iter :
  ?contexts:string list -> ?offset:int64 -> ?length:int64 ->
  (t -> unit) -> NBD.t -> unit
(** Call a function with each extent.  If it raises an exception, the request
    in flight is cancelled.  See {!seq}. *)

(** {2 For main loops}

    The part of {!seq} and of the packages for main loops that does not wait:
    what to ask for next, and what the replies say. *)

module Walk : sig
  type walk

  type question = {
    count : int64;
    at : int64;
    answer : string -> int64 -> NBD.extent array -> int ref -> int;
        (** the callback for {!NBD.aio_block_status_64} *)
    replies : NBD.extent array array; (** what the callback has collected *)
  }

  val start :
    ?contexts:string list -> ?offset:int64 -> ?length:int64 -> NBD.t -> walk

  val question : walk -> question option
  (** The next request; [None] if the last reply reached the end. *)

  val answered : walk -> question -> unit
  (** The request was answered, and all extents of the previous reply were used.
      @raise NBD.Error if the reply lacks a context or covers nothing *)

  val next : walk -> t option
  (** The next extent, or [None] until there is another reply. *)

  val last : walk -> t option
  (** The extent at the end, when there are no more requests. *)
end
