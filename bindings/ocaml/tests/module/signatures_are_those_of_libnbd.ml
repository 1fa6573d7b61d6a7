(* SPDX-License-Identifier: MIT *)
(* Programs that were written for libnbd compile: the types of one function of
   each kind, and of everything that is not a function, are the same. *)

module type Libnbd = sig
  exception Error of string * Unix.error option
  exception Closed of string
  type t
  type cookie = int64
  type extent = int64 * int64
  val errno_of_unix_error : Unix.error -> int
  module Buffer : sig
    type t
    val alloc : int -> t
    val to_bytes : t -> bytes
    val of_bytes : bytes -> t
    val size : t -> int
  end
  module TLS : sig type t = DISABLE | ALLOW | REQUIRE | UNKNOWN of int end
  module SHUTDOWN : sig
    type t = ABANDON_PENDING | UNKNOWN of int
    val mask : t list
  end
  module HANDSHAKE_FLAG : sig
    type t = FIXED_NEWSTYLE | NO_ZEROES | UNKNOWN of int
    val mask : t list
  end
  module CMD_FLAG : sig type t val mask : t list end
  module STRICT : sig type t val mask : t list end
  module ALLOW_TRANSPORT : sig type t val mask : t list end
  module SIZE : sig
    type t = MINIMUM | PREFERRED | MAXIMUM | PAYLOAD | UNKNOWN of int
  end
  val aio_direction_both : int32
  val read_data : int32
  val namespace_base : string
  val context_base_allocation : string
  val state_hole : int32
  val create : unit -> t
  val close : t -> unit
  val with_handle : (t -> 'a) -> 'a
  val set_debug_callback : t -> (string -> string -> int) -> unit
  val set_tls : t -> TLS.t -> unit
  val get_tls : t -> TLS.t
  val get_handshake_flags : t -> HANDSHAKE_FLAG.t list
  val get_block_size : t -> SIZE.t -> int64
  val set_private_data : t -> int -> int
  val get_nr_meta_contexts : t -> int
  val get_meta_context : t -> int -> string
  val opt_list : t -> (string -> string -> int) -> int
  val aio_opt_list :
    ?completion:(int ref -> int) -> t -> (string -> string -> int) -> unit
  val opt_list_meta_context_queries :
    t -> string list -> (string -> int) -> int
  val connect_command : t -> string list -> unit
  val connect_socket : t -> Unix.file_descr -> unit
  val connect_vsock : t -> int64 -> int64 -> unit
  val aio_connect : t -> Unix.sockaddr -> unit
  val get_size : t -> int64
  val pread : ?flags:CMD_FLAG.t list -> t -> bytes -> int64 -> unit
  val pread_structured :
    ?flags:CMD_FLAG.t list -> t -> bytes -> int64 ->
    (bytes -> int64 -> int -> int ref -> int) -> unit
  val pwrite : ?flags:CMD_FLAG.t list -> t -> bytes -> int64 -> unit
  val zero : ?flags:CMD_FLAG.t list -> t -> int64 -> int64 -> unit
  val block_status :
    ?flags:CMD_FLAG.t list -> t -> int64 -> int64 ->
    (string -> int64 -> int64 array -> int ref -> int) -> unit
  val block_status_64 :
    ?flags:CMD_FLAG.t list -> t -> int64 -> int64 ->
    (string -> int64 -> extent array -> int ref -> int) -> unit
  val shutdown : ?flags:SHUTDOWN.t list -> t -> unit
  val poll : t -> int -> int
  val aio_pread :
    ?completion:(int ref -> int) -> ?flags:CMD_FLAG.t list ->
    t -> Buffer.t -> int64 -> cookie
  val aio_disconnect : ?flags:CMD_FLAG.t list -> t -> unit
  val aio_get_fd : t -> Unix.file_descr
  val aio_get_direction : t -> int
  val aio_command_completed : t -> int64 -> bool
  val aio_peek_command_completed : t -> int64
  val kill_subprocess : t -> int -> unit
end

module _ : Libnbd = NBD

let () =
  Support.equal_int "flags" 6 (List.length NBD.CMD_FLAG.mask);
  Support.equal_string "context" "base:allocation" NBD.context_base_allocation
