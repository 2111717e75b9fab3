//! Notes on days of a site.

use crate::{
    Services,
    services::{asked_sites, bad, from_meta, now_s, required},
};
use makoto_access::{Caller, Grant, Principal, Role, View, check, check_instance};
use makoto_catalog::{Access, Answer, ApiError, Effect, Guard, Method, Param, ParamKind};
use makoto_meta::Annotation;
use makoto_model::{Day, Params, Period, Range, SiteId};

/// Periods of one question at most.
const PERIODS_MAX: i64 = 3_700;

const fn param(name: &'static str, kind: ParamKind, default: Option<&'static str>, doc: &'static str) -> Param {
    Param { name, kind, default, doc }
}

const SITE: Param = param("idSite", ParamKind::Int, None, "the site's number");
const SITES: Param = param("idSite", ParamKind::Text, None, "numbers of sites, or all");
const ID: Param = param("idNote", ParamKind::Int, None, "the note's number");
const DATE: Param = param("date", ParamKind::Text, None, "2026-03-31, today or yesterday");
const PERIOD: Param = param("period", ParamKind::Text, Some("day"), "day, week, month, year or range");
const LAST: Param = param("lastN", ParamKind::Int, Some(""), "so many periods, the last one around the date");

type Run = for<'a> fn(&'a Services, &'a Caller, &'a Params) -> makoto_catalog::Outcome<'a>;

const fn method(
    id: &'static str,
    doc: &'static str,
    params: &'static [Param],
    effect: Effect,
    run: Run,
) -> Method<Services> {
    Method { id, doc, params, access: Access::Site(Role::View), effect, guard: Guard::Open, run }
}

pub static METHODS: &[Method<Services>] = &[
    method(
        "Annotations.add",
        "Adds a note on a day.",
        &[
            SITE,
            DATE,
            param("note", ParamKind::Text, None, "what happened"),
            param("starred", ParamKind::Bool, Some("0"), "1 for an important note"),
        ],
        Effect::Write,
        |services, caller, params| Box::pin(add(services, caller, params)),
    ),
    method(
        "Annotations.save",
        "Changes a note; what is not given stays.",
        &[
            SITE,
            ID,
            param("date", ParamKind::Text, Some(""), "another day"),
            param("note", ParamKind::Text, Some(""), "another text"),
            param("starred", ParamKind::Bool, Some(""), "1 for an important note"),
        ],
        Effect::Write,
        |services, caller, params| Box::pin(save(services, caller, params)),
    ),
    method("Annotations.delete", "Deletes a note.", &[SITE, ID], Effect::Write, |services, caller, params| {
        Box::pin(async {
            let (grant, note) = changeable(services, caller, params).await?;
            services.meta.delete_annotation(&grant, caller, &note).await.map_err(from_meta)?;
            Ok(Answer::Done)
        })
    }),
    Method {
        access: Access::Superuser,
        ..method(
            "Annotations.deleteAll",
            "Deletes all notes of a site.",
            &[SITE],
            Effect::Write,
            |services, caller, params| {
                Box::pin(async {
                    let grant = check_instance(&caller.principal)?;
                    let (_, site) = services.site::<View>(caller, params)?;
                    services.meta.delete_annotations(&grant, caller, site.id).await.map_err(from_meta)?;
                    Ok(Answer::Done)
                })
            },
        )
    },
    method("Annotations.get", "One note.", &[SITE, ID], Effect::Read, |services, caller, params| {
        Box::pin(async {
            let (_, note) = one(services, caller, params).await?;
            Ok(record(caller, &note))
        })
    }),
    method(
        "Annotations.getAll",
        "The notes of sites, by day.",
        &[SITES, param("date", ParamKind::Text, Some(""), "a day of the period; without it all notes"), PERIOD, LAST],
        Effect::Read,
        |services, caller, params| Box::pin(all(services, caller, params)),
    ),
    method(
        "Annotations.getAnnotationCountForDates",
        "How many notes each period has.",
        &[
            SITES,
            DATE,
            param("period", ParamKind::Text, None, "day, week, month, year or range"),
            LAST,
            param("getAnnotationText", ParamKind::Bool, Some("0"), "1 for the text where there is a single note"),
        ],
        Effect::Read,
        |services, caller, params| Box::pin(counts(services, caller, params)),
    ),
];

fn record(caller: &Caller, note: &Annotation) -> Answer {
    Answer::record([
        ("date", Answer::from(note.day.to_string())),
        ("note", note.note.as_str().into()),
        ("starred", Answer::Int(i64::from(note.starred))),
        ("user", note.login.as_str().into()),
        ("idNote", Answer::Int(note.id)),
        ("canEditOrDelete", may_change(caller, note).into()),
    ])
}

/// Its writer, and admins of the site.
fn may_change(caller: &Caller, note: &Annotation) -> bool {
    let writer = matches!(&caller.principal, Principal::User(user) if user.login.eq_ignore_ascii_case(&note.login));
    writer || caller.principal.role(note.site) == Some(Role::Admin)
}

fn granted(services: &Services, caller: &Caller, params: &Params) -> Result<Grant<View>, ApiError> {
    let ids = services.meta.snapshot().site_ids();
    Ok(check(&caller.principal, &asked_sites(params, "idSite")?, &ids)?)
}

