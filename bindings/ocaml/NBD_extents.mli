(* SPDX-License-Identifier: MIT *)
(** What an export is made of: where its data is, which parts are holes or read
    as zeroes, and which have changed.

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

    Extents come in order, the next begins where the last has ended, and
    together they are the range that was asked for.  Neighbours differ, as equal
    ones were joined.  With several metadata contexts an extent ends where one
    of any of them does.

    The server is asked ahead: while the extents of one reply are used, the next
    is under way.  No more than two replies are kept, so a map of any size takes
    little memory.

    Contexts are asked for before connecting, by {!NBD.add_meta_context}. *)

type t = {
  offset : int64; (** where it begins *)
  length : int64; (** in bytes *)
  flags : int64 array;
      (** those of each context, in the order in which contexts were asked for *)
}

val is_hole : t -> bool
(** The first context is ["base:allocation"], and the extent takes no space on
    the server. *)

val is_zero : t -> bool
(** The first context is ["base:allocation"], and the extent reads as zeroes. *)

val seq :
  ?contexts:string list -> ?offset:int64 -> ?length:int64 -> NBD.t -> t Seq.t
(** The extents of a part of the export.  The sequence asks the server as it is
    read, so reading it raises {!NBD.Error} if the server cannot tell.  Who reads
    it again from its beginning asks again; what follows an extent is there to be
    read once, see [Seq.memoize].

    @param contexts whose flags are wanted, all that the server has granted if
    none are given
    @param offset where the part begins, by default at 0
    @param length of the part, by default to the end of the export
    @raise NBD.Error if the range is not within the export, if one of the
    contexts was not granted, or if none was *)

val iter :
  ?contexts:string list -> ?offset:int64 -> ?length:int64 ->
  (t -> unit) -> NBD.t -> unit
(** Call a function with each extent.  If it raises an exception, the request
    that is under way is cancelled.  See {!seq}. *)

(** {2 For main loops}

    This is what {!seq} and the packages for main loops are made of: what to
    ask for next, and what the replies say. *)

module Walk : sig
  type walk

  type question = {
    count : int64;
    at : int64;
    answer : string -> int64 -> NBD.extent array -> int ref -> int;
        (** the callback for {!NBD.aio_block_status_64} *)
    replies : NBD.extent array array; (** what it has put together *)
  }

  val start :
    ?contexts:string list -> ?offset:int64 -> ?length:int64 -> NBD.t -> walk

  val question : walk -> question option
  (** What to ask next; nothing if the last reply reached the end. *)

  val answered : walk -> question -> unit
  (** The question was answered, and all of the reply before has been used.
      @raise NBD.Error if the reply lacks a context or leads nowhere *)

  val next : walk -> t option
  (** The next extent, or none until there is another reply. *)

  val last : walk -> t option
  (** The extent at the end, when there is no other question. *)
end
