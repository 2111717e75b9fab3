//! Places of the fold's own columns in the engine's visit rows.

pub const SITE: usize = 0;
pub const ID: usize = 1;
pub const VISITOR: usize = 2;
pub const CONFIG: usize = 3;
pub const USER: usize = 4;
pub const DAY: usize = 5;
pub const FIRST_S: usize = 6;
pub const LAST_S: usize = 7;
pub const LENGTH_S: usize = 8;
pub const ACTIONS: usize = 9;
pub const INTERACTIONS: usize = 10;
pub const SEARCHES: usize = 11;
pub const EVENTS: usize = 12;
pub const ENTRY_URL: usize = 13;
pub const ENTRY_TITLE: usize = 14;
pub const EXIT_URL: usize = 15;
pub const EXIT_TITLE: usize = 16;
pub const RETURNING: usize = 17;
pub const COUNT: usize = 18;
pub const SINCE_FIRST_S: usize = 19;
pub const SINCE_LAST_S: usize = 20;
pub const CONVERTED: usize = 21;
pub const REFERRER_KIND: usize = 22;
pub const REFERRER_NAME: usize = 23;
pub const REFERRER_KEYWORD: usize = 24;
pub const REFERRER_URL: usize = 25;
pub const BUYER: usize = 26;
pub const SINCE_ORDER_S: usize = 27;
pub const EXIT_IS_SEARCH: usize = 28;
/// Where the captured columns begin.
pub const OWN: usize = 29;

#[cfg(test)]
mod tests {
    use super::*;
    use makoto_catalog::columns::VISIT;

    #[test]
    fn places_are_those_of_the_catalog() {
        let places = [
            (SITE, "site_id"),
            (ID, "visit_id"),
            (VISITOR, "visitor"),
            (CONFIG, "config_id"),
            (USER, "user_id"),
            (DAY, "day"),
            (FIRST_S, "first_action_s"),
            (LAST_S, "last_action_s"),
            (LENGTH_S, "visit_length_s"),
            (ACTIONS, "action_count"),
            (INTERACTIONS, "interaction_count"),
            (SEARCHES, "search_count"),
            (EVENTS, "event_count"),
            (ENTRY_URL, "entry_url"),
            (ENTRY_TITLE, "entry_title"),
            (EXIT_URL, "exit_url"),
            (EXIT_TITLE, "exit_title"),
            (RETURNING, "returning"),
            (COUNT, "visit_count"),
            (SINCE_FIRST_S, "since_first_s"),
            (SINCE_LAST_S, "since_last_s"),
            (CONVERTED, "converted"),
            (REFERRER_KIND, "referrer_kind"),
            (REFERRER_NAME, "referrer_name"),
            (REFERRER_KEYWORD, "referrer_keyword"),
            (REFERRER_URL, "referrer_url"),
            (BUYER, "buyer"),
            (SINCE_ORDER_S, "since_order_s"),
            (EXIT_IS_SEARCH, "exit_is_search"),
        ];
        for (place, name) in places {
            assert_eq!(VISIT[place].name, name);
        }
        assert_eq!((VISIT.len(), places.len()), (OWN, OWN));
    }
}
