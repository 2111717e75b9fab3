//! Which goals a hit reaches, as far as the hit alone can tell.

use crate::{rules::PATTERN_BYTES_MAX, url};
use makoto_model::{Act, ActionKind, Attribute, Goal, Params, PatternKind, Reached};
use regex::{Regex, RegexBuilder};

const MINUTE_S: f64 = 60.0;

/// A goal in the form in which every hit is compared with it.
pub struct Rule {
    goal: Goal,
    pattern: Pattern,
}

enum Pattern {
    /// In lower case unless the goal tells cases apart.
    Contains(String),
    Exact(String),
    Regex(Regex),
    /// Seconds that the visit must have lasted.
    LastsOver(i64),
    /// Reported by the site, or a pattern that cannot be compiled: meets nothing by itself.
    Nothing,
}

/// Compiles an expression of a goal. Matching takes time in proportion to the text, whatever the expression is.
///
/// # Errors
/// When it is no expression, or needs too much memory.
pub fn expression(pattern: &str, case_sensitive: bool) -> Result<Regex, regex::Error> {
    RegexBuilder::new(pattern).case_insensitive(!case_sensitive).size_limit(PATTERN_BYTES_MAX).build()
}

impl Rule {
    pub fn new(goal: &Goal) -> Rule {
        let text = || if goal.case_sensitive { goal.pattern.clone() } else { goal.pattern.to_lowercase() };
        let pattern = match (goal.attribute, goal.kind) {
            (Attribute::Manually, _) => Pattern::Nothing,
            (Attribute::VisitDuration, _) => match goal.pattern.trim().parse::<f64>() {
                Ok(minutes) => Pattern::LastsOver((minutes * MINUTE_S) as i64),
                Err(_) => Pattern::Nothing,
            },
            (_, PatternKind::Contains) => Pattern::Contains(text()),
            (_, PatternKind::Exact) => Pattern::Exact(text()),
            (_, PatternKind::Regex) => {
                expression(&goal.pattern, goal.case_sensitive).map_or(Pattern::Nothing, Pattern::Regex)
            }
            (_, PatternKind::GreaterThan) => Pattern::Nothing,
        };
        Rule { goal: goal.clone(), pattern }
    }

    pub fn id(&self) -> u32 {
        self.goal.id
    }

    fn meets(&self, text: &str) -> bool {
        let text_in_case = || if self.goal.case_sensitive { text.to_owned() } else { text.to_lowercase() };
        match &self.pattern {
            Pattern::Contains(part) => text_in_case().contains(part),
            Pattern::Exact(whole) => text_in_case() == *whole,
            Pattern::Regex(expression) => expression.is_match(text),
            Pattern::LastsOver(_) | Pattern::Nothing => false,
        }
    }

    fn reached(&self, params: &Params) -> Reached {
        let value = self.goal.event_value_as_revenue.then(|| amount(params, "e_v")).flatten();
        let revenue = value.or_else(|| amount(params, "revenue")).unwrap_or(self.goal.revenue);
        let after_s = match self.pattern {
            Pattern::LastsOver(seconds) => Some(seconds),
            _ => None,
        };
        Reached { goal: self.goal.id, revenue: cents(revenue), many: self.goal.many, after_s }
    }
}

/// An amount of money to two digits.
pub fn cents(amount: f64) -> f64 {
    (amount * 100.0).round() / 100.0
}

/// A finite number; `None` when absent or none.
pub fn amount(params: &Params, name: &str) -> Option<f64> {
    params.get(name)?.trim().parse().ok().filter(|amount: &f64| amount.is_finite())
}

/// The goals that the hit reaches. `page` is the page's address before anything was cut from it.
pub fn reached(params: &Params, act: &Act, rules: &[Rule], page: &str) -> Vec<Reached> {
    match act {
        Act::Goal { .. } => {
            let goal = params.int("idgoal").and_then(|goal| u32::try_from(goal).ok());
            rules.iter().filter(|rule| Some(rule.id()) == goal).map(|rule| rule.reached(params)).collect()
        }
        Act::Action { kind, title, .. } => {
            let meets = |rule: &&Rule| match rule.goal.attribute {
                Attribute::VisitDuration => matches!(rule.pattern, Pattern::LastsOver(_)),
                attribute => {
                    compared(params, *kind, attribute, page, title.as_deref()).is_some_and(|text| rule.meets(&text))
                }
            };
            rules.iter().filter(meets).map(|rule| rule.reached(params)).collect()
        }
        Act::Ping | Act::Order(_) | Act::Conversion { .. } => Vec::new(),
    }
}

