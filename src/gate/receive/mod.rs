//! When received media were captured, and by whom: what a tap is to be told of them, out of packets.

pub(crate) mod clock;
pub(crate) mod sources;
