//! An archive as Parquet: a column for each field of the tag, the tag itself, the meeting's instance, people, the payload's place and digest, the seal.
//!
//! Only `tag` counts; the columns that repeat its fields are for queries.

use std::{error::Error, fs::File, path::Path, sync::Arc};

use arrow_array::{
    Array, ArrayRef, FixedSizeBinaryArray, Int64Array, ListArray, RecordBatch, StringArray,
    StructArray, UInt16Array, UInt32Array, UInt64Array,
    builder::{ListBuilder, StringBuilder, StructBuilder, UInt16Builder},
    cast::AsArray,
    types::UInt16Type,
};
use arrow_schema::{DataType, Field, Fields};
use framegate::{
    Instance, Kinds, Tag,
    archive::{PayloadDigest, Seal},
    format::Format,
};
use parquet::{
    arrow::{ArrowWriter, arrow_reader::ParquetRecordBatchReaderBuilder},
    basic::Compression,
    file::properties::WriterProperties,
};

use crate::rows::{NO_MEETING, Row, Who};

/// Writes rows as one table.
pub fn write(path: &Path, rows: &[Row]) -> Result<(), Box<dyn Error>> {
    let batch = table(rows)?;
    let compressed = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .build();
    let mut writer =
        ArrowWriter::try_new(File::create_new(path)?, batch.schema(), Some(compressed))?;
    writer.write(&batch)?;
    writer.close()?;
    Ok(())
}

fn table(rows: &[Row]) -> Result<RecordBatch, Box<dyn Error>> {
    let text = |of: fn(&Row) -> &str| {
        Arc::new(StringArray::from_iter_values(rows.iter().map(of))) as ArrayRef
    };
    let number = |of: fn(&Row) -> u64| {
        Arc::new(UInt64Array::from_iter_values(rows.iter().map(of))) as ArrayRef
    };
    let tags = || rows.iter().map(|row| row.tag);
    let name = |of: fn(Tag) -> Option<&'static str>| {
        Arc::new(tags().map(|tag| of(tag?)).collect::<StringArray>()) as ArrayRef
    };
    let bytes = |of: fn(&Row) -> Option<[u8; 16]>| {
        let bytes = FixedSizeBinaryArray::try_from_sparse_iter_with_size(rows.iter().map(of), 16);
        bytes.map(|bytes| Arc::new(bytes) as ArrayRef)
    };
    let digests = rows.iter().map(|row| Some(row.digest?.to_bytes()));
    let digests = FixedSizeBinaryArray::try_from_sparse_iter_with_size(digests, 32)?;
    let formats: StringArray = rows.iter().map(|row| name_of(row.format?)).collect();
    let purposes: UInt16Array = tags().map(|tag| Some(tag?.purposes().bits())).collect();
    let stream: UInt16Array = tags().map(|tag| Some(tag?.stream()?.number())).collect();
    let captured: Int64Array = tags()
        .map(|tag| Some(tag?.captured().as_micros() / 1000))
        .collect();
    let generation: UInt32Array = tags().map(|tag| Some(tag?.generation())).collect();
    let columns: [(&str, ArrayRef, bool); 20] = [
        (
            "instance",
            bytes(|row| Some(row.instance.to_bytes()))?,
            false,
        ),
        ("stream", text(|row| &row.stream), false),
        ("frame", number(|row| row.frame), false),
        ("outlet", text(|row| &row.outlet), false),
        ("tag", bytes(|row| Some(row.tag?.to_bytes()))?, true),
        ("kind", name(|tag| Some(tag.kind()?.name())), true),
        ("verdict", name(|tag| Some(tag.verdict().name())), true),
        (
            "reason",
            name(|tag| Some(tag.verdict().reason()?.name())),
            true,
        ),
        ("purposes", Arc::new(purposes), true),
        ("stream_number", Arc::new(stream), true),
        ("captured_ms", Arc::new(captured), true),
        ("generation", Arc::new(generation), true),
        ("people", Arc::new(people(rows)), false),
        ("file", text(|row| &row.file), false),
        ("start", number(|row| row.start), false),
        ("end", number(|row| row.end), false),
        ("format", Arc::new(formats), true),
        ("digest", Arc::new(digests), true),
        ("seal", bytes(|row| Some(row.seal?.to_bytes()))?, true),
        (
            "version",
            Arc::new(
                tags()
                    .map(|tag| Some(u16::from(tag?.to_bytes()[0])))
                    .collect::<UInt16Array>(),
            ),
            true,
        ),
    ];
    Ok(RecordBatch::try_from_iter_with_nullable(columns)?)
}

