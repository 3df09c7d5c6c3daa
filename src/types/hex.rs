//! Bytes as hexadecimal digits, in JSON.

use alloc::{borrow::Cow, string::String};

use serde::{Deserialize, Deserializer, Serializer, de::Error};

pub(crate) fn serialize<S: Serializer, const N: usize>(
    bytes: &[u8; N],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut digits = String::with_capacity(2 * N);
    for byte in bytes {
        let halves = [byte >> 4, byte & 0xF].map(|half| char::from_digit(half.into(), 16));
        digits.extend(halves.into_iter().flatten());
    }
    serializer.serialize_str(&digits)
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>, const N: usize>(
    deserializer: D,
) -> Result<[u8; N], D::Error> {
    let digits = Cow::<str>::deserialize(deserializer)?;
    let value = |digit: u8| match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    };
    let (pairs, rest) = digits.as_bytes().as_chunks::<2>();
    let mut bytes = [0; N];
    let fits = pairs.len() == N && rest.is_empty();
    let all_digits = bytes.iter_mut().zip(pairs).all(|(byte, [high, low])| {
        let value = value(*high)
            .zip(value(*low))
            .map(|(high, low)| high << 4 | low);
        *byte = value.unwrap_or(0);
        value.is_some()
    });
    if fits && all_digits {
        Ok(bytes)
    } else {
        Err(D::Error::custom(format_args!(
            "not {} hexadecimal digits in lower case",
            2 * N
        )))
    }
}
