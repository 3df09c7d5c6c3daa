//! A stream through a tap, while its owner agrees or not.

use framegate::{
    Authority, Contributors, Digest, Frame, Grant, JoinOptions, Kind, Kinds, Meeting,
    MeetingOptions, Method, Notice, OutletOptions, Purposes, Scope, StreamOptions, Time, Verdict,
};

use crate::codec::Codec;

/// What became of a frame.
pub struct Gated {
    pub verdict: Verdict,
    pub bytes: Option<Vec<u8>>,
    pub can_blank: Option<bool>,
}

/// Gates a stream of which nobody agrees to these frames.
pub fn gate(
    codec: Codec,
    frames: &[&[u8]],
    withheld: &std::ops::Range<usize>,
    blanks: bool,
) -> Vec<Gated> {
    let scope = Scope::new(Kinds::VIDEO, Purposes::RECORD);
    let mut meeting = Meeting::open(MeetingOptions::new("streams", 2)).unwrap();
    let who = meeting
        .join(JoinOptions::adult("ada"), Time::START)
        .unwrap();
    let notice = Notice {
        digest: Digest::of("We record."),
        version: "1".into(),
        language: "en".into(),
        controller: "Example".into(),
        scope,
    };
    let notice = meeting.show(notice).unwrap();
    let stream = StreamOptions::owned(who, Kind::Video, codec.format());
    let stream = meeting.open_stream(stream).unwrap();
    let kinds = if blanks { Kinds::all() } else { Kinds::empty() };
    let outlet = OutletOptions::new("recorder", Purposes::RECORD).blank(kinds);
    let outlet = meeting.open_outlet(outlet).unwrap();
    let mut tap = meeting.tap(stream, outlet).unwrap();
    let grant = Grant::new(notice, scope, Method::Clicked);
    let by = Authority::Participant;
    let mut gated = Vec::new();
    for (at, bytes) in frames.iter().enumerate() {
        let now = Time::from_millis(1000 + 200 * i64::try_from(at).unwrap());
        if at == withheld.start && !withheld.is_empty() {
            let settling = meeting.withdraw(by, who, scope, now).unwrap();
            assert!(settling.is_settled());
        } else if at == 0 || at == withheld.end {
            meeting.grant(by, who, &grant, now).unwrap();
        }
        let frame = Frame::new(now, Contributors::Owner);
        let admission = tap.admit(&frame, (*bytes).into(), now, |cleared| {
            cleared.bytes().unwrap().to_vec()
        });
        gated.push(Gated {
            verdict: admission.verdict(),
            bytes: admission.output,
            can_blank: tap.can_blank(),
        });
    }
    gated
}
