//! Bytes as hexadecimal digits, in JSON.

use alloc::borrow::Cow;

use serde::{Deserialize, Deserializer, Serializer, de, ser};

pub(crate) fn serialize<S: Serializer, const N: usize>(
    bytes: &[u8; N],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut digits = [[0; 2]; N];
    for (pair, byte) in digits.iter_mut().zip(bytes) {
        *pair = [byte >> 4, byte & 0xF].map(digit);
    }
    let digits = str::from_utf8(digits.as_flattened()).map_err(<S::Error as ser::Error>::custom)?;
    serializer.serialize_str(digits)
}

const fn digit(value: u8) -> u8 {
    match value {
        0..10 => b'0' + value,
        _ => b'a' + (value - 10),
    }
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
        Err(<D::Error as de::Error>::custom(format_args!(
            "not {} hexadecimal digits in lower case",
            2 * N
        )))
    }
}