/// The text of the action that an attribute means; `None` for actions of another kind.
fn compared(
    params: &Params,
    kind: ActionKind,
    attribute: Attribute,
    page: &str,
    title: Option<&str>,
) -> Option<String> {
    let param = |name| params.filled(name).map(|text| url::clean(text).into_owned());
    match (attribute, kind) {
        (Attribute::Url, ActionKind::PageView) => Some(page.to_owned()),
        (Attribute::Title, ActionKind::PageView) => Some(title.unwrap_or_default().to_owned()),
        (Attribute::File, ActionKind::Download) => param("download"),
        (Attribute::Outlink, ActionKind::Outlink) => param("link"),
        (Attribute::EventCategory, ActionKind::Event) => param("e_c"),
        (Attribute::EventAction, ActionKind::Event) => param("e_a"),
        (Attribute::EventName, ActionKind::Event) => param("e_n"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query;

    fn goal(attribute: Attribute, kind: PatternKind, pattern: &str) -> Goal {
        Goal {
            id: 4,
            name: String::new(),
            description: String::new(),
            attribute,
            pattern: pattern.into(),
            kind,
            case_sensitive: false,
            many: false,
            revenue: 2.5,
            event_value_as_revenue: false,
        }
    }

    fn of(goal: &Goal, kind: ActionKind, text: &str) -> Vec<Reached> {
        let mut params = Params::default();
        assert!(query::read_into(&mut params, text.as_bytes()));
        let title = params.get("action_name").map(Into::into);
        let page = params.get("url").unwrap_or_default().to_owned();
        reached(&params, &Act::Action { kind, url: None, title }, &[Rule::new(goal)], &page)
    }

    #[test]
    fn patterns_meet_what_they_say_and_nothing_else() {
        use ActionKind::{Download, Event, Outlink, PageView, SiteSearch};
        use Attribute as A;
        use PatternKind::{Contains, Exact, Regex};
        for (attribute, pattern_kind, pattern, kind, text, expected) in [
            (A::Url, Contains, "Thank-You", PageView, "url=http://e.org/thank-you?x", true),
            (A::Url, Contains, "thank-you", SiteSearch, "url=http://e.org/thank-you", false),
            (A::Url, Exact, "http://e.org/a", PageView, "url=http://e.org/A", true),
            (A::Url, Exact, "http://e.org/a", PageView, "url=http://e.org/ab", false),
            (A::Title, Regex, "^order [0-9]+$", PageView, "url=x&action_name=Order+12", true),
            (A::Title, Regex, "(", PageView, "url=x&action_name=(", false),
            (A::File, Contains, ".pdf", Download, "download=http://e.org/a.PDF", true),
            (A::Outlink, Contains, "partner", Outlink, "link=http://partner.com/", true),
            (A::Outlink, Contains, "partner", Download, "download=http://partner.com/", false),
            (A::EventCategory, Exact, "buy", Event, "e_c=Buy&e_a=x", true),
            (A::EventAction, Contains, "x", Event, "e_c=Buy&e_a=y", false),
            (A::EventName, Contains, "n", Event, "e_c=Buy&e_a=y&e_n=n", true),
            (A::Manually, Regex, ".*", PageView, "url=http://e.org/", false),
        ] {
            let found = of(&goal(attribute, pattern_kind, pattern), kind, text);
            assert_eq!(!found.is_empty(), expected, "{attribute:?} {pattern} {text}");
        }
        let exact = Goal { case_sensitive: true, ..goal(A::Url, Exact, "http://e.org/a") };
        assert!(of(&exact, PageView, "url=http://e.org/A").is_empty());
    }

    #[test]
    fn revenue_comes_from_the_hit_before_the_goal() {
        let plain = goal(Attribute::EventCategory, PatternKind::Exact, "a");
        let by_value = Goal { event_value_as_revenue: true, ..plain.clone() };
        for (goal, text, expected) in [
            (&plain, "e_c=a&e_a=b&e_v=9", 2.5),
            (&plain, "e_c=a&e_a=b&revenue=7.129", 7.13),
            (&plain, "e_c=a&e_a=b&revenue=NaN", 2.5),
            (&by_value, "e_c=a&e_a=b&e_v=9.5", 9.5),
            (&by_value, "e_c=a&e_a=b", 2.5),
        ] {
            assert_eq!(of(goal, ActionKind::Event, text)[0].revenue, expected, "{text}");
        }
    }

    #[test]
    fn a_length_of_visits_is_left_to_the_fold() {
        let goal = goal(Attribute::VisitDuration, PatternKind::GreaterThan, "1.5");
        assert_eq!(of(&goal, ActionKind::PageView, "url=x")[0].after_s, Some(90));
    }
}
