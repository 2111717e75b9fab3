//! What a hit changes in its visit.

use super::partition::int;
use super::recognise::VISIT_STANDARD_LENGTH_S;
use super::row;
use makoto_model::{ActionKind, Cell, Row};

/// An action whose texts have their numbers.
pub struct Action {
    pub kind: ActionKind,
    pub url: Cell,
    pub title: Cell,
}

/// The page that an action leaves, and how long it was looked at.
pub struct Before {
    pub url: Cell,
    pub title: Cell,
    pub spent_s: i64,
    pub was_search: bool,
}

impl Action {
    /// What a visitor looks at. Clicks, events and impressions happen on it.
    fn is_interaction(&self) -> bool {
        matches!(self.kind, ActionKind::PageView | ActionKind::SiteSearch)
    }

    /// The kind under which it is stored: a click on what is no address is told from a page without one only here.
    pub fn stored_kind(&self) -> ActionKind {
        let is_click = matches!(self.kind, ActionKind::Outlink | ActionKind::Download);
        if is_click && self.url == Cell::Null { ActionKind::PageView } else { self.kind }
    }

    /// What the visit was at before this action.
    pub fn before(&self, visit: &Row, time_s: i64) -> Before {
        // The time until an event belongs to no page: Matomo counts it nowhere.
        let counts = self.kind != ActionKind::Event;
        let spent_s = (time_s - int(visit, row::LAST_S)).clamp(0, VISIT_STANDARD_LENGTH_S);
        Before {
            url: visit[row::EXIT_URL],
            title: visit[row::EXIT_TITLE],
            spent_s: if counts { spent_s } else { 0 },
            was_search: int(visit, row::EXIT_IS_SEARCH) != 0,
        }
    }

    /// Counts the action and moves entry and exit. `opens` says that the visit begins with it.
    pub fn apply(&self, visit: &mut Row, opens: bool) {
        let counted = |kind: ActionKind| i64::from(self.kind == kind);
        add(visit, row::ACTIONS, 1 - counted(ActionKind::Content));
        add(visit, row::SEARCHES, counted(ActionKind::SiteSearch));
        add(visit, row::EVENTS, counted(ActionKind::Event));
        if !self.is_interaction() {
            return;
        }
        if int(visit, row::INTERACTIONS) == 0 {
            visit[row::ENTRY_URL] = self.url;
        }
        // A page behind a click or an event is an entry by its address alone.
        if opens {
            visit[row::ENTRY_TITLE] = self.title;
        }
        add(visit, row::INTERACTIONS, 1);
        visit[row::EXIT_IS_SEARCH] = Cell::Int(counted(ActionKind::SiteSearch));
        // A page that lacks one of them leaves the last one standing; a search is no page and ends it.
        if self.url != Cell::Null || self.kind == ActionKind::SiteSearch {
            visit[row::EXIT_URL] = self.url;
        }
        if self.title != Cell::Null {
            visit[row::EXIT_TITLE] = self.title;
        }
    }
}

fn add(visit: &mut Row, at: usize, n: i64) {
    visit[at] = Cell::Int(int(visit, at) + n);
}

/// Moves the visit's end. A sign of life prolongs a visit without moving its last action; a hit from before its
/// beginning leaves it no length at all.
pub fn prolong(visit: &mut Row, time_s: i64, is_action: bool) {
    let length_s = time_s - int(visit, row::FIRST_S) + 1;
    visit[row::LENGTH_S] = Cell::Int(length_s.max(0));
    if is_action {
        visit[row::LAST_S] = Cell::Int(time_s.max(int(visit, row::LAST_S)));
    }
}

/// What counts as the goal of a hit that reaches one by itself, when a visit's length is moved.
pub const BY_ITSELF: i64 = -1;

/// Marks the visit as converted. Unless its visitor is new with this hit, Matomo adds the number of the goal that the hit
/// reports, and two seconds, to its length, so that its update always changes something; reports show it, so it is done
/// here as well.
pub fn convert(visit: &mut Row, goal: i64, opens: bool) {
    visit[row::CONVERTED] = Cell::Int(1);
    if !opens || int(visit, row::COUNT) > 1 {
        add(visit, row::LENGTH_S, goal + 2);
    }
}
