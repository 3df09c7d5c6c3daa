//! Parameter sets read and written anew, field by field: nothing of a unit goes on but what its fields say.

use core::ops::RangeInclusive;

use super::bits::{BitWriter, NalReader};

/// Reads the fields of a parameter set, and writes each behind the ones before. Every method returns `None` past the end, and for a value out of range.
pub(super) struct Rewriter<'r, 'w, 'a> {
    from: NalReader<'r>,
    to: &'w mut BitWriter<'a>,
    has_lists: bool,
}

impl<'r, 'w, 'a> Rewriter<'r, 'w, 'a> {
    /// Begins a NAL unit with this header, of a set whose payload is `payload`.
    pub(super) fn new(header: &[u8], payload: &'r [u8], to: &'w mut BitWriter<'a>) -> Self {
        to.nal(header);
        Self {
            from: NalReader::new(payload),
            to,
            has_lists: false,
        }
    }

    /// `u(1)`, a flag.
    pub(super) fn bit(&mut self) -> Option<bool> {
        let value = self.from.bit()?;
        self.to.bit(value);
        Some(value)
    }

    /// `u(n)`, an unsigned integer of `n` bits, at most 32.
    pub(super) fn u(&mut self, n: u32) -> Option<u32> {
        let value = self.from.u(n)?;
        self.to.u(n, value);
        Some(value)
    }

    /// The same where one value alone is taken.
    pub(super) fn only(&mut self, n: u32, value: u32) -> Option<()> {
        (self.u(n)? == value).then_some(())
    }

    /// `ue(v)`, an unsigned integer in Exp-Golomb code, not above `most`.
    pub(super) fn ue(&mut self, most: u32) -> Option<u32> {
        let value = self.from.ue().filter(|value| *value <= most)?;
        self.to.ue(value);
        Some(value)
    }

    /// `se(v)`, a signed integer in Exp-Golomb code.
    pub(super) fn se(&mut self, range: RangeInclusive<i32>) -> Option<i32> {
        let value = self.from.se().filter(|value| range.contains(value))?;
        self.to.se(value);
        Some(value)
    }

    /// `vui_parameters()` up to `chroma_sample_loc_type_bottom_field`, which is the same in both codecs (H.264 §E.1.1, H.265 §E.2.1).
    pub(super) fn vui_parameters_up_to_chroma_loc(&mut self) -> Option<()> {
        const EXTENDED_SAR: u32 = 255;
        let aspect_ratio_info_present_flag = self.bit()?;
        if aspect_ratio_info_present_flag {
            let aspect_ratio_idc = self.u(8)?;
            if aspect_ratio_idc == EXTENDED_SAR {
                let _sar_width = self.u(16)?;
                let _sar_height = self.u(16)?;
            }
        }
        let overscan_info_present_flag = self.bit()?;
        if overscan_info_present_flag {
            let _overscan_appropriate_flag = self.bit()?;
        }
        let video_signal_type_present_flag = self.bit()?;
        if video_signal_type_present_flag {
            let _video_format = self.u(3)?;
            let _video_full_range_flag = self.bit()?;
            let colour_description_present_flag = self.bit()?;
            if colour_description_present_flag {
                let _colour_primaries = self.u(8)?;
                let _transfer_characteristics = self.u(8)?;
                let _matrix_coefficients = self.u(8)?;
            }
        }
        let chroma_loc_info_present_flag = self.bit()?;
        if chroma_loc_info_present_flag {
            let _chroma_sample_loc_type_top_field = self.ue(5)?;
            let _chroma_sample_loc_type_bottom_field = self.ue(5)?;
        }
        Some(())
    }

    /// `more_rbsp_data()`: whether more than the trailing bits is left.
    pub(super) fn has_more(&self) -> bool {
        let mut rest = self.from.clone();
        let is_stop = rest.bit() == Some(true);
        !is_stop || core::iter::from_fn(|| rest.bit()).any(|bit| bit)
    }

    /// Notes that it has lists of numbers at the encoder's choice: scaling lists, buffer sizes.
    pub(super) fn note_lists(&mut self) {
        self.has_lists = true;
    }

    /// Ends the set, if it ends here. Returns whether it has such lists.
    pub(super) fn end(self) -> Option<bool> {
        if self.has_more() {
            return None;
        }
        self.to.rbsp_trailing_bits();
        Some(self.has_lists)
    }
}
