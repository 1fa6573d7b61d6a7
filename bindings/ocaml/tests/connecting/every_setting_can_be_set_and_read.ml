(* SPDX-License-Identifier: MIT *)
(* Each setter changes what its getter returns.  Setters without a getter can
   be called. *)

open Support

let booleans = [
  "debug", NBD.set_debug, NBD.get_debug;
  "full info", NBD.set_full_info, NBD.get_full_info;
  "verify peer", NBD.set_tls_verify_peer, NBD.get_tls_verify_peer;
  "extended headers", NBD.set_request_extended_headers,
  NBD.get_request_extended_headers;
  "structured replies", NBD.set_request_structured_replies,
  NBD.get_request_structured_replies;
  "meta context", NBD.set_request_meta_context, NBD.get_request_meta_context;
  "block size", NBD.set_request_block_size, NBD.get_request_block_size;
  "pread initialize", NBD.set_pread_initialize, NBD.get_pread_initialize;
  "option mode", NBD.set_opt_mode, NBD.get_opt_mode;
]

let strings = [
  "handle name", NBD.set_handle_name, NBD.get_handle_name;
  "export name", NBD.set_export_name, NBD.get_export_name;
  "TLS user", NBD.set_tls_username, NBD.get_tls_username;
  "TLS host", NBD.set_tls_hostname, NBD.get_tls_hostname;
  "TLS priority", NBD.set_tls_priority, NBD.get_tls_priority;
]

let times = [
  "reconnecting", NBD.set_reconnect_timeout, NBD.get_reconnect_timeout;
  "connecting", NBD.set_connect_timeout, NBD.get_connect_timeout;
  "commands", NBD.set_command_timeout, NBD.get_command_timeout;
  "silence", NBD.set_stall_timeout, NBD.get_stall_timeout;
  "keepalive", NBD.set_keepalive, NBD.get_keepalive;
  "quarantine", NBD.set_quarantine, NBD.get_quarantine;
]

let () =
  NBD.with_handle (fun h ->
    NBD.set_debug_callback h (fun _ _ -> 0);
    List.iter (fun (what, set, get) ->
      let before = get h in
      set h (not before);
      equal_bool what (not before) (get h);
      set h before;
      equal_bool what before (get h)) booleans;
    NBD.clear_debug_callback h;
    List.iter (fun (what, set, get) ->
      set h "NORMAL";
      equal_string what "NORMAL" (get h)) strings;
    NBD.set_export_name h "Gr\xc3\xbc\xc3\x9fe \xff";
    equal_string "any bytes" "Gr\xc3\xbc\xc3\x9fe \xff" (NBD.get_export_name h);
    NBD.set_socket_activation_name h "name1";
    equal_string "activation" "name1" (NBD.get_socket_activation_name h);
    if NBD.supports_tls h then
      List.iter (fun level ->
        NBD.set_tls h level;
        check "TLS" (NBD.get_tls h = level))
        NBD.TLS.[ALLOW; REQUIRE; DISABLE];
    List.iter (fun (what, set, get) ->
      List.iter (fun time ->
        set h time;
        equal_int what time (get h)) [-1; 0; 250]) times;
    NBD.set_unflushed_policy h NBD.UNFLUSHED.STRICT;
    check "policy" (NBD.get_unflushed_policy h = NBD.UNFLUSHED.STRICT);
    NBD.set_journal_size h 0x100_0000_0000L;
    check "journal" (NBD.get_journal_size h = 0x100_0000_0000L);
    NBD.set_connections h 16L;
    equal_int "connections" 16 (NBD.get_connections h);
    NBD.set_event_callback h (fun _ _ _ -> 0);
    NBD.clear_event_callback h;
    NBD.set_tls_certificates h "/nowhere";
    NBD.set_tls_psk_file h "/nowhere/keys";
    NBD.set_handshake_flags h [NBD.HANDSHAKE_FLAG.NO_ZEROES];
    check "handshake flags"
      (NBD.get_handshake_flags h = [NBD.HANDSHAKE_FLAG.NO_ZEROES]);
    NBD.set_handshake_flags h [];
    check "no handshake flags" (NBD.get_handshake_flags h = []);
    NBD.set_strict_mode h NBD.STRICT.[FLAGS; AUTO_FLAG; UNKNOWN 0];
    check "strict mode"
      (NBD.get_strict_mode h = NBD.STRICT.[COMMANDS; FLAGS; AUTO_FLAG]);
    NBD.set_uri_allow_transports h NBD.ALLOW_TRANSPORT.[TCP; UNIX];
    NBD.set_uri_allow_tls h NBD.TLS.REQUIRE;
    NBD.set_uri_allow_tls_priority h true;
    NBD.set_uri_allow_local_file h true;
    equal_int "old private data" 0 (NBD.set_private_data h (-42));
    equal_int "private data" (-42) (NBD.get_private_data h);
    NBD.add_meta_context h "base:allocation";
    NBD.add_meta_context h "x:y";
    equal_int "contexts" 2 (NBD.get_nr_meta_contexts h);
    equal_string "context" "x:y" (NBD.get_meta_context h 1);
    NBD.clear_meta_contexts h;
    equal_int "no contexts" 0 (NBD.get_nr_meta_contexts h);
    check "size of a handle" (NBD.get_handle_size h > 0))
