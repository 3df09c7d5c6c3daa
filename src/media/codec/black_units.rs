//! Black access units of H.264 and HEVC, under the stream's own parameter sets, so that neither a decoder nor a file begins anew with them.

use alloc::{boxed::Box, vec};
use core::iter;

use super::{
    bits::BitWriter,
    config::DecoderConfig,
    h264, hevc,
    nal::{Framing, Set},
    unit_codec::UnitCodec,
};

/// How many units of an access unit are looked through for its sets and its first slice.
const MOST_UNITS: usize = 32;
/// The most bytes that the sets of a picture take, lists included.
const SETS: usize = 4096;

/// Writes the black access units that replace a stream's withheld ones: an IDR picture, then others that repeat it. In HEVC all are the same IDR picture.
pub(super) struct BlackUnits {
    codec: UnitCodec,
    framing: Framing,
    /// The sets of the last IDR picture, written anew; none before the first.
    sets: Option<Sets>,
    rewritten: Box<[u8]>,
    /// The room for those of the next one.
    spare: Box<[u8]>,
    /// Differs from that of the stream's own IDR pictures.
    idr_pic_id: u16,
    buffer: Box<[u8]>,
    written: Option<Written>,
    /// The number of black access units since the black IDR picture; `None` if the stream's own came after it.
    since_idr: Option<u32>,
}

/// Parameter sets, written anew.
#[derive(Clone, Copy)]
struct Sets {
    /// None if there are no black pictures under them.
    template: Option<Template>,
    /// Of what was written anew, in bytes.
    length: usize,
    /// Whether they are in the access unit itself.
    is_in_band: bool,
    /// Whether they have lists of numbers at the encoder's choice, which go on only if receivers have them.
    has_lists: bool,
    /// Whether receivers have them: they are known beforehand, or were in an access unit that was released.
    is_known: bool,
}

impl Sets {
    /// Of pictures that have no black ones.
    const NONE: Self = Self {
        template: None,
        length: 0,
        is_in_band: false,
        has_lists: false,
        is_known: false,
    };
}

/// What black pictures need to know of them.
#[derive(Clone, Copy)]
enum Template {
    H264(h264::Template),
    Hevc(hevc::Template),
}

/// The units in the buffer.
#[derive(Clone, Copy)]
struct Written {
    /// The length of the IDR picture and its sets, and of the slice data of those that repeat it behind that.
    idr: usize,
    skips: usize,
}

impl BlackUnits {
    /// Begins with the sets that are known beforehand, if there are any.
    pub(super) fn new(codec: UnitCodec, config: Option<&DecoderConfig>) -> Self {
        let picture = match codec {
            UnitCodec::H264 => h264::room(),
            UnitCodec::Hevc => hevc::room(),
        };
        let room = |length| vec![0; length].into();
        let mut black = Self {
            codec,
            framing: config.map_or(Framing::StartCodes, DecoderConfig::framing),
            sets: None,
            rewritten: room(SETS),
            spare: room(SETS),
            idr_pic_id: 1 << 15,
            buffer: room(SETS + picture),
            written: None,
            since_idr: None,
        };
        let first = config.and_then(|config| {
            let pps = config.sets().find(|(set, _)| set.rank == PPS)?;
            find(codec, &iter::empty(), Some(config), pps.0.id)
        });
        if let Some(found) = first {
            black.set(&found);
        }
        black
    }

    /// Notes that receivers may have others in the place of sets that were known beforehand: from now on black IDR pictures bring theirs.
    pub(super) fn bring_sets(&mut self) {
        if let Some(sets) = self.sets.as_mut().filter(|sets| !sets.is_in_band) {
            sets.is_in_band = true;
            self.written = None;
            self.since_idr = None;
        }
    }

    /// Whether a B slice would show that pictures may be reordered.
    pub(super) fn awaits_b_slice(&self) -> bool {
        self.template().is_some_and(|sets| !sets.is_in_order())
    }

