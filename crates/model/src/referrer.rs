use serde::{Deserialize, Serialize};

/// The channel by which a visit came. Numbers as in Matomo's `referrerType`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub enum ReferrerKind {
    #[default]
    Direct = 1,
    Search = 2,
    Website = 3,
    Campaign = 6,
    Social = 7,
    Assistant = 8,
}

/// Where a visit came from. `name` is the engine, host, network or campaign.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Referrer {
    pub kind: ReferrerKind,
    pub name: String,
    pub keyword: String,
    pub url: String,
}
