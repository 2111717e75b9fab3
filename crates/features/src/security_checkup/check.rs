//! What a check is, and what it comes to.

use super::{deed::Deed, facts::Facts};

/// How much a check weighs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Weight {
    Low = 1,
    Medium = 2,
    High = 5,
    Critical = 10,
}

impl Weight {
    pub fn name(self) -> &'static str {
        match self {
            Weight::Low => "low",
            Weight::Medium => "medium",
            Weight::High => "high",
            Weight::Critical => "critical",
        }
    }
}

/// What a check came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    Pass,
    Warn,
    Fail,
    /// It could not be measured; never counts as a pass.
    Unknown,
    NotApplicable,
    AcceptedRisk,
}

impl State {
    pub const ALL: [State; 6] =
        [State::Pass, State::Warn, State::Fail, State::Unknown, State::NotApplicable, State::AcceptedRisk];

    pub fn name(self) -> &'static str {
        match self {
            State::Pass => "pass",
            State::Warn => "warn",
            State::Fail => "fail",
            State::Unknown => "unknown",
            State::NotApplicable => "not-applicable",
            State::AcceptedRisk => "accepted-risk",
        }
    }

    pub fn parse(name: &str) -> Option<State> {
        State::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// A state with what shows it: names and values, without secrets.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Verdict {
    pub state: State,
    pub evidence: Vec<(String, String)>,
}

/// Entries of a list that evidence shows; the rest is counted.
const SHOWN_MAX: usize = 10;

impl Verdict {
    pub fn new(state: State) -> Verdict {
        Verdict { state, evidence: Vec::new() }
    }

    /// Passes if this holds, else fails.
    pub fn pass_if(holds: bool) -> Verdict {
        Verdict::new(if holds { State::Pass } else { State::Fail })
    }

    /// It could not be measured.
    pub fn unknown(why: &str) -> Verdict {
        Verdict::new(State::Unknown).with("why", why)
    }

    pub fn with(mut self, name: &str, value: impl ToString) -> Verdict {
        self.evidence.push((name.to_owned(), value.to_string()));
        self
    }

    /// Some entries of a list; left out when it is empty.
    pub fn with_list<T: AsRef<str>>(self, name: &str, entries: &[T]) -> Verdict {
        if entries.is_empty() {
            return self;
        }
        let mut shown: Vec<&str> = entries.iter().take(SHOWN_MAX).map(AsRef::as_ref).collect();
        let more = format!("and {} more", entries.len().saturating_sub(SHOWN_MAX));
        if entries.len() > SHOWN_MAX {
            shown.push(&more);
        }
        self.with(name, shown.join(", "))
    }
}

/// What makes a check pass.
pub enum Fix {
    /// It is done on this page of ours.
    Page { label: &'static str, path: &'static str },
    /// It is done by whoever runs the machine; the manual says how.
    Operator { label: &'static str },
    /// It is done at once, shown beforehand and can be taken back.
    Deeds { label: &'static str, plan: fn(&Facts) -> Vec<Deed>, hours: Option<u32> },
}

impl Fix {
    pub fn label(&self) -> &'static str {
        match self {
            Fix::Page { label, .. } | Fix::Operator { label } | Fix::Deeds { label, .. } => label,
        }
    }
}

/// A check, declared once.
pub struct Check {
    pub id: &'static str,
    pub weight: Weight,
    /// In which part of the list it stands.
    pub group: &'static str,
    pub title: &'static str,
    /// Why it matters, in two lines.
    pub why: &'static str,
    /// How it is measured.
    pub how: &'static str,
    pub measure: fn(&Facts) -> Verdict,
    pub fix: Fix,
    /// Where the manual speaks of it.
    pub manual: &'static str,
}
