// SPDX-License-Identifier: MIT
//! Settings: their defaults, and the values that they accept.

use libnbd::{AllowTransport, Handle, HandshakeFlag, Strict, Tls, Unflushed};

#[test]
fn defaults_are_those_documented() {
    let handle = Handle::new().unwrap();
    assert_eq!(handle.get_export_name().unwrap(), "");
    assert!(!handle.get_full_info().unwrap());
    assert_eq!(handle.get_tls(), Tls::Disable);
    assert!(handle.get_tls_verify_peer());
    assert!(handle.get_request_extended_headers());
    assert!(handle.get_request_structured_replies());
    assert!(handle.get_request_meta_context().unwrap());
    assert!(handle.get_request_block_size().unwrap());
    assert!(handle.get_pread_initialize());
    assert_eq!(handle.get_handshake_flags(), HandshakeFlag::all());
    assert_eq!(handle.get_strict_mode(), Strict::all());
    assert!(!handle.get_opt_mode());
    assert_eq!(handle.get_private_data(), 0);
    assert_eq!(handle.get_nr_meta_contexts().unwrap(), 0);
    assert_eq!(handle.get_socket_activation_name().unwrap(), "");
}

/// A boolean setting with a getter.
macro_rules! switches {
    ($handle:ident, $($set:ident $get:expr;)*) => {
        $(for value in [true, false, true] {
            $handle.$set(value).unwrap();
            assert_eq!($get, value, stringify!($set));
        })*
    };
}

#[test]
fn every_setting_can_be_set_and_read() {
    let h = Handle::new().unwrap();
    switches! { h,
        set_full_info h.get_full_info().unwrap();
        set_tls_verify_peer h.get_tls_verify_peer();
        set_request_extended_headers h.get_request_extended_headers();
        set_request_structured_replies h.get_request_structured_replies();
        set_request_meta_context h.get_request_meta_context().unwrap();
        set_request_block_size h.get_request_block_size().unwrap();
        set_pread_initialize h.get_pread_initialize();
        set_opt_mode h.get_opt_mode();
        set_debug h.get_debug();
    }
    h.set_debug(false).unwrap();

    h.set_handle_name("one").unwrap();
    assert_eq!(h.get_handle_name().unwrap(), "one");
    h.set_export_name("dísk").unwrap();
    assert_eq!(h.get_export_name().unwrap(), "dísk");
    h.set_socket_activation_name("unit").unwrap();
    assert_eq!(h.get_socket_activation_name().unwrap(), "unit");
    h.set_private_data(42);
    assert_eq!(h.set_private_data(43), 42);
    assert_eq!(h.get_private_data(), 43);

    let flags = HandshakeFlag::all() - HandshakeFlag::NO_ZEROES;
    h.set_handshake_flags(flags).unwrap();
    assert_eq!(h.get_handshake_flags(), HandshakeFlag::FIXED_NEWSTYLE);
    h.set_strict_mode(!Strict::ALIGN).unwrap();
    assert_eq!(h.get_strict_mode(), Strict::all() - Strict::ALIGN);

    h.add_meta_context(libnbd::CONTEXT_BASE_ALLOCATION).unwrap();
    assert_eq!(h.get_nr_meta_contexts().unwrap(), 1);
    assert_eq!(h.get_meta_context(0).unwrap(), "base:allocation");
    h.clear_meta_contexts().unwrap();
    assert_eq!(h.get_nr_meta_contexts().unwrap(), 0);

    // These have no getter.
    h.set_uri_allow_transports(AllowTransport::TCP | AllowTransport::UNIX)
        .unwrap();
    h.set_uri_allow_tls(Tls::Require).unwrap();
    h.set_uri_allow_tls_priority(true).unwrap();
    h.set_uri_allow_local_file(true).unwrap();
    assert!(h.get_handle_size().unwrap() > 0);
}

#[test]
fn times_and_sizes_come_back_as_they_were() {
    let h = Handle::new().unwrap();
    assert_eq!(h.get_quarantine(), 30000);
    for time in [-1, 0, 250] {
        h.set_reconnect_timeout(time).unwrap();
        assert_eq!(h.get_reconnect_timeout(), time);
        h.set_quarantine(time).unwrap();
        assert_eq!(h.get_quarantine(), time);
    }
    assert!(h.set_stall_timeout(-2).is_err());
    h.set_unflushed_policy(Unflushed::Strict).unwrap();
    assert_eq!(h.get_unflushed_policy(), Unflushed::Strict);
    h.set_journal_size(1 << 40).unwrap();
    assert_eq!(h.get_journal_size(), 1 << 40);
    h.set_connections(16).unwrap();
    assert_eq!(h.get_connections(), 16);
    assert_eq!(h.get_outage(), 0);
}

#[test]
fn tls_settings_can_be_set_and_read() {
    let h = Handle::new().unwrap();
    if !h.supports_tls() {
        assert!(h.set_tls(Tls::Require).is_err());
        return;
    }
    for value in [Tls::Allow, Tls::Require, Tls::Disable] {
        h.set_tls(value).unwrap();
        assert_eq!(h.get_tls(), value);
    }
    h.set_tls_username("alice").unwrap();
    assert_eq!(h.get_tls_username().unwrap(), "alice");
    h.set_tls_hostname("example.com").unwrap();
    assert_eq!(h.get_tls_hostname().unwrap(), "example.com");
    h.set_tls_priority("NORMAL").unwrap();
    assert_eq!(h.get_tls_priority().unwrap(), "NORMAL");
    h.set_tls_certificates("/nonexistent").unwrap();
    h.set_tls_psk_file("/nonexistent").unwrap();
}

#[test]
fn flags_are_sets() {
    let both = Strict::FLAGS | Strict::BOUNDS;
    assert!(both.contains(Strict::FLAGS));
    assert!(!both.contains(Strict::ALIGN));
    assert_eq!((both - Strict::FLAGS).bits(), Strict::BOUNDS.bits());
    assert_eq!(format!("{:?}", both), "FLAGS | BOUNDS");
    assert_eq!(format!("{:?}", Strict::empty()), "0x0");
    assert_eq!(Strict::from_bits(1 << 31), None);
    assert_eq!(Tls::from_value(2), Some(Tls::Require));
    assert_eq!(Tls::from_value(3), None);
}
