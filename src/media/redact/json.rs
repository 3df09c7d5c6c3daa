//! JSON: values are masked where they are, so that the text keeps its length and is JSON still.

use alloc::string::String;
use core::ops::Range;

use super::Cut;
use crate::media::{
    grid::Sampling,
    json::{self, Form, Reader, Token},
    payload::{Extent, MASK},
};

/// A number may have so many digits before readers lose some of them (RFC 8259 §6).
const EXACT_DIGITS: usize = 15;

/// Masks every value, and every key but these, of what is copied or where it is. False if it is no JSON.
pub(super) fn blank(from: Option<&[u8]>, text: &mut [u8], keys: &[String]) -> bool {
    let Ok(width) = u32::try_from(text.len()) else {
        return false;
    };
    let all = Cut {
        regions: &[],
        refused: 0,
        uncovered: true,
        extent: Extent { width, height: 1 },
    };
    match from {
        Some(from) => copy(from, text, keys, &all),
        None => hide(text, keys, &all),
    }
}

/// Masks what `cut` takes out. False if it is no JSON.
pub(super) fn hide(text: &mut [u8], keys: &[String], cut: &Cut<'_>) -> bool {
    take_out(&mut InPlace(text), keys, cut)
}

/// False if it is no JSON, or `to` is not as long.
pub(super) fn copy(from: &[u8], to: &mut [u8], keys: &[String], cut: &Cut<'_>) -> bool {
    from.len() == to.len() && take_out(&mut Copied { from, to, until: 0 }, keys, cut)
}

/// Whether a value of a text that is JSON stays. Keys tell nothing by themselves.
pub(super) fn leaves_something(text: &[u8], cut: &Cut<'_>) -> bool {
    let mut reader = Reader::new();
    let mut next = reader.next(text);
    let mut stays = false;
    cut.tiles(Sampling::ONE, |tile| {
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

/// What becomes of a text, from its beginning to its end.
trait Treated {
    fn text(&self) -> &[u8];
    fn mask(&mut self, token: Token);
    /// All tokens have been masked that are to be.
    fn end(&mut self) {}
}

struct InPlace<'a>(&'a mut [u8]);

struct Copied<'a> {
    from: &'a [u8],
    to: &'a mut [u8],
    /// As far as it is written.
    until: usize,
}

impl Treated for InPlace<'_> {
    fn text(&self) -> &[u8] {
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

impl Treated for Copied<'_> {
    fn text(&self) -> &[u8] {
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

/// Masks each token that has any byte in what goes.
fn take_out(treated: &mut impl Treated, keys: &[String], cut: &Cut<'_>) -> bool {
    let mut reader = Reader::new();
    let mut next = reader.next(treated.text());
    cut.tiles(Sampling::ONE, |tile| {
        if tile.stays {
            return;
        }
        while let Ok(Some(token)) = next
            && token.start < tile.columns.end
        {
            if token.end > tile.columns.start && !json::is_one_of(keys, token, treated.text()) {
                treated.mask(token);
            }
            next = reader.next(treated.text());
        }
    });
    treated.end();
    next.is_ok()
}

/// Of a string its quotes stay, with asterisks between them. All else becomes a number of as many bytes: ones, or zeros behind a point.
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
