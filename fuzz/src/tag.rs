//! Tags: three of them, 16 bytes each.

use framegate::Tag;

/// What is read writes the same bytes, and joined with others it clears no more than any. How many tags the bytes are.
pub fn check(bytes: &[u8]) -> usize {
    let (chunks, _) = bytes.as_chunks::<16>();
    let tags: Vec<Tag> = chunks
        .iter()
        .take(3)
        .filter_map(|chunk| read(*chunk))
        .collect();
    for a in &tags {
        assert_eq!(a.meet(*a), *a);
        for b in &tags {
            joins(*a, *b);
            for c in &tags {
                assert_eq!(a.meet(*b).meet(*c), a.meet(b.meet(*c)));
                let across = Tag::meet_across_meetings;
                assert_eq!(across(across(*a, *b), *c), across(*a, across(*b, *c)));
            }
        }
    }
    tags.len()
}

fn read(bytes: [u8; 16]) -> Option<Tag> {
    let tag = Tag::from_bytes(bytes).ok()?;
    assert_eq!(tag.to_bytes(), bytes);
    // No tag but of a frame that was released clears anything.
    assert_eq!(is_released(bytes), purposes(bytes) != 0);
    assert_eq!(tag.verdict().is_released(), is_released(bytes));
    assert_eq!(tag.purposes().bits(), purposes(bytes));
    let micros = match captured(bytes) {
        u32::MAX => i64::MAX,
        millis => i64::from(millis) * 1000,
    };
    assert_eq!(tag.captured().as_micros(), micros);
    assert_eq!(tag.generation(), generation(bytes));
    Some(tag)
}

fn joins(a: Tag, b: Tag) {
    let joined = a.meet(b);
    assert_eq!(joined, b.meet(a));
    let across = a.meet_across_meetings(b);
    assert_eq!(across, b.meet_across_meetings(a));
    for tag in [joined, across] {
        let bytes = tag.to_bytes();
        assert_eq!(Tag::from_bytes(bytes), Ok(tag));
        for source in [a, b].map(Tag::to_bytes) {
            assert_eq!(purposes(bytes) & !purposes(source), 0);
            assert!(is_released(source) || !is_released(bytes));
            assert!(captured(bytes) <= captured(source));
            assert!(generation(bytes) <= generation(source));
            // The kind and the stream are either the same or several.
            assert!(bytes[1] == source[1] || bytes[1] == 255);
            assert!(bytes[6..8] == source[6..8] || bytes[6..8] == [255; 2]);
        }
    }
    // The purposes that a meeting names mean nothing in another: the upper seven bits.
    assert_eq!(purposes(across.to_bytes()) >> 9, 0);
}

// The fields, where the table of the format has them.

fn is_released(bytes: [u8; 16]) -> bool {
    bytes[2] == 1 || bytes[2] == 2
}

fn purposes(bytes: [u8; 16]) -> u16 {
    u16::from_be_bytes([bytes[4], bytes[5]])
}

fn captured(bytes: [u8; 16]) -> u32 {
    u32::from_be_bytes([bytes[8], bytes[9], bytes[10], bytes[11]])
}

fn generation(bytes: [u8; 16]) -> u32 {
    u32::from_be_bytes([bytes[12], bytes[13], bytes[14], bytes[15]])
}