    /// Notes what an access unit says that black ones are made by. `is_refresh` if it is an IDR or BLA picture with its sets.
    #[inline(never)]
    pub(super) fn learn(&mut self, unit: &[u8], config: Option<&DecoderConfig>, is_refresh: bool) {
        let Some(units) = self.framing.units(unit) else {
            return;
        };
        let codec = self.codec;
        let mut first = units.clone().take(MOST_UNITS);
        let slice = first.find(|nal| codec.is_slice(nal));
        // To which picture parameter set it refers, and whether it is a B slice.
        let header = slice.and_then(|nal| match codec {
            UnitCodec::H264 => {
                h264::slice(nal).map(|slice| (slice.pic_parameter_set_id, slice.is_b))
            }
            UnitCodec::Hevc => Some((hevc::slice_pps(nal)?, false)),
        });
        if is_refresh {
            let before = units.take_while(|nal| !codec.is_slice(nal));
            let found = header.and_then(|(pps_id, _)| find(codec, &before, config, pps_id));
            match found {
                Some(found) => self.set(&found),
                None => self.sets = Some(Sets::NONE),
            }
        }
        if header.is_some_and(|(_, is_b)| is_b) && self.awaits_b_slice() {
            // Pictures of later frames may be shown before it, but not before a black IDR picture in the place of one of them.
            if let Some(sets) = &mut self.sets {
                sets.template = None;
            }
        }
        if let (true, Some(nal), Some(Template::H264(sets))) = (is_refresh, slice, self.template())
            && let Some(neighbour) = h264::idr_pic_id(nal, sets)
        {
            self.keep_apart(neighbour);
        }
    }

    fn template(&self) -> Option<&Template> {
        self.sets.as_ref()?.template.as_ref()
    }

    /// Takes the sets of an IDR picture.
    fn set(&mut self, found: &Found<'_>) {
        let mut to = BitWriter::of_units(&mut self.spare, self.framing);
        let [_, sps, pps] = found.units;
        let rewritten = match self.codec {
            UnitCodec::H264 => {
                let rewritten = h264::rewrite([sps, pps], &mut to);
                rewritten.map(|(template, has_lists)| (Template::H264(template), has_lists))
            }
            UnitCodec::Hevc => {
                let rewritten = hevc::rewrite(found.units, &mut to);
                rewritten.map(|(template, has_lists)| (Template::Hevc(template), has_lists))
            }
        };
        let rewritten = rewritten.and_then(|rewritten| Some((rewritten, to.length()?)));
        let mut sets = Sets {
            is_in_band: found.is_in_band,
            is_known: !found.is_in_band,
            ..Sets::NONE
        };
        if let Some(((template, has_lists), length)) = rewritten {
            (sets.template, sets.has_lists, sets.length) = (Some(template), has_lists, length);
        }
        // The same once more.
        if let Some(before) = &self.sets
            && before.length > 0
            && before.length == sets.length
            && before.is_in_band == sets.is_in_band
            && self.rewritten.get(..sets.length) == self.spare.get(..sets.length)
        {
            return;
        }
        core::mem::swap(&mut self.rewritten, &mut self.spare);
        self.sets = Some(sets);
        self.written = None;
        self.since_idr = None;
        // Of a small picture only, such a length counts the bytes. Which, is found by writing one.
        if self.framing == Framing::Lengths(1)
            && self.write().is_none()
            && let Some(sets) = &mut self.sets
        {
            sets.template = None;
        }
    }

    /// Keeps the id of black IDR pictures apart from that of a neighbour, which it must differ from (§7.4.3). Encoders count them, or take two in turn.
    fn keep_apart(&mut self, neighbour: u16) {
        const NEAR: u16 = 16;
        let ahead = self.idr_pic_id.wrapping_sub(neighbour);
        if ahead.min(ahead.wrapping_neg()) < NEAR {
            self.idr_pic_id = neighbour.wrapping_add(1 << 15);
            self.written = None;
        }
    }

    /// Returns whether there are black pictures of the stream's; `None` before its first IDR picture. `was_released` if the last access unit was.
    pub(super) fn is_possible(&self, was_released: bool) -> Option<bool> {
        let sets = self.sets.as_ref()?;
        let may_go_on = !sets.has_lists || sets.is_known || was_released;
        Some(sets.template.is_some() && may_go_on)
    }

    /// Notes that an access unit of the stream itself was released since the last black one.
    pub(super) fn interrupt(&mut self) {
        self.since_idr = None;
    }

