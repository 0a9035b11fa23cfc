//! Enums that are texts on the wire.

/// An enum whose variants are texts on the wire: each variant with its text, and the message of an error about any other text.
macro_rules! string_enum {
    ($(#[$meta:meta])* $name:ident, $complaint:literal { $($(#[$doc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name { $($(#[$doc])* $variant,)+ }

        impl $name {
            /// Every one, in order.
            pub const EACH: &[Self] = &[$(Self::$variant),+];

            /// As it is on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
        }

        impl std::str::FromStr for $name {
            /// What to say about another word.
            type Err = &'static str;

            fn from_str(word: &str) -> Result<Self, &'static str> {
                match word { $($word => Ok(Self::$variant),)+ _ => Err($complaint) }
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}
