//! What becomes of a frame of an encoded stream, by what it is and what became of those before it.

use super::frames::{Made, Nature};

/// What became of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Released,
    /// For want of consent, or no frame at all.
    Withheld,
    /// For want of one that starts afresh before it.
    Awaits,
    /// As it leads a broken link, for which alone it is withheld.
    LeadsNowhere,
    /// As it cannot be told how far it reaches back.
    ReachesBack,
    /// As if it had never been offered.
    Unseen,
}

/// What a model may get wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    WhatTheClientSaysOpens,
    WhatTheClientSaysIsIgnored,
    GoesOnAnywhere,
    GoesOnAtARenewal,
    ABrokenLinkStartsNothing,
    WhatLeadsALinkIsReleased,
    WhatLeadsHoldsBackTheRest,
    TheMalformedIsPassedOver,
    ReachIsIgnored,
    APredictedPictureIsJudgedByItself,
    AHoleIsWithheldForConsent,
    AnUnknownReachIsNone,
    WithheldKeyframesSayNoSize,
    TheUnshownIsBlanked,
    WhatLeadsIsBlanked,
    TheMalformedIsBlanked,
    NothingIsWithheld,
    NoKeyframeIsAskedFor,
}

struct Before {
    nature: Nature,
    fate: Fate,
    captured: i64,
    can_be_black: Option<bool>,
}

pub struct Model {
    fault: Option<Fault>,
    before: Vec<Before>,
    /// Since when the owner agrees, in milliseconds.
    pub agreed: Option<i64>,
}

impl Model {
    pub fn new(fault: Option<Fault>) -> Self {
        Self {
            fault,
            before: Vec::new(),
            agreed: None,
        }
    }

    pub fn has(&self, fault: Fault) -> bool {
        self.fault == Some(fault)
    }

    pub fn fate(&mut self, made: &Made, keyframe: Option<bool>, captured: i64) -> Fate {
        let mut nature = made.nature;
        if nature == Nature::Nothing {
            if !self.has(Fault::NothingIsWithheld) {
                return Fate::Unseen;
            }
            nature = Nature::Malformed;
        }
        let is_fresh = matches!(nature, Nature::Fresh | Nature::BrokenLink | Nature::Renewal);
        if is_fresh && keyframe == Some(false) && !self.has(Fault::WhatTheClientSaysIsIgnored) {
            nature = Nature::Inner;
        }
        if nature == Nature::Inner
            && keyframe == Some(true)
            && self.has(Fault::WhatTheClientSaysOpens)
        {
            nature = Nature::Fresh;
        }
        if nature == Nature::Inner && self.has(Fault::GoesOnAnywhere)
            || nature == Nature::Renewal && self.has(Fault::GoesOnAtARenewal)
        {
            nature = Nature::Fresh;
        }
        if nature == Nature::BrokenLink && self.has(Fault::ABrokenLinkStartsNothing) {
            nature = Nature::Inner;
        }
        let fate = self.judge(nature, captured);
        self.before.push(Before {
            nature,
            fate,
            captured,
            can_be_black: made.can_be_black,
        });
        fate
    }

    fn judge(&self, nature: Nature, captured: i64) -> Fate {
        let reach = match nature {
            Nature::Sound(Some(reach)) if !self.has(Fault::ReachIsIgnored) => reach,
            _ => 0,
        };
        let agrees = self.agreed.is_some_and(|since| since <= captured - reach);
        match nature {
            Nature::Malformed | Nature::Nothing => Fate::Withheld,
            _ if !agrees => Fate::Withheld,
            Nature::Sound(None) if !self.has(Fault::AnUnknownReachIsNone) => Fate::ReachesBack,
            Nature::Sound(_) | Nature::Fresh | Nature::BrokenLink => Fate::Released,
            _ if !self.has_all_before() => Fate::Awaits,
            _ if !self.is_agreed_since_the_last() => {
                if self.has(Fault::AHoleIsWithheldForConsent) {
                    Fate::Withheld
                } else {
                    Fate::Awaits
                }
            }
            Nature::Leading if self.leads_nowhere() => Fate::LeadsNowhere,
            _ => Fate::Released,
        }
    }

    /// Whether everything on which the next may depend was released: all back to one that started afresh.
    fn has_all_before(&self) -> bool {
        for Before { nature, fate, .. } in self.before.iter().rev() {
            match (nature, fate) {
                (Nature::Fresh | Nature::BrokenLink, Fate::Released) => return true,
                (Nature::Malformed, _) if self.has(Fault::TheMalformedIsPassedOver) => {}
                (_, Fate::LeadsNowhere) if !self.has(Fault::WhatLeadsHoldsBackTheRest) => {}
                (_, Fate::Released) => {}
                _ => return false,
            }
        }
        false
    }

    /// Whether the owner agreed all the time since the last frame was captured that was released: what the next is predicted from
    /// may have been captured at any time since then, and need not have been offered.
    fn is_agreed_since_the_last(&self) -> bool {
        let released = |before: &&Before| before.fate == Fate::Released;
        let last = self.before.iter().rev().find(released);
        self.has(Fault::APredictedPictureIsJudgedByItself)
            || last.is_none_or(|last| self.agreed.is_some_and(|since| since <= last.captured))
    }

    /// Whether what leads is of a broken link.
    fn leads_nowhere(&self) -> bool {
        let mut before = self.before.iter().rev();
        let begun = before.find(|before| {
            matches!(
                before.nature,
                Nature::Fresh | Nature::BrokenLink | Nature::Renewal
            )
        });
        !self.has(Fault::WhatLeadsALinkIsReleased)
            && begun.is_some_and(|begun| begun.nature == Nature::BrokenLink)
    }

    /// Whether there are black pictures of the stream, as far as one that came has said.
    pub fn can_be_black(&self) -> Option<bool> {
        let said = self.before.iter().filter(|before| {
            before.fate == Fate::Released || !self.has(Fault::WithheldKeyframesSayNoSize)
        });
        said.rev().find_map(|before| before.can_be_black)
    }

    /// Whether there are blank frames of the stream; of what is malformed, whatever is said.
    pub fn can_blank(&self, blanks: bool, made: &Made, said: Option<bool>) -> Option<bool> {
        match made.nature {
            _ if !blanks => Some(false),
            Nature::Sound(_) => Some(true),
            Nature::Malformed | Nature::Nothing => said,
            _ => self.can_be_black(),
        }
    }

    /// Whether there is a blank frame for the last one.
    pub fn can_be_blanked(&self, made: &Made) -> bool {
        let said = self.can_be_black();
        match made.nature {
            Nature::Malformed | Nature::Nothing => self.has(Fault::TheMalformedIsBlanked),
            Nature::Sound(_) => true,
            Nature::Leading if !self.has(Fault::WhatLeadsIsBlanked) => false,
            _ => (made.is_shown || self.has(Fault::TheUnshownIsBlanked)) && said == Some(true),
        }
    }
}
