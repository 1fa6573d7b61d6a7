// SPDX-License-Identifier: MIT
//! Macros that make the types of enums and flags.

/// Enums: one constant of a group.
macro_rules! enums {
    ($(#[$doc:meta])* $name:ident {
        $($(#[$inner:meta])* $member:ident = $value:expr;)*
    }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        #[repr(i32)]
        pub enum $name {
            $($(#[$inner])* $member = $value,)*
        }

        impl $name {
            /// The number of the constant in C.
            pub const fn value(self) -> i32 {
                self as i32
            }

            /// The constant for a number in C.
            pub const fn from_value(value: i32) -> Option<Self> {
                match value {
                    $($value => Some(Self::$member),)*
                    _ => None,
                }
            }

            /// The value in the library, which was set with this type.
            #[allow(dead_code)]
            pub(crate) fn known(value: i32) -> Self {
                match Self::from_value(value) {
                    Some(known) => known,
                    None => panic!("{} is no {}", value, stringify!($name)),
                }
            }
        }
    };
}

/// Flags: any number of constants of a group.
macro_rules! flags {
    ($(#[$doc:meta])* $name:ident {
        $($(#[$inner:meta])* $member:ident = $value:expr;)*
    }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u32);

        impl $name {
            $($(#[$inner])* pub const $member: Self = Self($value);)*

            /// No flag.
            pub const fn empty() -> Self {
                Self(0)
            }

            /// All flags that this version of the crate knows.
            pub const fn all() -> Self {
                Self(0 $(| $value)*)
            }

            /// The flags as a number in C.
            pub const fn bits(self) -> u32 {
                self.0
            }

            /// Flags from a number in C, including unknown ones.
            pub const fn from_bits_retain(bits: u32) -> Self {
                Self(bits)
            }

            /// Flags from a number in C, if all of them are known.
            pub const fn from_bits(bits: u32) -> Option<Self> {
                if bits & !Self::all().0 == 0 {
                    Some(Self(bits))
                } else {
                    None
                }
            }

            /// Whether no flag is set.
            pub const fn is_empty(self) -> bool {
                self.0 == 0
            }

            /// Whether all flags of `other` are set.
            pub const fn contains(self, other: Self) -> bool {
                self.0 & other.0 == other.0
            }

            /// The flags of both.  Can be used in constants.
            #[must_use]
            pub const fn union(self, other: Self) -> Self {
                Self(self.0 | other.0)
            }
        }

        impl std::ops::BitOr for $name {
            type Output = Self;
            fn bitor(self, other: Self) -> Self {
                Self(self.0 | other.0)
            }
        }

        impl std::ops::BitOrAssign for $name {
            fn bitor_assign(&mut self, other: Self) {
                self.0 |= other.0;
            }
        }

        impl std::ops::BitAnd for $name {
            type Output = Self;
            fn bitand(self, other: Self) -> Self {
                Self(self.0 & other.0)
            }
        }

        impl std::ops::Sub for $name {
            type Output = Self;
            fn sub(self, other: Self) -> Self {
                Self(self.0 & !other.0)
            }
        }

        /// All flags except these.
        impl std::ops::Not for $name {
            type Output = Self;
            fn not(self) -> Self {
                Self(!self.0 & Self::all().0)
            }
        }

        /// The names of the flags, as in `FUA | DF`.
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                let mut rest = *self;
                let mut between = "";
                $(if self.contains(Self::$member) {
                    write!(f, "{}{}", between, stringify!($member))?;
                    between = " | ";
                    rest = rest - Self::$member;
                })*
                if rest.0 != 0 || self.0 == 0 {
                    write!(f, "{}{:#x}", between, rest.0)?;
                }
                Ok(())
            }
        }
    };
}

pub(crate) use {enums, flags};
