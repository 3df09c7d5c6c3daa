use alloc::{string::String, sync::Arc, vec::Vec};
use core::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use crate::types::{
    argument::{Argument, Resource},
    error::Error,
    region::RegionSet,
};

/// An integer of a record: its name, unit and range.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "WrittenField", into = "WrittenField")]
#[expect(clippy::exhaustive_structs, reason = "made by its fields")]
pub struct Field {
    /// Unique in its schema.
    pub name: String,
    /// For example "packets", "ms".
    pub unit: String,
    /// The values that it can have. 0 is always allowed, and means that there is no value.
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

/// The fields of the records in a stream of service data, and the budget of bits for them (R9).
///
/// A record is one 8-byte integer for each field in this order, signed, little-endian.
///
/// # Examples
///
/// ```
/// use framegate::format::{Field, Schema};
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
    /// Creates a schema of these fields, with at most `bits_per_minute` from one person to one outlet in a minute.
    ///
    /// A record costs as many bits as are needed to tell all its possible values apart, field by field, and at least one bit.
    /// Minutes are counted from the meeting's start; after a meeting is resumed, nothing is released in the minute of the first record.
    /// All records from one person to one outlet count together, from whichever stream.
    ///
    /// # Errors
    ///
    /// [`Error::Empty`] for no fields, an empty name, an empty range or no bits, [`Error::Full`] for more than [`MAX_FIELDS`],
    /// [`Error::DuplicateField`] for two fields of one name.
    pub fn new(fields: Vec<Field>, bits_per_minute: u32) -> Result<Self, Error> {
        if fields.is_empty() {
            return Err(Error::Empty(Argument::Schema));
        }
        if fields.len() > MAX_FIELDS {
            return Err(Error::Full(Resource::Fields));
        }
        if bits_per_minute == 0 {
            return Err(Error::Empty(Argument::BitsPerMinute));
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

    /// Returns the fields, in their order.
    #[must_use]
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// Returns how many bits may go from one person to one outlet in a minute.
    #[must_use]
    pub const fn bits_per_minute(&self) -> u32 {
        self.bits_per_minute
    }

    /// Returns how many of those bits one record costs.
    #[must_use]
    pub fn bits_per_record(&self) -> u32 {
        self.fields.iter().map(Field::bits).sum::<u32>().max(1)
    }

    /// Returns the fields of a record that are neither in their range nor 0.
    pub(crate) fn out_of_range(&self, record: &[u8]) -> RegionSet {
        let (integers, _) = record.as_chunks();
        let mut out_of_range = RegionSet::EMPTY;
        for (index, (field, integer)) in (0..).zip(self.fields.iter().zip(integers)) {
            let integer = i64::from_le_bytes(*integer);
            if integer != 0 && !field.range.contains(&integer) {
                out_of_range.insert(index);
            }
        }
        out_of_range
    }
}

impl Field {
    fn check(&self) -> Result<(), Error> {
        if self.name.is_empty() {
            return Err(Error::Empty(Argument::FieldName));
        }
        if self.range.is_empty() {
            return Err(Error::Empty(Argument::FieldRange));
        }
        Ok(())
    }

    /// Returns how many bits tell its values apart, 0 included.
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
            ([0, 5, -5], [false; 3]),
            ([9, 9, -9], [false; 3]),
            ([0, 0, 0], [false; 3]),
            ([10, 4, -4], [true; 3]),
            ([-1, 9, i64::MIN], [true, false, true]),
            ([0, i64::MAX, 0], [false, true, false]),
        ] {
            let record = values.map(i64::to_le_bytes).concat();
            let found = schema.out_of_range(&record);
            assert_eq!(
                [0, 1, 2].map(|index| found.contains(index)),
                out,
                "{values:?}"
            );
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
            (vec![], 1, empty(Argument::Schema)),
            (vec![backwards], 1, empty(Argument::FieldRange)),
            (vec![nameless], 1, empty(Argument::FieldName)),
            (many(1), 0, empty(Argument::BitsPerMinute)),
            (vec![field(0..=1); 2], 1, Err(Error::DuplicateField)),
            (many(MAX_FIELDS + 1), 1, Err(Error::Full(Resource::Fields))),
            (many(MAX_FIELDS), 1, Ok(64)),
        ] {
            let schema = Schema::new(fields, bits);
            assert_eq!(schema.map(|schema| schema.bits_per_record()), result);
        }
    }
}
