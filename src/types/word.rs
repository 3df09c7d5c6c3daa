//! The words of this crate as text: what files and reports write is what is read again.

use core::fmt;

/// A text is none of the words that it was read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownWord {
    pub(crate) of: &'static str,
    pub(crate) words: &'static [&'static str],
}

impl UnknownWord {
    /// Returns all words that can be parsed.
    #[must_use]
    pub const fn words(self) -> &'static [&'static str] {
        self.words
    }
}

impl fmt::Display for UnknownWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not a {}; there are:", self.of)?;
        for (number, word) in self.words.iter().enumerate() {
            let comma = if number > 0 { "," } else { "" };
            write!(f, "{comma} {word}")?;
        }
        Ok(())
    }
}

impl core::error::Error for UnknownWord {}

/// Gives each value of an enum its word: `name`, `Display` and `FromStr`.
macro_rules! words {
    ($type:ident, $what:literal: $($value:ident = $word:literal),* $(,)?) => {
        $crate::types::word::names! { $type, $what: $($value = $word,)* }

        impl core::fmt::Display for $type {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.pad(self.name())
            }
        }
    };
}

/// The same without `Display`, for what says more than its word.
macro_rules! names {
    ($type:ident, $what:literal: $($value:ident = $word:literal),* $(,)?) => {
        impl $type {
            const WORDS: &'static [&'static str] = &[$($word),*];

            /// Returns the name in lower case, as files and reports write it.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$value => $word,)* }
            }
        }

        impl core::str::FromStr for $type {
            type Err = $crate::types::word::UnknownWord;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($word => Ok(Self::$value),)*
                    _ => Err($crate::types::word::UnknownWord { of: $what, words: Self::WORDS }),
                }
            }
        }
    };
}

pub(crate) use {names, words};
