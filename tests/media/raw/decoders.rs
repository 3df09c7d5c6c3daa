//! What `FFmpeg` sees and hears in raw media.

use std::{
    io::Write,
    process::{Command, Stdio},
    thread,
};

use framegate::format::{ColorRange, PixelFormat, Samples};

/// What it makes of what is piped into it.
fn ffmpeg(input: &[&str], output: &[&str], bytes: &[u8]) -> Vec<u8> {
    let mut ffmpeg = Command::new("ffmpeg")
        .args(["-v", "error", "-nostdin"])
        .args(input)
        .args(["-i", "pipe:0"])
        .args(output)
        .arg("pipe:1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut pipe, bytes) = (ffmpeg.stdin.take().unwrap(), bytes.to_vec());
    let writer = thread::spawn(move || pipe.write_all(&bytes));
    let output = ffmpeg.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success());
    output.stdout
}

/// The largest value of any colour of any pixel, of 255.
pub fn brightest(bytes: &[u8], pixels: PixelFormat, range: ColorRange, size: [usize; 2]) -> u8 {
    let name = match pixels {
        PixelFormat::I420 => "yuv420p",
        PixelFormat::I422 => "yuv422p",
        PixelFormat::I444 => "yuv444p",
        PixelFormat::Nv12 => "nv12",
        PixelFormat::Nv21 => "nv21",
        PixelFormat::Yuy2 => "yuyv422",
        PixelFormat::Uyvy => "uyvy422",
        PixelFormat::P010 => "p010le",
        PixelFormat::Rgba => "rgba",
        PixelFormat::Bgra => "bgra",
        PixelFormat::Rgb24 => "rgb24",
        PixelFormat::Gray8 => "gray",
        _ => unreachable!("a format that is not told of here"),
    };
    let range = match range {
        ColorRange::Limited => "limited",
        ColorRange::Full => "full",
    };
    let size = format!("{}x{}", size[0], size[1]);
    let scale = format!("scale=in_range={range}:out_range=full,format=rgb24");
    let input = [
        "-f",
        "rawvideo",
        "-pixel_format",
        name,
        "-video_size",
        &size,
    ];
    let seen = ffmpeg(&input, &["-vf", &scale, "-f", "rawvideo"], bytes);
    seen.into_iter().max().unwrap()
}

/// The largest amplitude, of 32,767, of one channel.
pub fn loudest(bytes: &[u8], samples: Samples) -> u16 {
    let name = match samples {
        Samples::U8 => "u8",
        Samples::S16 => "s16le",
        Samples::S32 => "s32le",
        Samples::F32 => "f32le",
        Samples::MuLaw => "mulaw",
        Samples::ALaw => "alaw",
        _ => unreachable!("a format that is not told of here"),
    };
    let heard = ffmpeg(
        &["-f", name, "-ar", "48000", "-ac", "1"],
        &["-f", "s16le"],
        bytes,
    );
    let samples = heard.as_chunks().0.iter();
    let amplitudes = samples.map(|sample| i16::from_le_bytes(*sample).unsigned_abs());
    amplitudes.max().unwrap()
}
