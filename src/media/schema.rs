use alloc::{string::String, sync::Arc, vec::Vec};
use core::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use crate::types::error::Error;

/// An integer of a record: what it counts or measures, in which unit, and from where to where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "WrittenField", into = "WrittenField")]
pub struct Field {
    /// Unique in its schema.
    pub name: String,
    /// For example "packets", "ms".
    pub unit: String,
    /// The values that it can have. 0 can be written too, and means that there is no value.
    pub range: RangeInclusive<i64>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenField {
    name: String,
    unit: String,
    minimum: i64,
    maximum: i64,
}

impl From<Field> for WrittenField {
    fn from(Field { name, unit, range }: Field) -> Self {
        let (minimum, maximum) = range.into_inner();
        Self {
            name,
            unit,
            minimum,
            maximum,
        }
    }
}

impl TryFrom<WrittenField> for Field {
    type Error = Error;

    fn try_from(written: WrittenField) -> Result<Self, Error> {
        let field = Self {
            name: written.name,
            unit: written.unit,
            range: written.minimum..=written.maximum,
        };
        field.check()?;
        Ok(field)
    }
}

/// What the records of a stream of service data consist of, and how much they may tell (R9).
///
/// A record is one 8-byte integer for each field in this order, signed, little-endian.
///
/// # Examples
///
/// ```
/// use framegate::{Field, Schema};
///
/// let field = |name: &str, unit: &str, range| Field { name: name.into(), unit: unit.into(), range };
/// let fields = vec![field("lost", "packets", 0..=255), field("jitter", "ms", 0..=1_000)];
/// let schema = Schema::new(fields, 600)?;
/// assert_eq!(schema.bits_per_record(), 8 + 10); // 33 records a minute
///
/// // A record: an 8-byte integer for each field.
/// let record = [3_i64, 12].map(i64::to_le_bytes).concat();
/// # let _ = record;
/// # Ok::<(), framegate::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "WrittenSchema", into = "WrittenSchema")]
pub struct Schema {
    fields: Arc<[Field]>,
    bits_per_minute: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenSchema {
    fields: Vec<Field>,
    bits_per_minute: u32,
}

impl From<Schema> for WrittenSchema {
    fn from(schema: Schema) -> Self {
        Self {
            fields: schema.fields.to_vec(),
            bits_per_minute: schema.bits_per_minute,
        }
    }
}

impl TryFrom<WrittenSchema> for Schema {
    type Error = Error;

    fn try_from(written: WrittenSchema) -> Result<Self, Error> {
        Self::new(written.fields, written.bits_per_minute)
    }
}

/// The most fields that a record may have.
pub const MAX_FIELDS: usize = 64;

impl Schema {
    /// Records of these fields, of which one person may send one outlet no more than `bits_per_minute` in a minute.
    ///
    /// A record costs as many bits as are needed to tell all its possible values apart, field by field, and at least one for being there.
    /// Minutes are counted from the meeting's start; after a meeting is resumed, nothing is released in the minute of the first record.
    /// All records of one person that go to one outlet count together, whichever stream they are from.
    ///
    /// # Errors
    ///
    /// [`Error::Empty`] for no fields, an empty name, an empty range or no bits, [`Error::Full`] for more than [`MAX_FIELDS`],
    /// [`Error::DuplicateField`] for two fields of one name.
    pub fn new(fields: Vec<Field>, bits_per_minute: u32) -> Result<Self, Error> {
        if fields.is_empty() {
            return Err(Error::Empty("schema"));
        }
        if fields.len() > MAX_FIELDS {
            return Err(Error::Full("fields"));
        }
        if bits_per_minute == 0 {
            return Err(Error::Empty("bits a minute"));
        }
        for (index, field) in fields.iter().enumerate() {
            field.check()?;
            let mut before = fields.iter().take(index);
            if before.any(|other| other.name == field.name) {
                return Err(Error::DuplicateField);
            }
        }
        Ok(Self {
            fields: fields.into(),
            bits_per_minute,
        })
    }

    /// The fields, in their order.
    #[must_use]
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// What one person may send to one outlet in a minute.
    #[must_use]
    pub const fn bits_per_minute(&self) -> u32 {
        self.bits_per_minute
    }