fn people(rows: &[Row]) -> ListArray {
    let fields = Fields::from(vec![
        Field::new("id", DataType::Utf8, false),
        Field::new("kinds", DataType::UInt16, false),
    ]);
    let builders: Vec<Box<dyn arrow_array::builder::ArrayBuilder>> = vec![
        Box::new(StringBuilder::new()),
        Box::new(UInt16Builder::new()),
    ];
    let mut list = ListBuilder::new(StructBuilder::new(fields, builders));
    for row in rows {
        for Who { id, kinds } in &row.people {
            let one = list.values();
            one.field_builder::<StringBuilder>(0)
                .expect("ids")
                .append_value(id);
            one.field_builder::<UInt16Builder>(1)
                .expect("kinds")
                .append_value(kinds.bits());
            one.append(true);
        }
        list.append(true);
    }
    list.finish()
}

/// Reads what [`write`] wrote, or others with these columns.
pub fn read(path: &Path) -> Result<Vec<Row>, Box<dyn Error>> {
    let mut rows = Vec::new();
    for batch in ParquetRecordBatchReaderBuilder::try_new(File::open(path)?)?.build()? {
        let batch = batch?;
        if batch.column_by_name("instance").is_none() {
            return Err(NO_MEETING.into());
        }
        let columns = Columns {
            instance: column(&batch, "instance")?,
            format: column(&batch, "format")?,
            digest: column(&batch, "digest")?,
            stream: column(&batch, "stream")?,
            frame: column(&batch, "frame")?,
            outlet: column(&batch, "outlet")?,
            tag: column(&batch, "tag")?,
            people: column(&batch, "people")?,
            file: column(&batch, "file")?,
            start: column(&batch, "start")?,
            end: column(&batch, "end")?,
            seal: column(&batch, "seal")?,
        };
        for at in 0..batch.num_rows() {
            rows.push(columns.row(at)?);
        }
    }
    Ok(rows)
}

struct Columns<'b> {
    instance: &'b FixedSizeBinaryArray,
    format: &'b StringArray,
    digest: &'b FixedSizeBinaryArray,
    stream: &'b StringArray,
    frame: &'b UInt64Array,
    outlet: &'b StringArray,
    tag: &'b FixedSizeBinaryArray,
    people: &'b ListArray,
    file: &'b StringArray,
    start: &'b UInt64Array,
    end: &'b UInt64Array,
    seal: &'b FixedSizeBinaryArray,
}

fn column<'b, A: 'static>(batch: &'b RecordBatch, name: &str) -> Result<&'b A, String> {
    let column = batch.column_by_name(name);
    let column = column.and_then(|column| column.as_any().downcast_ref());
    column.ok_or_else(|| format!("no column {name:?} of the right type"))
}

/// A format by the name that files have it by.
fn name_of(format: Format) -> Option<String> {
    serde_json::from_value(serde_json::to_value(format).ok()?).ok()
}

fn fixed<const N: usize>(column: &FixedSizeBinaryArray, at: usize) -> Option<[u8; N]> {
    let bytes = column.is_valid(at).then(|| column.value(at))?;
    bytes.try_into().ok()
}

impl Columns<'_> {
    fn row(&self, at: usize) -> Result<Row, String> {
        let tag = fixed(self.tag, at);
        let instance = fixed(self.instance, at).and_then(|bytes| Instance::from_bytes(bytes).ok());
        let format = self.format.is_valid(at).then(|| self.format.value(at));
        let format = format.map(|name| serde_json::from_value::<Format>(name.into()));
        let format = format.transpose().map_err(|_| "`format` is no format")?;
        let people = self.people.value(at);
        Ok(Row {
            instance: instance.ok_or(NO_MEETING)?,
            format,
            digest: fixed(self.digest, at).map(PayloadDigest::from_bytes),
            stream: self.stream.value(at).into(),
            frame: self.frame.value(at),
            outlet: self.outlet.value(at).into(),
            tag: tag.and_then(|bytes| Tag::from_bytes(bytes).ok()),
            people: read_people(
                people
                    .as_struct_opt()
                    .ok_or("`people` is no list of structs")?,
            )?,
            file: self.file.value(at).into(),
            start: self.start.value(at),
            end: self.end.value(at),
            seal: fixed(self.seal, at).map(Seal::from_bytes),
        })
    }
}

fn read_people(people: &StructArray) -> Result<Vec<Who>, String> {
    let field = |name| people.column_by_name(name);
    let ids = field("id").and_then(|column| column.as_string_opt::<i32>());
    let kinds = field("kinds").and_then(|column| column.as_primitive_opt::<UInt16Type>());
    let (Some(ids), Some(kinds)) = (ids, kinds) else {
        return Err("`people` without `id` and `kinds`".into());
    };
    let who = |at| Who {
        id: ids.value(at).into(),
        kinds: Kinds::from_bits_retain(kinds.value(at)),
    };
    let mut people: Vec<_> = (0..people.len()).map(who).collect();
    people.sort_by(|one, other| one.id.cmp(&other.id));
    Ok(people)
}