    /// Notes that receivers have the sets as they are, as the last access unit was released. Not after the next was read, which may have others.
    pub(super) fn note_known(&mut self) {
        if let Some(sets) = &mut self.sets {
            sets.is_known = true;
        }
    }

    /// Returns the next black access unit, or `None` if there is none for the stream's sets.
    pub(super) fn next(&mut self) -> Option<&[u8]> {
        if self.is_possible(false) != Some(true) {
            return None;
        }
        let number = self.since_idr.map_or(0, |before| before.wrapping_add(1));
        let template = match self.sets.as_ref()?.template? {
            Template::H264(template) => Some(template),
            Template::Hevc(_) => None,
        };
        if number > 0 && template.is_some_and(|template| !template.has_references) {
            self.idr_pic_id ^= 1;
            self.written = None;
        }
        let written = match self.written {
            Some(written) => written,
            None => self.write()?,
        };
        self.since_idr = Some(number);
        let (idr, rest) = self.buffer.split_at_mut_checked(written.idr)?;
        let Some(template) = template.filter(|it| number > 0 && it.has_references) else {
            return Some(idr);
        };
        let (skips, room) = rest.split_at_mut_checked(written.skips)?;
        let mut to = BitWriter::of_units(room, self.framing);
        h264::write_repeated(&template, number, skips, &mut to);
        let length = to.length()?;
        room.get(..length)
    }

    /// Writes the IDR picture, and the slice data of those that repeat it.
    fn write(&mut self) -> Option<Written> {
        let sets = self.sets.as_ref()?;
        let template = sets.template?;
        let length = if sets.is_in_band { sets.length } else { 0 };
        let rewritten = self.rewritten.get(..length)?;
        let (room, rest) = self.buffer.split_at_mut_checked(length)?;
        room.copy_from_slice(rewritten);
        let mut to = BitWriter::of_units(rest, self.framing);
        match &template {
            Template::H264(template) => h264::write_idr(template, self.idr_pic_id, &mut to),
            Template::Hevc(template) => hevc::write_black(template, &mut to),
        }
        let idr = to.length()?;
        let mut to = BitWriter::new(rest.get_mut(idr..)?);
        if let Template::H264(template) = &template {
            h264::write_skips(template, &mut to);
        }
        let written = Written {
            idr: length + idr,
            skips: to.length()?,
        };
        self.written = Some(written);
        Some(written)
    }
}

impl Template {
    const fn is_in_order(&self) -> bool {
        match self {
            Self::H264(template) => template.is_in_order,
            Self::Hevc(_) => true,
        }
    }
}

/// The rank of a picture parameter set.
const PPS: usize = 2;

/// The parameter sets of a picture.
struct Found<'a> {
    /// By their ranks. H.264 has none of the first.
    units: [&'a [u8]; 3],
    is_in_band: bool,
}

