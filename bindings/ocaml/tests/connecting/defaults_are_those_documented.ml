(* SPDX-License-Identifier: MIT *)
(* The getters of a fresh handle return the documented defaults. *)

let () =
  let open Support in
  NBD.with_handle (fun h ->
    let off what value = equal_bool what false value in
    let on what value = equal_bool what true value in
    equal_string "name" "nbd" (String.sub (NBD.get_handle_name h) 0 3);
    equal_string "export name" "" (NBD.get_export_name h);
    equal_string "socket activation" "" (NBD.get_socket_activation_name h);
    equal_int "private data" 0 (NBD.get_private_data h);
    check "TLS" (NBD.get_tls h = NBD.TLS.DISABLE);
    on "verify peer" (NBD.get_tls_verify_peer h);
    equal_string "TLS hostname" "" (NBD.get_tls_hostname h);
    check "TLS priority" (NBD.get_tls_priority h <> "");
    on "extended headers" (NBD.get_request_extended_headers h);
    on "structured replies" (NBD.get_request_structured_replies h);
    on "meta context" (NBD.get_request_meta_context h);
    on "block size" (NBD.get_request_block_size h);
    off "full info" (NBD.get_full_info h);
    off "option mode" (NBD.get_opt_mode h);
    on "pread initialize" (NBD.get_pread_initialize h);
    off "debug" (NBD.get_debug h);
    check "handshake" (NBD.get_handshake_flags h = NBD.HANDSHAKE_FLAG.mask);
    check "strict" (NBD.get_strict_mode h = NBD.STRICT.mask);
    equal_int "meta contexts" 0 (NBD.get_nr_meta_contexts h);
    on "created" (NBD.aio_is_created h))
