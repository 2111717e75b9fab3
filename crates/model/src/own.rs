//! Dimensions that a site defines itself, each kept in one of the columns that the catalog holds ready for them.

use serde::{Deserialize, Serialize};

/// Columns that are held ready in each scope; a site cannot define more dimensions than these.
pub const SLOTS_MAX: u8 = 10;

/// A dimension of one site's own: what the site calls it, where its values are kept and where they come from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OwnDimension {
    /// Counted from 1 in each site; hits and segments name it `dimension` and this number.
    pub id: u32,
    pub name: String,
    pub scope: OwnScope,
    /// Which of the scope's columns holds its values, from 1 to `SLOTS_MAX`.
    pub slot: u8,
    /// Values are recorded.
    pub active: bool,
    /// Where a value comes from when the hit brings none; the first that finds one decides.
    pub extractions: Vec<Extraction>,
    pub case_sensitive: bool,
}

/// What a dimension of a site's own describes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum OwnScope {
    Visit,
    Action,
}

/// A place in a hit that a value is taken from.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Extraction {
    #[serde(rename = "dimension")]
    pub from: ExtractedFrom,
    /// An expression with one group; for `UrlParam` the parameter's name.
    pub pattern: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum ExtractedFrom {
    #[serde(rename = "url")]
    Url,
    #[serde(rename = "urlparam")]
    UrlParam,
    #[serde(rename = "action_name")]
    Title,
}

impl OwnScope {
    pub const ALL: [OwnScope; 2] = [OwnScope::Visit, OwnScope::Action];

    /// As the API and the store write it.
    pub fn name(self) -> &'static str {
        match self {
            OwnScope::Visit => "visit",
            OwnScope::Action => "action",
        }
    }

    pub fn parse(name: &str) -> Option<OwnScope> {
        OwnScope::ALL.into_iter().find(|scope| scope.name() == name)
    }
}

impl ExtractedFrom {
    pub const ALL: [ExtractedFrom; 3] = [ExtractedFrom::Url, ExtractedFrom::UrlParam, ExtractedFrom::Title];

    /// As the API writes it.
    pub fn name(self) -> &'static str {
        match self {
            ExtractedFrom::Url => "url",
            ExtractedFrom::UrlParam => "urlparam",
            ExtractedFrom::Title => "action_name",
        }
    }

    pub fn parse(name: &str) -> Option<ExtractedFrom> {
        ExtractedFrom::ALL.into_iter().find(|from| from.name() == name)
    }
}

impl OwnDimension {
    /// Its name in tracking requests, in the segment language and in the visits log.
    pub fn public_name(&self) -> String {
        format!("dimension{}", self.id)
    }

    /// The number in a name such as `dimension7`.
    pub fn number(name: &str) -> Option<u32> {
        let digits = name.strip_prefix("dimension")?;
        digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_numbered() {
        assert_eq!(OwnDimension::number("dimension7"), Some(7));
        for other in ["dimension", "dimension-1", "dimension+1", "dimensions", "Dimension1", "dimension99999999999"] {
            assert_eq!(OwnDimension::number(other), None, "{other}");
        }
        for scope in OwnScope::ALL {
            assert_eq!(OwnScope::parse(scope.name()), Some(scope));
        }
        for from in ExtractedFrom::ALL {
            assert_eq!(ExtractedFrom::parse(from.name()), Some(from));
        }
    }
}
