//! What everybody may see.

use crate::security_checkup::{
    check::{Check, Fix, State, Verdict, Weight},
    deed::Deed,
    facts::{Facts, PublicFact, moment},
};

const GROUP: &str = "Public reports";

pub static CHECKS: &[Check] = &[
    Check {
        id: "C23",
        weight: Weight::Critical,
        group: GROUP,
        title: "Nothing is public by accident",
        why: "A report that everybody may read should be a decision that somebody stands by, for a while.",
        how: "Every public grant: reason, end, and confirmed within 90 days; and a report of each site, asked for without \
              any session or token.",
        measure: private,
        fix: Fix::Deeds { label: "Pause everything that is public", plan: pause, hours: None },
        manual: "public",
    },
    Check {
        id: "C24",
        weight: Weight::High,
        group: GROUP,
        title: "People are told of public reports",
        why: "Whoever did not want a report to be public, or forgot that it is, learns of it only if the mail comes.",
        how: "Alerts that could not be delivered within a week; and while something is public, whether mail works and when \
              superusers were last reminded.",
        measure: reminded,
        fix: Fix::Deeds { label: "Send the reminder now", plan: remind, hours: None },
        manual: "public",
    },
];

/// How long ago somebody may have stood by it, in days.
const CONFIRMED_DAYS: i64 = 90;

fn stands(facts: &Facts, grant: &PublicFact) -> bool {
    let lasts = grant.expires_s.is_some_and(|end_s| end_s > facts.now_s);
    !grant.reason.trim().is_empty() && lasts && facts.within_days(grant.confirmed_s, CONFIRMED_DAYS)
}

fn private(facts: &Facts) -> Verdict {
    let web = match &facts.outside.web {
        Ok(web) => web,
        Err(why) => return Verdict::unknown(why),
    };
    // What answers to everybody without a grant is a hole, whatever is written down.
    let granted = |site: &String| facts.public.iter().any(|grant| grant.site.to_string() == *site);
    let open: Vec<&String> = web.public_sites.iter().filter(|site| !granted(site)).collect();
    let shown = |grant: &PublicFact| {
        format!(
            "{} of site {}, confirmed {}, until {}",
            grant.what,
            grant.site,
            moment(grant.confirmed_s),
            moment(grant.expires_s)
        )
    };
    let grants: Vec<String> = facts.public.iter().map(shown).collect();
    Verdict::pass_if(open.is_empty() && facts.public.iter().all(|grant| stands(facts, grant)))
        .with("sites asked about", web.asked_sites)
        .with_list("public now", &grants)
        .with_list("answered to everybody without a grant", &open)
}

fn pause(facts: &Facts) -> Vec<Deed> {
    let pause = |grant: &PublicFact| Deed::PausePublic { id: grant.id, site: grant.site, what: grant.what.clone() };
    facts.public.iter().map(pause).collect()
}

fn remind(facts: &Facts) -> Vec<Deed> {
    let logins: Vec<String> = facts.superusers().map(|person| person.login.clone()).collect();
    let one = Deed::Remind { logins };
    Some(one).filter(|_| !facts.public.is_empty()).into_iter().collect()
}

fn reminded(facts: &Facts) -> Verdict {
    if facts.public.is_empty() && facts.alerts_failed == 0 {
        return Verdict::new(State::NotApplicable).with("why", "nothing is public");
    }
    let delivered = facts.reminder_mail.is_none_or(|(sent_s, _)| sent_s.is_some());
    let last = facts.reminder_mail.and_then(|(sent_s, _)| sent_s);
    let can_be_told = facts.public.is_empty() || facts.mail_fault.is_none();
    Verdict::pass_if(!facts.reminder_overdue && delivered && can_be_told && facts.alerts_failed == 0)
        .with("alerts not delivered within a week", facts.alerts_failed.to_string())
        .with("mail", facts.mail_fault.unwrap_or("works"))
        .with("last reminder delivered", moment(last))
        .with("overdue", if facts.reminder_overdue { "yes" } else { "no" })
}
