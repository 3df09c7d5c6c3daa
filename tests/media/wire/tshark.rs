//! Has packets read by tshark, as they would be on the wire.

use std::{fs, path::Path};

use crate::common::tools::run;

const PORT: u16 = 5004;

/// What tshark reads of a packet.
#[derive(Debug, PartialEq, Eq)]
pub struct Read {
    /// Id, length, bytes.
    pub extensions: Vec<(u8, usize, Vec<u8>)>,
    /// Marker, payload type, sequence number, timestamp, source, contributing sources, padding, payload: as tshark prints them.
    pub others: Vec<String>,
}

/// Writes packets into a capture file: UDP over IPv4 without link layer.
fn capture(packets: &[Vec<u8>], path: &Path) {
    let mut file = Vec::new();
    // The header of a capture in host order of x86, link type 101, raw IP.
    file.extend(0xA1B2_C3D4_u32.to_le_bytes());
    file.extend([2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 101, 0, 0, 0]);
    for (number, packet) in (0_u32..).zip(packets) {
        let datagram = u16::try_from(8 + packet.len()).unwrap();
        let mut ip = vec![0x45, 0];
        ip.extend((20 + datagram).to_be_bytes());
        ip.extend([0, 0, 0, 0, 64, 17, 0, 0, 127, 0, 0, 1, 127, 0, 0, 1]);
        ip.extend(
            [
                PORT.to_be_bytes(),
                PORT.to_be_bytes(),
                datagram.to_be_bytes(),
                [0, 0],
            ]
            .concat(),
        );
        ip.extend(packet);
        let length = u32::try_from(ip.len()).unwrap().to_le_bytes();
        file.extend([number.to_le_bytes(), [0; 4], length, length].concat());
        file.extend(ip);
    }
    fs::write(path, file).unwrap();
}

/// What tshark reads of each packet.
pub fn read(packets: &[Vec<u8>]) -> Vec<Read> {
    let extensions = ["id", "len", "data"].map(|name| format!("rtp.ext.rfc5285.{name}"));
    let others = [
        "rtp.marker",
        "rtp.p_type",
        "rtp.seq",
        "rtp.timestamp",
        "rtp.ssrc",
        "rtp.csrc.item",
        "rtp.padding.count",
        "rtp.payload",
    ];
    let all: Vec<_> = extensions
        .iter()
        .map(String::as_str)
        .chain(others)
        .collect();
    let lines = fields(packets, "rtp", &all);
    lines.iter().map(|fields| line(fields)).collect()
}

/// These fields of each packet of a protocol, as tshark prints them.
pub fn fields(packets: &[Vec<u8>], protocol: &str, fields: &[&str]) -> Vec<Vec<String>> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("packets.pcap");
    capture(packets, &path);
    let decode = format!("udp.port=={PORT},{protocol}");
    let mut arguments = vec!["-r", path.to_str().unwrap(), "-d", &decode, "-T", "fields"];
    arguments.extend(["-E", "separator=;", "-E", "aggregator=,"]);
    for field in fields {
        arguments.extend(["-e", field]);
    }
    let printed = String::from_utf8(run("tshark", &arguments)).unwrap();
    let lines = printed.lines();
    let lines: Vec<Vec<_>> = lines
        .map(|line| line.split(';').map(String::from).collect())
        .collect();
    assert_eq!(lines.len(), packets.len(), "{printed}");
    lines
}

fn line(fields: &[String]) -> Read {
    let list = |field: &'_ str| {
        let values = field.split(',').filter(|value| !value.is_empty());
        values.map(String::from).collect::<Vec<_>>()
    };
    let [ids, lengths, data] = [0, 1, 2].map(|at| list(&fields[at]));
    assert_eq!(ids.len(), lengths.len(), "{fields:?}");
    // Of an empty one no bytes are shown.
    let mut data = data.iter();
    let extension = |(id, length): (&String, &String)| {
        let length = length.parse().unwrap();
        let digits = if length > 0 {
            data.next().expect("bytes")
        } else {
            ""
        };
        let digits = digits.replace(':', "");
        let byte = |at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap();
        let data = (0..digits.len()).step_by(2).map(byte).collect();
        (id.parse().unwrap(), length, data)
    };
    Read {
        extensions: ids.iter().zip(&lengths).map(extension).collect(),
        others: fields[3..].to_vec(),
    }
}
