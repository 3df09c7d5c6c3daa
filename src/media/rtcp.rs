//! RTCP packets, as far as they say when something was captured and who has gone (RFC 3550 §6).

use crate::media::{ntp::NtpTime, rtp::Malformed};

/// A compound packet of RTCP, taken apart (RFC 3550 §6.1), or a reduced-size one (RFC 5506).
///
/// What SRTCP protects must have been decrypted before, and its index and authentication tag taken off.
///
/// # Examples
///
/// ```
/// use framegate::wire::rtcp::Compound;
///
/// // A sender report without report blocks, and a goodbye.
/// let mut bytes = vec![0x80, 200, 0, 6, 0, 0, 0, 1, 0xEE, 0, 0, 0, 0x80, 0, 0, 0, 0, 0, 3, 192];
/// bytes.extend([0; 8]);
/// bytes.extend([0x81, 203, 0, 1, 0, 0, 0, 1]);
/// let compound = Compound::parse(&bytes)?;
/// let report = compound.sender_reports().next().unwrap();
/// assert_eq!((report.ssrc, report.rtp_timestamp), (1, 960));
/// assert!(compound.goodbyes().eq([1]));
/// # Ok::<(), framegate::wire::rtp::Malformed>(())
/// ```
#[derive(Clone, Debug)]
pub struct Compound<'p> {
    packets: Packets<'p>,
}

/// What a sender says of its clocks: at `ntp` by its wall clock, its media clock stood at `rtp_timestamp` (RFC 3550 §6.4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "made by its fields")]
pub struct SenderReport {
    /// Whose media clock it is.
    pub ssrc: u32,
    /// The wall clock; 0 if the sender has none.
    pub ntp: NtpTime,
    /// The media clock.
    pub rtp_timestamp: u32,
}

const SENDER_REPORT: u8 = 200;
const GOODBYE: u8 = 203;

impl<'p> Compound<'p> {
    /// Takes a packet apart. Nothing in it counts unless all of it fits.
    ///
    /// # Errors
    ///
    /// [`Malformed`] for no packets, another version than 2, a type that is not RTCP's (RFC 5761 §4), lengths that do not add up, sender reports and goodbyes
    /// that are longer than their packet, and padding anywhere but at the end of the last.
    pub fn parse(compound: &'p [u8]) -> Result<Self, Malformed> {
        let packets = Packets { rest: compound };
        let mut walk = packets.clone();
        for packet in walk.by_ref() {
            let is_whole = match packet.kind {
                SENDER_REPORT => packet.sender_report().is_some(),
                GOODBYE => packet.goodbyes().is_some(),
                _ => true,
            };
            if !is_whole {
                return Err(Malformed);
            }
        }
        if compound.is_empty() || !walk.rest.is_empty() {
            return Err(Malformed);
        }
        Ok(Self { packets })
    }

    /// Returns the sender reports in it.
    pub fn sender_reports(&self) -> impl Iterator<Item = SenderReport> + use<'p> {
        let reports = self
            .packets
            .clone()
            .filter(|packet| packet.kind == SENDER_REPORT);
        reports.filter_map(Packet::sender_report)
    }

    /// Returns the sources that say goodbye in it (BYE, RFC 3550 §6.6).
    pub fn goodbyes(&self) -> impl Iterator<Item = u32> + use<'p> {
        let goodbyes = self.packets.clone().filter(|packet| packet.kind == GOODBYE);
        goodbyes.flat_map(|packet| packet.goodbyes().into_iter().flatten())
    }
}

/// One packet of a compound.
#[derive(Clone, Copy)]
struct Packet<'p> {
    kind: u8,
    /// The number of report blocks, or of sources.
    count: usize,
    /// What comes after the first word, without padding.
    body: &'p [u8],
}

/// The packets of a compound, up to one that does not fit.
#[derive(Clone)]
struct Packets<'p> {
    rest: &'p [u8],
}

impl<'p> Iterator for Packets<'p> {
    type Item = Packet<'p>;

    fn next(&mut self) -> Option<Self::Item> {
        let (&[first, kind, c, d], rest) = self.rest.split_first_chunk()?;
        let words = usize::from(u16::from_be_bytes([c, d]));
        let (body, rest) = rest.split_at_checked(4 * words)?;
        if first >> 6 != 2 || !matches!(kind, 192..=223) {
            return None;
        }
        let padding = match body {
            _ if first & 0x20 == 0 => 0,
            // A multiple of four, and only where encryption may need it: at the end.
            [.., count] if rest.is_empty() && *count != 0 && count % 4 == 0 => usize::from(*count),
            _ => return None,
        };
        let (body, _) = body.split_at_checked(body.len().checked_sub(padding)?)?;
        self.rest = rest;
        Some(Packet {
            kind,
            count: usize::from(first & 0x1F),
            body,
        })
    }
}

impl core::fmt::Debug for Packets<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_list()
            .entries(self.clone().map(|packet| packet.kind))
            .finish()
    }
}

impl<'p> Packet<'p> {
    fn sender_report(self) -> Option<SenderReport> {
        let (ssrc, rest) = self.body.split_first_chunk()?;
        let (ntp, rest) = rest.split_first_chunk()?;
        let (rtp_timestamp, rest) = rest.split_first_chunk()?;
        // Two counters, and the report blocks.
        rest.split_at_checked(8 + 24 * self.count)?;
        Some(SenderReport {
            ssrc: u32::from_be_bytes(*ssrc),
            ntp: NtpTime::from_bits(u64::from_be_bytes(*ntp)),
            rtp_timestamp: u32::from_be_bytes(*rtp_timestamp),
        })
    }

    fn goodbyes(self) -> Option<impl Iterator<Item = u32> + use<'p>> {
        let (sources, reason) = self.body.split_at_checked(4 * self.count)?;
        if let [length, text @ ..] = reason {
            text.split_at_checked(usize::from(*length))?;
        }
        let (sources, _) = sources.as_chunks();
        Some(sources.iter().map(|source| u32::from_be_bytes(*source)))
    }
}