/// Finds the parameter sets that a picture refers to, in the units before it or among those that are known beforehand.
fn find<'a>(
    codec: UnitCodec,
    before: &(impl Iterator<Item = &'a [u8]> + Clone),
    config: Option<&'a DecoderConfig>,
    pic_parameter_set_id: u32,
) -> Option<Found<'a>> {
    let mut found = Found {
        units: [&[]; 3],
        is_in_band: false,
    };
    let mut id = Some(pic_parameter_set_id);
    for (rank, unit) in found.units.iter_mut().enumerate().rev() {
        if rank == 0 && codec == UnitCodec::H264 {
            break;
        }
        let set = Set { rank, id: id? };
        let is_it = |nal: &&[u8]| codec.parameter_set(nal) == Some((rank, Some(set)));
        if let Some(nal) = before.clone().filter(is_it).last() {
            found.is_in_band = true;
            *unit = nal;
        } else {
            (_, *unit) = config?.sets().find(|(known, _)| *known == set)?;
        }
        id = codec.refers_to(unit);
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::*;

    const INTRA: u32 = 7;
    const P: u32 = 5;
    const B: u32 = 6;

    fn unit(header: u8, write: impl FnOnce(&mut BitWriter<'_>)) -> Vec<u8> {
        let mut room = [0; 256];
        let mut to = BitWriter::new(&mut room);
        to.nal(&[header]);
        write(&mut to);
        to.rbsp_trailing_bits();
        let length = to.length().unwrap();
        room[..length].to_vec()
    }

    fn ues(to: &mut BitWriter<'_>, numbers: &[u32]) {
        for number in numbers {
            to.ue(*number);
        }
    }

    /// Sets of the main profile that say nothing of the order, 64 by 48, of pictures that refer to so many.
    fn sets(id: u32, references: u32) -> Vec<u8> {
        let sps = unit(0x67, |to| {
            to.u(24, 0x004D_001F);
            // The id, the counters' bits, references and no gaps, the size.
            ues(to, &[id, 0, 0, 0, references]);
            to.bit(false);
            ues(to, &[3, 2]);
            to.u(4, 0b1100);
        });
        let pps = unit(0x68, |to| {
            ues(to, &[0, id]);
            to.u(2, 0b10);
            ues(to, &[0; 3]);
            to.u(3, 0);
            ues(to, &[0; 3]);
            to.u(3, 0b100);
        });
        [sps, pps].concat()
    }

    fn slice(header: u8, slice_type: u32, idr_pic_id: u32) -> Vec<u8> {
        unit(header, |to| {
            ues(to, &[0, slice_type, 0]);
            to.u(4, 0); // frame_num
            to.ue(idr_pic_id);
            to.u(16, 0xABAB);
        })
    }

    fn idr(sets: &[u8], idr_pic_id: u32) -> Vec<u8> {
        [sets, &slice(0x65, INTRA, idr_pic_id)].concat()
    }

    /// The ids of the IDR pictures among the next black ones.
    fn ids(black: &mut BlackUnits, count: usize) -> Vec<Option<u16>> {
        let mut ids = Vec::new();
        for _ in 0..count {
            let Some(Template::H264(template)) = black.template().copied() else {
                panic!("no black pictures")
            };
            let unit = black.next().unwrap();
            let mut units = Framing::StartCodes.units(unit).unwrap();
            let slice = units.find(|nal| h264::is_slice(nal)).unwrap();
            let id = (slice[0] & 0x1F == 5).then(|| h264::idr_pic_id(slice, &template));
            ids.push(id.flatten());
        }
        ids
    }

    #[test]
    fn a_b_slice_shows_that_pictures_may_be_reordered() {
        let mut black = BlackUnits::new(UnitCodec::H264, None);
        assert_eq!(black.is_possible(false), None);
        let mut learn = |unit: &[u8], is_refresh| {
            black.learn(unit, None, is_refresh);
            black.is_possible(false)
        };
        let (refresh, other) = (idr(&sets(0, 1), 0), idr(&sets(1, 1), 0));
        assert_eq!(learn(&refresh, true), Some(true));
        assert_eq!(learn(&slice(0x41, P, 0), false), Some(true));
        assert_eq!(learn(&slice(0x41, B, 0), false), Some(false));
        assert_eq!(learn(&refresh, true), Some(false));
        assert_eq!(learn(&other, true), Some(true));
        // One that cannot be read is none of the stream's.
        let mut cut = other;
        cut.truncate(12);
        cut.extend(slice(0x65, INTRA, 0));
        assert_ne!(learn(&cut, true), Some(true));
    }

    #[test]
    fn idr_pictures_in_a_row_have_other_ids() {
        let mut black = BlackUnits::new(UnitCodec::H264, None);
        for own in [0, 1, 2, 40_000, 32_768, 65_535] {
            black.learn(&idr(&sets(0, 1), own), None, true);
            black.interrupt();
            let [Some(first), None, None] = ids(&mut black, 3)[..] else {
                panic!("one IDR picture, and others that repeat it");
            };
            // Of the stream's own, the one before and any that comes soon.
            for next in 0..3 {
                assert_ne!(u32::from(first), own.wrapping_add(next) % 65_536);
            }
        }
        // Without references each is one.
        black.learn(&idr(&sets(0, 0), 5), None, true);
        let ids = ids(&mut black, 4);
        assert!(ids.iter().all(Option::is_some));
        assert!(ids.windows(2).all(|pair| pair[0] != pair[1]), "{ids:?}");
    }
}
