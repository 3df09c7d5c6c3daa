//! The sizes of blocks.

/// The sizes of blocks, as binary logarithms of their sides in luma samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Blocks {
    /// Of the picture, in luma samples.
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) min_coding: u32,
    pub(super) ctb: u32,
    pub(super) min_transform: u32,
    pub(super) max_transform: u32,
    pub(super) max_transform_hierarchy_depth_intra: u32,
}

impl Blocks {
    /// Returns the width and height of a picture in coding tree blocks.
    pub(super) const fn in_ctbs(&self) -> (u32, u32) {
        let side = 1 << self.ctb;
        (self.width.div_ceil(side), self.height.div_ceil(side))
    }
}
