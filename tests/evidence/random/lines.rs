//! A ledger's lines as plain values: what an outsider reads of them.

use framegate::{Kind, Purposes, Scope};
use serde_json::Value;

use super::chance::Chance;

/// One line.
pub struct Line {
    /// In µs since the meeting's start.
    pub at: i64,
    /// Whether it was entered when no process had the meeting: then its time says nothing of when.
    pub past: bool,
    pub act: Act,
}

pub enum Act {
    /// The process had gone, and somebody went on with the ledger.
    Resumed {
        torn: bool,
    },
    Joined {
        who: String,
        guardian: bool,
    },
    Left {
        who: String,
    },
    Superseded {
        notice: String,
    },
    Granted {
        who: String,
        notice: String,
        scope: Scope,
        until: Option<i64>,
    },
    Withdrew {
        who: String,
        by: String,
        scope: Scope,
    },
    Restricted {
        whom: Option<String>,
        by: String,
        scope: Scope,
    },
    Lifted {
        whom: Option<String>,
        by: String,
        scope: Scope,
    },
    /// A pair of a purpose and a third party, as it is called, got its bit.
    Named {
        name: String,
        pair: Purposes,
    },
    StreamOpened {
        kind: Kind,
        owner: Option<String>,
        alone: bool,
    },
    OutletOpened {
        purposes: Purposes,
    },
    /// What had come to its end by itself.
    Expired {
        who: String,
        scopes: Vec<Scope>,
    },
    Ended,
    Refused {
        whom: Option<String>,
    },
    /// How far taps had come since a narrowing, the line of this index.
    Settled {
        narrowing: usize,
    },
    Counted,
    /// What changes nobody's consent, and looks at no tap.
    Other,
}

/// All lines. A torn last one may have been anybody's withdrawal, so it counts as one of everybody's.
pub fn read(ledger: &[u8]) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let mut pieces: Vec<&[u8]> = ledger.split(|byte| *byte == b'\n').collect();
    let torn = pieces.pop().is_some_and(|rest| !rest.is_empty());
    for piece in pieces {
        let line: Value = serde_json::from_slice(piece).expect("a line");
        lines.push(Line {
            at: line["at"].as_i64().expect("a time"),
            past: !line["wall"].is_null(),
            act: act(&line["entry"]),
        });
    }
    if torn {
        lines.push(Line {
            at: lines.last().map_or(0, |line| line.at),
            past: true,
            act: Act::Resumed { torn: true },
        });
    }
    lines
}

/// The ledger up to some line, as whoever looked at it earlier had it.
pub fn beginning(ledger: &[u8], chance: &mut Chance) -> Vec<u8> {
    let ends: Vec<_> = ledger
        .iter()
        .enumerate()
        .filter(|(_, byte)| **byte == b'\n')
        .collect();
    let end = chance.index(&ends).map_or(0, |index| ends[index].0 + 1);
    ledger[..end].to_vec()
}

fn act(entry: &Value) -> Act {
    let text = |field: &str| entry[field].as_str().map(String::from);
    let named = |field: &str| text(field).expect("a name");
    let scope = || serde_json::from_value(entry["scope"].clone()).expect("a scope");
    match &*named("event") {
        "resumed" => Act::Resumed {
            torn: entry["torn"] == true,
        },
        "joined" => Act::Joined {
            who: named("who"),
            guardian: text("guardian").is_some(),
        },
        "left" => Act::Left { who: named("who") },
        "superseded" => Act::Superseded {
            notice: named("notice"),
        },
        "granted" => {
            let grant = &entry["grant"];
            Act::Granted {
                who: named("who"),
                notice: grant["notice"].as_str().expect("a notice").into(),
                scope: serde_json::from_value(grant["scope"].clone()).expect("a scope"),
                until: grant["until"].as_i64(),
            }
        }
        "withdrew" => Act::Withdrew {
            who: named("who"),
            by: named("by"),
            scope: scope(),
        },
        "restricted" => Act::Restricted {
            whom: text("who"),
            by: named("by"),
            scope: scope(),
        },
        "lifted" => Act::Lifted {
            whom: text("who"),
            by: named("by"),
            scope: scope(),
        },
        "named" => Act::Named {
            name: format!("{}@{}", named("purpose"), named("recipient")),
            pair: serde_json::from_value(entry["pair"].clone()).expect("purposes"),
        },
        "stream_opened" => Act::StreamOpened {
            kind: serde_json::from_value(entry["kind"].clone()).expect("a kind"),
            owner: text("owner"),
            alone: entry["alone"] == true,
        },
        "outlet_opened" => Act::OutletOpened {
            purposes: serde_json::from_value(entry["purposes"].clone()).expect("purposes"),
        },
        "ended" => Act::Ended,
        "expired" => Act::Expired {
            who: named("who"),
            scopes: serde_json::from_value(entry["scopes"].clone()).expect("scopes"),
        },
        "refused" => Act::Refused { whom: text("who") },
        "settled" => {
            let narrowing = entry["narrowing"].as_u64().map(usize::try_from);
            let narrowing = narrowing.expect("a number").expect("of a line") - 1;
            Act::Settled { narrowing }
        }
        "counted" => Act::Counted,
        "opened" | "shown" | "signed" => Act::Other,
        other => panic!("{other}"),
    }
}

impl Line {
    /// In which millisecond it is.
    pub fn floor(&self) -> i64 {
        self.at.div_euclid(1000)
    }

    /// The first millisecond that begins with it or after it.
    pub fn ceil(&self) -> i64 {
        (self.at + 999).div_euclid(1000)
    }

    pub fn is_resumed(&self) -> bool {
        matches!(self.act, Act::Resumed { .. })
    }

    /// Whether its time is no earlier than any that a tap had seen which can carry anybody.
    pub fn is_of_taps(&self) -> bool {
        !matches!(
            self.act,
            Act::Other | Act::Named { .. } | Act::StreamOpened { .. } | Act::OutletOpened { .. }
        )
    }

    /// Whether it is about somebody, or about everybody: then it looks at taps of theirs alone, too.
    pub fn is_about(&self, id: &str) -> bool {
        match &self.act {
            Act::Joined { who, .. }
            | Act::Left { who }
            | Act::Granted { who, .. }
            | Act::Withdrew { who, .. }
            | Act::Expired { who, .. } => who == id,
            Act::Refused { whom } => whom.as_ref().is_some_and(|whom| whom == id),
            Act::Restricted { whom, .. } | Act::Lifted { whom, .. } => {
                whom.as_ref().is_none_or(|whom| whom == id)
            }
            Act::Superseded { .. } | Act::Counted | Act::Ended => true,
            _ => false,
        }
    }

    /// Whether it withdraws, for good, what somebody agreed to of a kind for any of these purposes.
    pub fn withdraws(&self, id: &str, kind: Kind, purposes: Purposes) -> bool {
        match &self.act {
            Act::Withdrew { who, scope, .. } => {
                who == id
                    && scope.kinds.contains(kind.into())
                    && scope.purposes.intersects(purposes)
            }
            Act::Resumed { torn, .. } => *torn,
            _ => false,
        }
    }
}
