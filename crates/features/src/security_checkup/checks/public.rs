//! What everybody may see.

use crate::security_checkup::{
    check::{Check, Fix, State, Verdict, Weight},
    facts::Facts,
};

const GROUP: &str = "Public reports";

pub static CHECKS: &[Check] = &[
    Check {
        id: "C23",
        weight: Weight::Critical,
        group: GROUP,
        title: "Nothing is public by accident",
        why: "A report that everybody may read should be a decision that somebody stands by, for a while.",
        how: "The server asks itself for a report of each site, without any session or token.",
        measure: private,
        fix: Fix::Page { label: "Look at users and rights", path: "/admin/system/users" },
        manual: "public",
    },
    Check {
        id: "C24",
        weight: Weight::High,
        group: GROUP,
        title: "Reminders of public reports arrive",
        why: "Whoever forgot that a report is public is reminded only if the mail comes.",
        how: "Whether something is public of which superusers must be reminded, and when they last were.",
        measure: reminded,
        fix: Fix::Page { label: "Look at users and rights", path: "/admin/system/users" },
        manual: "public",
    },
];

fn private(facts: &Facts) -> Verdict {
    match &facts.outside.web {
        Ok(web) => Verdict::pass_if(web.public_sites.is_empty())
            .with("sites asked about", web.asked_sites)
            .with_list("answered to everybody", &web.public_sites),
        Err(why) => Verdict::unknown(why),
    }
}

fn reminded(facts: &Facts) -> Verdict {
    match &facts.outside.web {
        Ok(web) if web.public_sites.is_empty() => Verdict::new(State::NotApplicable).with("why", "nothing is public"),
        Ok(_) => Verdict::unknown("no reminder is sent by this version"),
        Err(why) => Verdict::unknown(why),
    }
}