    /// What one record takes of that.
    #[must_use]
    pub fn bits_per_record(&self) -> u32 {
        self.fields.iter().map(Field::bits).sum::<u32>().max(1)
    }

    /// A bit for each field of a record that is neither in its range nor 0.
    pub(crate) fn out_of_range(&self, record: &[u8]) -> u64 {
        let (integers, _) = record.as_chunks();
        let fields = (0..).zip(self.fields.iter().zip(integers));
        fields.fold(0, |out, (index, (field, integer))| {
            let integer = i64::from_le_bytes(*integer);
            let is_out = integer != 0 && !field.range.contains(&integer);
            out | u64::from(is_out).unbounded_shl(index)
        })
    }
}

impl Field {
    fn check(&self) -> Result<(), Error> {
        if self.name.is_empty() {
            return Err(Error::Empty("field's name"));
        }
        if self.range.is_empty() {
            return Err(Error::Empty("field's range"));
        }
        Ok(())
    }

    /// How many bits tell its values apart, with the absence of one.
    fn bits(&self) -> u32 {
        let (start, end) = (*self.range.start(), *self.range.end());
        let others = end.abs_diff(start);
        // A range without 0 does not span half of all integers, so one more fits.
        let others = others + u64::from(!self.range.contains(&0));
        u64::BITS - others.leading_zeros()
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;

    fn field(range: RangeInclusive<i64>) -> Field {
        Field {
            name: "count".into(),
            unit: "packets".into(),
            range,
        }
    }

    #[test]
    fn r9_a_field_takes_the_bits_that_tell_its_values_apart() {
        for (range, bits) in [
            (0..=0, 0),
            (0..=1, 1),
            (0..=2, 2),
            (0..=255, 8),
            (0..=256, 9),
            (-1..=0, 1),
            // 0 beside them.
            (1..=1, 1),
            (1..=3, 2),
            (-4..=-1, 3),
            (1..=i64::MAX, 63),
            (i64::MIN..=-1, 64),
            (i64::MIN..=i64::MAX, 64),
        ] {
            assert_eq!(field(range.clone()).bits(), bits, "{range:?}");
        }
        // That a record is there tells something.
        let constant = Schema::new(vec![field(0..=0)], 1).unwrap();
        assert_eq!(constant.bits_per_record(), 1);
    }

    #[test]
    fn r9_which_fields_are_out_of_range() {
        let named = |name: &str, range| Field {
            name: name.into(),
            ..field(range)
        };
        let fields = vec![named("a", 0..=9), named("b", 5..=9), named("c", -9..=-5)];
        let schema = Schema::new(fields, 100).unwrap();
        for (values, out) in [
            ([0, 5, -5], 0b000),
            ([9, 9, -9], 0b000),
            ([0, 0, 0], 0b000),
            ([10, 4, -4], 0b111),
            ([-1, 9, i64::MIN], 0b101),
            ([0, i64::MAX, 0], 0b010),
        ] {
            let record = values.map(i64::to_le_bytes).concat();
            assert_eq!(schema.out_of_range(&record), out, "{values:?}");
        }
    }

    #[test]
    fn r9_bad_schemas_are_refused() {
        let many = |count: usize| {
            let name = |at: usize| std::format!("{at}");
            let fields = (0..count).map(|at| Field {
                name: name(at),
                ..field(0..=1)
            });
            fields.collect::<Vec<_>>()
        };
        let empty = |what| Err(Error::Empty(what));
        #[expect(clippy::reversed_empty_ranges, reason = "it is refused")]
        let backwards = field(1..=0);
        let nameless = Field {
            name: String::new(),
            ..field(0..=1)
        };
        for (fields, bits, result) in [
            (vec![], 1, empty("schema")),
            (vec![backwards], 1, empty("field's range")),
            (vec![nameless], 1, empty("field's name")),
            (many(1), 0, empty("bits a minute")),
            (vec![field(0..=1); 2], 1, Err(Error::DuplicateField)),
            (many(MAX_FIELDS + 1), 1, Err(Error::Full("fields"))),
            (many(MAX_FIELDS), 1, Ok(64)),
        ] {
            let schema = Schema::new(fields, bits);
            assert_eq!(schema.map(|schema| schema.bits_per_record()), result);
        }
    }
}
