//! Session descriptions.

use framegate::{
    Purposes,
    wire::sdp::{self, Preference, Recording},
};

#[test]
fn an_extension_is_offered_and_found_among_others() {
    for id in [1, 14, 15, 255] {
        let line = sdp::extmap(id);
        assert_eq!(
            line,
            format!("a=extmap:{id} urn:uuid:ad4d781a-88da-53bc-aead-3084db63d801")
        );
        let part = format!(
            "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=extmap:2 urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\n{line}\r\n"
        );
        assert_eq!(sdp::extension_id(&part), Some(id));
        // Twice is not once.
        assert_eq!(sdp::extension_id(&format!("{part}{line}\r\n")), None);
    }
    let uri = sdp::URI;
    for (line, id) in [
        (format!("a=extmap:7/sendonly {uri}"), Some(7)),
        (format!("a=extmap:7 {uri} attributes"), Some(7)),
        (format!("a=extmap:0 {uri}"), None),
        (format!("a=extmap:256 {uri}"), None),
        (format!("a=extmap:4096/recvonly {uri}"), None),
        (format!("a=extmap:x {uri}"), None),
        (format!("a=extmap:7 {uri}1"), None),
        (format!("b=extmap:7 {uri}"), None),
        (sdp::ALLOW_MIXED.into(), None),
    ] {
        assert_eq!(sdp::extension_id(&line), id, "{line}");
    }
}

#[test]
fn a_wish_comes_from_consent_and_a_no_is_a_no() {
    for (agreed, preference, recording) in [
        (
            Purposes::RECORD | Purposes::TRAIN,
            Preference::On,
            Recording::On,
        ),
        (Purposes::RECORD, Preference::On, Recording::On),
        (
            Purposes::TRAIN | Purposes::TRANSCRIBE,
            Preference::Off,
            Recording::Off,
        ),
        (Purposes::empty(), Preference::Off, Recording::Off),
        // A third party's recording is not the controller's.
        (
            Purposes::from_bits_retain(1 << 9),
            Preference::Off,
            Recording::Off,
        ),
    ] {
        assert_eq!(
            (Preference::of(agreed), Recording::of(agreed)),
            (preference, recording)
        );
    }
    assert!(Preference::Off.is_refusal() && Preference::Pause.is_refusal());
    assert!(!Preference::On.is_refusal() && !Preference::NoPreference.is_refusal());
}

/// RFC 7866 §6.2, §7.1.2, §7.3.2: `paused` of one, `pause` of the other.
#[test]
fn media_say_more_than_the_session() {
    let all = [
        Preference::On,
        Preference::Off,
        Preference::Pause,
        Preference::NoPreference,
    ];
    for preference in all {
        let of_session = format!(
            "v=0\r\n{}\r\nm=audio 9 RTP/AVP 0\r\nm=video 9 RTP/AVP 96\r\n",
            preference.line()
        );
        assert_eq!(Preference::read(&of_session, 0), preference);
        assert_eq!(Preference::read(&of_session, 1), preference);
        for own in all {
            let of_media = format!("{of_session}{}\r\n", own.line());
            assert_eq!(Preference::read(&of_media, 0), preference);
            assert_eq!(Preference::read(&of_media, 1), own);
        }
    }
    for recording in [Recording::On, Recording::Off, Recording::Paused] {
        let description = format!("m=audio 9 RTP/AVP 0\n{}\n", recording.line());
        assert_eq!(Recording::read(&description, 0), Some(recording));
        assert_eq!(Recording::read(&description, 1), None);
        // One is not the other.
        assert_eq!(Preference::read(&description, 0), Preference::NoPreference);
    }
    for (line, preference) in [
        ("a=recordpref:paused", Preference::Off),
        ("a=recordpref:ON", Preference::Off),
        ("a=recordpref:", Preference::Off),
        ("a=recordpref", Preference::NoPreference),
        ("a=recordpreference:on", Preference::NoPreference),
    ] {
        assert_eq!(Preference::read(line, 0), preference, "{line}");
    }
    assert_eq!(Recording::read("a=record:pause", 0), None);
    assert_eq!(Preference::read("", 0), Preference::NoPreference);
}
