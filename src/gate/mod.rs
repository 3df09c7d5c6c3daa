//! The hot half: one call for each frame, on the media threads. It neither allocates nor locks, and calls nothing of the system.

pub(crate) mod admission;
pub(crate) mod cleared;
mod consent;
mod content;
pub(crate) mod decide;
mod encoded;
mod fault;
pub(crate) mod frame;
mod judge;
pub(crate) mod lineage;
pub(crate) mod receive;
pub(crate) mod records;
pub(crate) mod source;
pub(crate) mod tap;
