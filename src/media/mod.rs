//! Bytes: formats, codecs, redaction. Nothing here knows of consent.

pub(crate) mod codec;
pub(crate) mod encoded;
pub(crate) mod format;
pub(crate) mod grid;
pub(crate) mod json;
pub(crate) mod payload;
pub(crate) mod redact;
pub(crate) mod schema;
pub(crate) mod utf8;
