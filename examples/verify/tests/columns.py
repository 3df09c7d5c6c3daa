"""Reads an archive in both forms, as data people would, and fails where they differ."""

import json
import sys

import pyarrow.parquet

lines = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
rows = pyarrow.parquet.read_table(sys.argv[2]).to_pylist()
assert len(lines) == len(rows) > 0, (len(lines), len(rows))
KINDS = ["audio", "video", "screen", "chat"]
for line, row in zip(lines, rows):
    for name in ["stream", "frame", "outlet", "file", "start", "end", "verdict", "reason"]:
        assert line[name] == row[name], (name, line, row)
    tag = row["tag"]
    for name in ["tag", "instance", "digest", "seal"]:
        assert row[name].hex() == line[name], (name, line, row)
    assert row["format"] == line.get("format")
    assert [who["id"] for who in line["people"]] == [who["id"] for who in row["people"]]
    assert row["captured_ms"] == line["captured"] == int.from_bytes(tag[8:12], "big")
    # The columns beside the tag say what its bytes say.
    assert (row["version"], KINDS.index(row["kind"])) == (tag[0], tag[1])
    assert row["purposes"] == int.from_bytes(tag[4:6], "big")
    assert row["stream_number"] == int.from_bytes(tag[6:8], "big")
    assert row["generation"] == int.from_bytes(tag[12:16], "big")
print(len(rows))
