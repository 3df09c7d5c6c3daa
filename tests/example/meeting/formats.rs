//! Readers of WAV and Y4M that share nothing with those of the example.

/// How a sample of a WAV is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Samples {
    S16,
    F32,
}

#[derive(Debug)]
pub struct Wav {
    pub samples: Samples,
    pub channels: usize,
    pub rate: usize,
    pub data: Vec<u8>,
}

#[derive(Debug)]
pub struct Y4m {
    pub header: String,
    pub width: usize,
    pub height: usize,
    /// Pictures in so many seconds.
    pub rate: (usize, usize),
    /// What black is in Y.
    pub black: u8,
    /// The planes of each, one after the other.
    pub pictures: Vec<Vec<u8>>,
}

/// Which samples of a picture are meant: a column, a row, a width and a height, in luma samples, all even.
pub type Rect = [usize; 4];

impl Wav {
    pub fn parse(file: &[u8]) -> Result<Self, String> {
        let (riff, mut rest) = file.split_at_checked(12).ok_or("no RIFF header")?;
        if &riff[..4] != b"RIFF" || &riff[8..] != b"WAVE" {
            return Err("not RIFF WAVE".into());
        }
        if little_endian(&riff[4..8]) != file.len() - 8 {
            return Err("the RIFF length is not that of the file".into());
        }
        let (mut format, mut data) = (None, None);
        while !rest.is_empty() {
            let (head, tail) = rest.split_at_checked(8).ok_or("a cut chunk header")?;
            let (body, tail) = tail
                .split_at_checked(little_endian(&head[4..]))
                .ok_or("a cut chunk")?;
            match &head[..4] {
                b"fmt " => format = Some(body),
                b"data" => data = Some(body),
                _ => {}
            }
            rest = tail.get(body.len() % 2..).unwrap_or_default();
        }
        let (format, data) = format.zip(data).ok_or("no format or no data")?;
        let field = |at: usize, length: usize| little_endian(&format[at..at + length]);
        let encoding = match field(0, 2) {
            0xfffe => field(24, 2),
            encoding => encoding,
        };
        let samples = match (encoding, field(14, 2)) {
            (1, 16) => Samples::S16,
            (3, 32) => Samples::F32,
            other => return Err(format!("encoding and bits {other:?}")),
        };
        Ok(Self {
            samples,
            channels: field(2, 2),
            rate: field(4, 4),
            data: data.to_vec(),
        })
    }

    /// The bytes of one sample of every channel.
    pub fn step(&self) -> usize {
        let bytes = match self.samples {
            Samples::S16 => 2,
            Samples::F32 => 4,
        };
        bytes * self.channels
    }

    /// The frames, of 20 ms, the last may be shorter.
    pub fn frames(&self) -> impl Iterator<Item = &[u8]> {
        assert_eq!(self.rate % 50, 0, "rates of whole frames alone");
        self.data.chunks(self.rate / 50 * self.step())
    }
}

fn little_endian(bytes: &[u8]) -> usize {
    bytes
        .iter()
        .rev()
        .fold(0, |all, byte| all << 8 | usize::from(*byte))
}

impl Y4m {
    pub fn parse(file: &[u8]) -> Result<Self, String> {
        let (header, mut rest) = line(file).ok_or("no header")?;
        let header = str::from_utf8(header).map_err(|error| error.to_string())?;
        let mut parameters = header.split(' ');
        if parameters.next() != Some("YUV4MPEG2") {
            return Err("not YUV4MPEG2".into());
        }
        let parameters: Vec<_> = parameters.collect();
        let parameter = |letter| {
            let mut found = parameters.iter().filter_map(|it| it.strip_prefix(letter));
            found.next().ok_or(format!("no {letter} in {header:?}"))
        };
        let number = |text: &str| text.parse::<usize>().map_err(|error| error.to_string());
        if !parameter('C')?.starts_with("420") {
            return Err(format!("not 4:2:0: {header:?}"));
        }
        let (width, height) = (number(parameter('W')?)?, number(parameter('H')?)?);
        let is_full = parameters.contains(&"XCOLORRANGE=FULL");
        let rate = parameter('F')?.split_once(':').ok_or("no frame rate")?;

        let mut pictures = Vec::new();
        while !rest.is_empty() {
            let (head, tail) = line(rest).ok_or("a cut picture header")?;
            if !head.starts_with(b"FRAME") {
                return Err(format!("no FRAME before picture {}", pictures.len()));
            }
            let (picture, tail) = tail
                .split_at_checked(width * height * 3 / 2)
                .ok_or("a cut picture")?;
            pictures.push(picture.to_vec());
            rest = tail;
        }
        Ok(Self {
            rate: (number(rate.0)?, number(rate.1)?),
            header: header.into(),
            width,
            height,
            black: if is_full { 0 } else { 16 },
            pictures,
        })
    }

    /// Where in a picture the samples of a rectangle are, those of Y and those of U and V.
    pub fn positions(&self, [x, y, width, height]: Rect) -> (Vec<usize>, Vec<usize>) {
        let plane = |begin: usize, scale: usize| {
            let rows = y / scale..(y + height) / scale;
            rows.flat_map(move |row| {
                let columns = x / scale..(x + width) / scale;
                columns.map(move |column| begin + row * (self.width / scale) + column)
            })
        };
        let luma = self.width * self.height;
        let chroma = plane(luma, 2).chain(plane(luma + luma / 4, 2));
        (plane(0, 1).collect(), chroma.collect())
    }

    pub fn is_black(&self, picture: &[u8], rect: Rect) -> bool {
        let (luma, chroma) = self.positions(rect);
        luma.iter().all(|at| picture[*at] == self.black)
            && chroma.iter().all(|at| picture[*at] == 128)
    }

    /// A picture with rectangles of it made black.
    pub fn blackened(&self, picture: &[u8], rects: impl IntoIterator<Item = Rect>) -> Vec<u8> {
        let mut picture = picture.to_vec();
        for rect in rects {
            let (luma, chroma) = self.positions(rect);
            for at in luma {
                picture[at] = self.black;
            }
            for at in chroma {
                picture[at] = 128;
            }
        }
        picture
    }

    pub fn all(&self) -> Rect {
        [0, 0, self.width, self.height]
    }
}

fn line(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    Some((&bytes[..end], &bytes[end + 1..]))
}
