//! The MP4 container (ISO/IEC 14496-12), as far as it takes to have frames decoded by it.

/// The first box of this type, its head included.
pub fn find<'a>(file: &'a [u8], name: &str) -> &'a [u8] {
    let mut places = file.windows(4);
    let at = places
        .position(|bytes| bytes == name.as_bytes())
        .expect("a box")
        - 4;
    let size = u32::from_be_bytes(file[at..][..4].try_into().unwrap());
    &file[at..][..size.try_into().unwrap()]
}

/// A file of frames in one chunk, five a second, as this box of sample descriptions (`stsd`) says.
pub fn file(description: &[u8], (width, height): (usize, usize), frames: &[&[u8]]) -> Vec<u8> {
    const SCALE: u32 = 5;
    let number = |number: usize| u32::try_from(number).unwrap();
    let count = number(frames.len());
    let kind = boxed("ftyp", &[b"isom", &[0; 4], b"isom"]);
    let media = boxed("mdat", frames);
    let full = |name: &str, words: &[u32]| boxed(name, &[&long(&[0]), &long(words)]);
    let sizes: Vec<_> = frames.iter().map(|frame| number(frame.len())).collect();
    let table = [
        description,
        &full("stts", &[1, count, 1]),
        &full("stsc", &[1, 1, count, 1]),
        &boxed("stsz", &[&long(&[0, 0, count]), &long(&sizes)]),
        &full("stco", &[1, number(kind.len() + 8)]),
    ];
    let url = boxed("url ", &[&[0, 0, 0, 1]]);
    let references = boxed("dref", &[&long(&[0, 1]), &url]);
    let information = [
        boxed("vmhd", &[&long(&[1, 0, 0])]),
        boxed("dinf", &[&references]),
        boxed("stbl", &table),
    ];
    let handler = [&long(&[0, 0])[..], b"vide", &long(&[0; 3]), &[0]];
    let matrix = [0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000];
    let extent = [number(width) << 16, number(height) << 16];
    let head = [
        &[0, 0, SCALE, count, 0x1_0000, 0x0100_0000, 0, 0][..],
        &matrix,
        &[0; 6],
        &[2],
    ];
    let track = [&[0, 0, 1, 0, count, 0, 0, 0, 0][..], &matrix, &extent];
    let movie = [
        full("mvhd", &head.concat()),
        boxed(
            "trak",
            &[
                &boxed("tkhd", &[&[0, 0, 0, 7], &long(&track.concat())]),
                &boxed(
                    "mdia",
                    &[
                        &full("mdhd", &[0, 0, SCALE, count, 0x55C4_0000]),
                        &boxed("hdlr", &handler),
                        &boxed("minf", &[&information.concat()]),
                    ],
                ),
            ],
        ),
    ];
    [kind, media, boxed("moov", &[&movie.concat()])].concat()
}

fn long(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_be_bytes()).collect()
}

fn boxed(name: &str, parts: &[&[u8]]) -> Vec<u8> {
    let parts = parts.concat();
    let size = u32::try_from(parts.len() + 8).unwrap();
    [&size.to_be_bytes(), name.as_bytes(), &parts].concat()
}
