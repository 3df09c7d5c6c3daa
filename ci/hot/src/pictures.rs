//! Pictures without gaps, as they lie in one run of bytes.

use framegate::{
    Payload, PayloadMut, Plane, PlaneMut,
    format::{ColorRange, Format, PixelFormat},
};

pub const WIDTH: u32 = 640;
pub const HEIGHT: u32 = 360;

const PIXELS: usize = (WIDTH * HEIGHT) as usize;

pub fn format(pixels: PixelFormat) -> Format {
    Format::picture(pixels, ColorRange::Limited, WIDTH, HEIGHT)
}

pub fn picture(pixels: PixelFormat) -> Vec<u8> {
    let bytes = match pixels {
        PixelFormat::Rgba => 4 * PIXELS,
        _ => PIXELS * 3 / 2,
    };
    vec![200; bytes]
}

pub fn payload(pixels: PixelFormat, bytes: &[u8]) -> Payload<'_> {
    let width = WIDTH as usize;
    let plane = |data, stride| Plane { data, stride };
    if pixels == PixelFormat::Rgba {
        return Payload::packed(plane(bytes, 4 * width));
    }
    let (y, chroma) = bytes.split_at(PIXELS);
    if pixels == PixelFormat::Nv12 {
        return Payload::semi_planar(plane(y, width), plane(chroma, width));
    }
    let (u, v) = chroma.split_at(PIXELS / 4);
    Payload::i420(plane(y, width), plane(u, width / 2), plane(v, width / 2))
}

pub fn payload_mut(pixels: PixelFormat, bytes: &mut [u8]) -> PayloadMut<'_> {
    let width = WIDTH as usize;
    let plane = |data, stride| PlaneMut { data, stride };
    if pixels == PixelFormat::Rgba {
        return PayloadMut::packed(plane(bytes, 4 * width));
    }
    let (y, chroma) = bytes.split_at_mut(PIXELS);
    if pixels == PixelFormat::Nv12 {
        return PayloadMut::semi_planar(plane(y, width), plane(chroma, width));
    }
    let (u, v) = chroma.split_at_mut(PIXELS / 4);
    PayloadMut::i420(plane(y, width), plane(u, width / 2), plane(v, width / 2))
}