async fn one(services: &Services, caller: &Caller, params: &Params) -> Result<(Grant<View>, Annotation), ApiError> {
    let (grant, site) = services.site::<View>(caller, params)?;
    let id = params.int("idNote").ok_or_else(|| bad("idNote", "write the number of a note"))?;
    let all = services.meta.annotations(&grant).await.map_err(from_meta)?;
    let found = all.into_iter().find(|note| note.id == id);
    let found = found.ok_or_else(|| ApiError::NotFound(format!("site {} has no note {id}", site.id)))?;
    Ok((grant, found))
}

async fn changeable(
    services: &Services,
    caller: &Caller,
    params: &Params,
) -> Result<(Grant<View>, Annotation), ApiError> {
    let (grant, note) = one(services, caller, params).await?;
    match may_change(caller, &note) {
        true => Ok((grant, note)),
        false => Err(ApiError::Refused("only its writer and admins of the site may change this note".into())),
    }
}

fn day(services: &Services, site: SiteId, text: &str) -> Result<Day, ApiError> {
    let snapshot = services.meta.snapshot();
    let site = snapshot.sites.get(&site).ok_or_else(|| ApiError::NotFound(format!("there is no site {site}")))?;
    let (_, ranges) = (services.reading.ranges)("day", text, &site.zone, now_s())?;
    match ranges.as_slice() {
        [one] => Ok(one.first),
        _ => Err(bad("date", "name a single day")),
    }
}

fn starred(params: &Params) -> Result<Option<bool>, ApiError> {
    match params.filled("starred") {
        None => Ok(None),
        Some("1" | "true") => Ok(Some(true)),
        Some("0" | "false") => Ok(Some(false)),
        Some(_) => Err(bad("starred", "write 0 or 1")),
    }
}

async fn add(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let (grant, site) = services.site::<View>(caller, params)?;
    let note = Annotation {
        site: site.id,
        id: 0,
        day: day(services, site.id, required(params, "date")?)?,
        note: required(params, "note")?.to_owned(),
        starred: starred(params)?.unwrap_or(false),
        login: String::new(),
    };
    let added = services.meta.add_annotation(&grant, caller, note).await.map_err(from_meta)?;
    Ok(record(caller, &added))
}

async fn save(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let (grant, before) = changeable(services, caller, params).await?;
    let mut after = before.clone();
    if let Some(text) = params.filled("date") {
        after.day = day(services, before.site, text)?;
    }
    if let Some(text) = params.filled("note") {
        after.note = text.trim().to_owned();
    }
    after.starred = starred(params)?.unwrap_or(before.starred);
    services.meta.change_annotation(&grant, caller, &before, &after).await.map_err(from_meta)?;
    Ok(record(caller, &after))
}

/// The periods that a question names on a site; `None` for all time.
fn asked(services: &Services, site: SiteId, params: &Params) -> Result<Option<(Period, Vec<Range>)>, ApiError> {
    let Some(date) = params.filled("date") else { return Ok(None) };
    let snapshot = services.meta.snapshot();
    let zone = &snapshot.sites.get(&site).ok_or_else(|| ApiError::NotFound(format!("there is no site {site}")))?.zone;
    let (period, ranges) = (services.reading.ranges)(params.filled("period").unwrap_or("day"), date, zone, now_s())?;
    let Some(count) = params.int("lastN").filter(|count| *count > 0) else { return Ok(Some((period, ranges))) };
    if count > PERIODS_MAX {
        return Err(ApiError::TooMuch(format!("ask for {PERIODS_MAX} periods at most")));
    }
    let mut earlier: Vec<Range> = ranges.last().copied().into_iter().collect();
    while let Some(first) = earlier.last().copied().filter(|_| (earlier.len() as i64) < count) {
        earlier.push(period.around(first.first.plus(-1)));
    }
    earlier.reverse();
    Ok(Some((period, earlier)))
}

async fn all(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let grant = granted(services, caller, params)?;
    let notes = services.meta.annotations(&grant).await.map_err(from_meta)?;
    let mut sites = Vec::new();
    for site in grant.sites() {
        let ranges = asked(services, *site, params)?;
        let inside = |note: &&Annotation| match &ranges {
            None => true,
            Some((_, ranges)) => ranges.iter().any(|range| (range.first..=range.last).contains(&note.day)),
        };
        let of_site = notes.iter().filter(|note| note.site == *site).filter(inside);
        sites.push((site.to_string(), of_site.map(|note| record(caller, note)).collect()));
    }
    Ok(Answer::Record(sites))
}

async fn counts(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let grant = granted(services, caller, params)?;
    let notes = services.meta.annotations(&grant).await.map_err(from_meta)?;
    let with_text = params.flag("getAnnotationText");
    let mut sites = Vec::new();
    for site in grant.sites() {
        let Some((_, ranges)) = asked(services, *site, params)? else { continue };
        let of_site: Vec<&Annotation> = notes.iter().filter(|note| note.site == *site).collect();
        let counted = ranges.iter().map(|range| count(&of_site, *range, with_text));
        sites.push((site.to_string(), counted.collect()));
    }
    Ok(Answer::Record(sites))
}

/// The period's first day with how many notes it has.
fn count(notes: &[&Annotation], range: Range, with_text: bool) -> Answer {
    let inside: Vec<_> = notes.iter().filter(|note| (range.first..=range.last).contains(&note.day)).collect();
    let starred = inside.iter().filter(|note| note.starred).count();
    let mut fields = vec![("count", Answer::Int(inside.len() as i64)), ("starred", Answer::Int(starred as i64))];
    if let ([only], true) = (inside.as_slice(), with_text) {
        fields.push(("note", only.note.as_str().into()));
    }
    Answer::List(vec![Answer::from(range.first.to_string()), Answer::record(fields)])
}
