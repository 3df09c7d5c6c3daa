//! JSON: masks values in place, so that the text keeps its length and remains JSON.

use alloc::string::String;
use core::ops::Range;

use super::Cut;
use crate::{
    media::{
        format::{MASK, Subsampling},
        json::{self, Form, Reader, Token},
        payload::Extent,
    },
    types::region::RegionSet,
};

/// The most digits of a number that readers keep exactly (RFC 8259 §6).
const EXACT_DIGITS: usize = 15;

/// Masks every value, and every key except `keys`, in a copy of `from` or in place. Returns false if the text is not JSON.
pub(super) fn blank(from: Option<&[u8]>, text: &mut [u8], keys: &[String]) -> bool {
    let Ok(width) = u32::try_from(text.len()) else {
        return false;
    };
    let all = Cut {
        regions: &[],
        refused: RegionSet::EMPTY,
        uncovered: true,
        extent: Extent { width, height: 1 },
    };
    match from {
        Some(from) => copy(from, text, keys, &all),
        None => hide(text, keys, &all),
    }
}

/// Masks the parts in `cut`. Returns false if the text is not JSON.
pub(super) fn hide(text: &mut [u8], keys: &[String], cut: &Cut<'_>) -> bool {
    mask_tokens(&mut InPlace(text), keys, cut)
}

/// Copies a text and masks the parts in `cut`. Returns false if it is not JSON, or `to` differs in length.
pub(super) fn copy(from: &[u8], to: &mut [u8], keys: &[String], cut: &Cut<'_>) -> bool {
    from.len() == to.len() && mask_tokens(&mut Copied { from, to, until: 0 }, keys, cut)
}

/// Whether any value of a valid JSON text stays. Keys alone do not count.
pub(super) fn leaves_something(text: &[u8], cut: &Cut<'_>) -> bool {
    let mut reader = Reader::new();
    let mut next = reader.next(text);
    let mut stays = false;
    cut.tiles(Subsampling::NONE, |tile| {
        while !tile.stays
            && !stays
            && let Ok(Some(token)) = next
            && token.start < tile.columns.end
        {
            stays = token.end <= tile.columns.start && token.form != Form::Key;
            next = reader.next(text);
        }
    });
    while !stays && let Ok(Some(token)) = next {
        stays = token.form != Form::Key;
        next = reader.next(text);
    }
    stays
}

/// A text that is masked from its beginning to its end.
trait Masked {
    fn bytes(&self) -> &[u8];
    fn mask(&mut self, token: Token);
    /// Called after the last token was masked.
    fn end(&mut self) {}
}

struct InPlace<'a>(&'a mut [u8]);

struct Copied<'a> {
    from: &'a [u8],
    to: &'a mut [u8],
    /// The end of the part that was copied.
    until: usize,
}

impl Masked for InPlace<'_> {
    fn bytes(&self) -> &[u8] {
        self.0
    }

    fn mask(&mut self, token: Token) {
        mask(self.0, token);
    }
}

impl Copied<'_> {
    fn keep(&mut self, range: Range<usize>) {
        if let (Some(from), Some(to)) = (self.from.get(range.clone()), self.to.get_mut(range)) {
            to.copy_from_slice(from);
        }
    }
}

impl Masked for Copied<'_> {
    fn bytes(&self) -> &[u8] {
        self.from
    }

    fn mask(&mut self, token: Token) {
        self.keep(self.until..token.start);
        mask(self.to, token);
        self.until = token.end;
    }

    fn end(&mut self) {
        self.keep(self.until..self.from.len());
    }
}

/// Masks each token that overlaps the parts in `cut`.
fn mask_tokens(text: &mut impl Masked, keys: &[String], cut: &Cut<'_>) -> bool {
    let mut reader = Reader::new();
    let mut next = reader.next(text.bytes());
    cut.tiles(Subsampling::NONE, |tile| {
        if tile.stays {
            return;
        }
        while let Ok(Some(token)) = next
            && token.start < tile.columns.end
        {
            if token.end > tile.columns.start && !json::is_one_of(keys, token, text.bytes()) {
                text.mask(token);
            }
            next = reader.next(text.bytes());
        }
    });
    text.end();
    next.is_ok()
}

/// Masks one token: a string keeps its quotes, with asterisks between them. Any other value becomes a number of the same length: ones, or zeros after a point.
fn mask(text: &mut [u8], Token { start, end, form }: Token) {
    let token = text.get_mut(start..end).unwrap_or_default();
    match (form, token) {
        (Form::Key | Form::String, [first, inside @ .., last]) => {
            (*first, *last) = (b'"', b'"');
            inside.fill(MASK);
        }
        (Form::Other, [zero, point, zeros @ ..]) if zeros.len() + 2 > EXACT_DIGITS => {
            (*zero, *point) = (b'0', b'.');
            zeros.fill(b'0');
        }
        (Form::Other, digits) => digits.fill(b'1'),
        (_, token) => token.fill(MASK),
    }
}
