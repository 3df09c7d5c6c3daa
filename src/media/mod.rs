//! Bytes: formats, codecs, redaction. Nothing here knows of consent.

pub(crate) mod codec;
pub(crate) mod format;
pub(crate) mod json;
pub(crate) mod ntp;
pub(crate) mod payload;
pub(crate) mod redact;
pub(crate) mod rtcp;
pub(crate) mod rtp;
pub(crate) mod utf8;
