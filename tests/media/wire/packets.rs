//! RTP packets: put together by hand, and made by ffmpeg from the recording that ships with the example.

use std::{
    fs,
    net::UdpSocket,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, SystemTime},
};

/// What a packet is made of.
#[derive(Clone, Debug, Default)]
pub struct Parts {
    pub sources: Vec<u32>,
    /// The profile and the block, whose length is a multiple of 4.
    pub extension: Option<(u16, Vec<u8>)>,
    pub payload: Vec<u8>,
    /// How many bytes of padding, its own count included.
    pub padding: u8,
}

impl Parts {
    /// RFC 3550 §5.1, §5.3.1.
    pub fn packet(&self) -> Vec<u8> {
        let mut packet = vec![0x80 | u8::try_from(self.sources.len()).unwrap(), 96];
        packet[0] |= if self.padding > 0 { 0x20 } else { 0 };
        packet.extend([0x12, 0x34, 0, 0, 0x56, 0x78, 1, 2, 3, 4]);
        packet.extend(self.sources.iter().flat_map(|source| source.to_be_bytes()));
        if let Some((profile, block)) = &self.extension {
            packet[0] |= 0x10;
            packet.extend(profile.to_be_bytes());
            packet.extend(u16::try_from(block.len() / 4).unwrap().to_be_bytes());
            packet.extend(block);
        }
        packet.extend(&self.payload);
        if self.padding > 0 {
            packet.extend(vec![0; usize::from(self.padding) - 1]);
            packet.push(self.padding);
        }
        packet
    }
}

/// A block of the one-byte form, padded.
pub fn one_byte(elements: &[(u8, &[u8])]) -> (u16, Vec<u8>) {
    let mut block = Vec::new();
    for (id, data) in elements {
        block.push(id << 4 | u8::try_from(data.len() - 1).unwrap());
        block.extend_from_slice(data);
    }
    block.resize(block.len().next_multiple_of(4), 0);
    (0xBEDE, block)
}

/// A block of the two-byte form, padded.
pub fn two_byte(elements: &[(u8, &[u8])]) -> (u16, Vec<u8>) {
    let mut block = Vec::new();
    for (id, data) in elements {
        block.extend([*id, u8::try_from(data.len()).unwrap()]);
        block.extend_from_slice(data);
    }
    block.resize(block.len().next_multiple_of(4), 0);
    (0x1005, block)
}

/// What UDP carried in a real capture: Ethernet and IPv4, as a pcap file has them.
pub fn captured() -> Vec<Vec<u8>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/media/wire/capture/vp8.pcap");
    let file = fs::read(path).unwrap();
    let (header, mut rest) = file.split_at(24);
    // Host order of x86, link type 1.
    assert_eq!(header[..4], 0xA1B2_C3D4_u32.to_le_bytes());
    assert_eq!(header[20..], 1_u32.to_le_bytes());
    let mut datagrams = Vec::new();
    while !rest.is_empty() {
        let length = u32::from_le_bytes(rest[8..12].try_into().unwrap());
        let (frame, after) = rest[16..].split_at(length.try_into().unwrap());
        rest = after;
        let (ip, end) = (&frame[14..], u16::from_be_bytes([frame[16], frame[17]]));
        assert_eq!((ip[0] >> 4, ip[9]), (4, 17));
        let udp = usize::from(ip[0] & 0x0F) * 4;
        datagrams.push(ip[udp + 8..end.into()].to_vec());
    }
    datagrams
}

/// The folder of the meeting that ships with the example.
pub fn shipped(file: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/meeting/standup");
    folder.join(file)
}

/// A second and a half of a recording as packets that ffmpeg sends.
pub fn by_ffmpeg(file: &str, codec: &[&str]) -> Vec<Vec<u8>> {
    let sent = sent_by_ffmpeg(file, codec);
    sent.into_iter().map(|(packet, _)| packet).collect()
}

/// The same, each with when it came.
pub fn sent_by_ffmpeg(file: &str, codec: &[&str]) -> Vec<(Vec<u8>, SystemTime)> {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a port");
    socket
        .set_read_timeout(Some(Duration::from_secs(1)))
        .unwrap();
    // What it says in RTCP comes here, too.
    let at = socket.local_addr().unwrap();
    let target = format!("rtp://{at}?rtcpport={}", at.port());
    let input = shipped(file);
    let mut command = Command::new("ffmpeg");
    command.args(["-v", "error", "-re", "-i"]).arg(input);
    command.args(["-t", "1.5"]).args(codec);
    command.args(["-f", "rtp", &target]);
    command.stdin(Stdio::null()).stdout(Stdio::null());
    let mut sender = command.spawn().expect("ffmpeg; .ci/run installs it");
    let mut packets = Vec::new();
    let mut buffer = [0; 2048];
    let mut ended = false;
    loop {
        match socket.recv(&mut buffer) {
            Ok(length) => packets.push((buffer[..length].to_vec(), SystemTime::now())),
            Err(_) if ended => break,
            Err(_) => ended = sender.try_wait().unwrap().is_some(),
        }
    }
    assert!(sender.wait().unwrap().success());
    packets
}
