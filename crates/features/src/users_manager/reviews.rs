//! Reviews of who may do what on which site.

use super::{param, read, roles, settings, write};
use crate::{
    Services,
    services::{bad, from_meta, list, now_s, required},
    sites_manager::date_time,
};
use makoto_access::{Caller, check_instance};
use makoto_catalog::{Access, Answer, ApiError, Effect, Guard, Method, Param, ParamKind};
use makoto_meta::{Activity, Review, ReviewLine, hex};
use makoto_model::Params;
use serde_json::json;

const ID: Param = param("idReview", ParamKind::Int, None, "the review's number");
/// Lines that one call confirms at most.
const LINES_MAX: usize = 5_000;

pub static METHODS: &[Method<Services>] = &[
    read(
        "UsersManager.getReviews",
        "When the next access review is due, and every review there was, newest first.",
        &[],
        Access::Superuser,
        |services, caller, _| Box::pin(reviews(services, caller)),
    ),
    read(
        "UsersManager.getReview",
        "An access review: every role with when it was given and last of use, and what was decided. The newest by default.",
        &[param("idReview", ParamKind::Int, Some(""), "the review's number")],
        Access::Superuser,
        |services, caller, params| Box::pin(review(services, caller, params)),
    ),
    Method {
        id: "UsersManager.getReviewReport",
        doc: "The report of an access review, one row for each role, to keep as evidence; with format=csv as a file.",
        params: &[ID],
        access: Access::Superuser,
        effect: Effect::Read,
        guard: Guard::Open,
        run: |services, caller, params| Box::pin(report(services, caller, params)),
    },
    write(
        "UsersManager.beginReview",
        "Begins an access review of every role as it is now, and gives its number.",
        &[],
        (Access::Superuser, Guard::Open),
        |services, caller, _| {
            Box::pin(async {
                let grant = check_instance(&caller.principal)?;
                services.meta.begin_review(&grant, caller, now_s()).await.map(Answer::Int).map_err(from_meta)
            })
        },
    ),
    write(
        "UsersManager.refreshReview",
        "Brings an open access review up to date with roles that were given, changed or taken since it was begun.",
        &[ID],
        (Access::Superuser, Guard::Open),
        |services, caller, params| {
            Box::pin(async {
                let (grant, id) = (check_instance(&caller.principal)?, number(params, "idReview")?);
                services.meta.refresh_review(&grant, caller, id, now_s()).await.map_err(from_meta)?;
                Ok(Answer::Done)
            })
        },
    ),
    write(
        "UsersManager.confirmReviewLines",
        "Confirms that these roles are still needed.",
        &[ID, param("lines", ParamKind::List, None, "numbers of lines of the review")],
        (Access::Superuser, Guard::Open),
        |services, caller, params| Box::pin(confirm(services, caller, params)),
    ),
    write(
        "UsersManager.lowerReviewLine",
        "Lowers a role in an access review, or takes it; it is in force at once. Superuser rights can only be taken.",
        &[
            ID,
            param("line", ParamKind::Int, None, "the line's number"),
            param("access", ParamKind::Text, None, "the role that remains: noaccess, view or write"),
        ],
        (Access::Superuser, Guard::Proof),
        |services, caller, params| {
            Box::pin(async {
                let grant = check_instance(&caller.principal)?;
                let line = (number(params, "idReview")?, number(params, "line")?);
                let after = roles::role(required(params, "access")?)?;
                services.meta.lower_review_line(&grant, caller, line, after, now_s()).await.map_err(from_meta)?;
                Ok(Answer::Done)
            })
        },
    ),
    write(
        "UsersManager.signReview",
        "Signs an access review in which every role is confirmed, lowered or gone; nothing of it changes after.",
        &[ID],
        (Access::Superuser, Guard::Proof),
        |services, caller, params| {
            Box::pin(async {
                let (grant, id) = (check_instance(&caller.principal)?, number(params, "idReview")?);
                let signed = services.meta.sign_review(&grant, caller, id, now_s()).await.map_err(from_meta)?;
                Ok(Answer::Record(head(&signed)))
            })
        },
    ),
];

fn number(params: &Params, name: &str) -> Result<i64, ApiError> {
    required(params, name)?.parse().map_err(|_| bad(name, "write a whole number"))
}

fn time(time_s: Option<i64>) -> Answer {
    time_s.map_or(Answer::Null, |time_s| date_time(time_s).into())
}

fn head(review: &Review) -> Vec<(String, Answer)> {
    let fields: [(&str, Answer); 6] = [
        ("idreview", Answer::Int(review.id)),
        ("begun", time(Some(review.begun_s))),
        ("begun_by", review.begun_by.as_str().into()),
        ("signed", time(review.signed_s)),
        ("signed_by", review.signed_by.as_str().into()),
        ("signature", hex(&review.signature).into()),
    ];
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn line_row(line: &ReviewLine) -> Vec<(String, Answer)> {
    let fields: [(&str, Answer); 14] = [
        ("line", Answer::Int(line.id)),
        ("login", line.login.as_str().into()),
        ("email", line.email.as_str().into()),
        ("idsite", Answer::Int(line.site)),
        ("site_name", line.site_name.as_str().into()),
        ("role", line.role.as_str().into()),
        ("status", line.state.as_str().into()),
        ("granted", time(Some(line.granted_s).filter(|granted_s| *granted_s > 0))),
        ("granted_by", line.granted_by.as_str().into()),
        ("last_used", time(line.last_used_s)),
        ("verdict", line.verdict.as_str().into()),
        ("after", line.after.as_str().into()),
        ("decided_by", line.decided_by.as_str().into()),
        ("decided", time(line.decided_s)),
    ];
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

async fn reviews(services: &Services, caller: &Caller) -> Result<Answer, ApiError> {
    let grant = check_instance(&caller.principal)?;
    let days = services.meta.snapshot().setting(&settings::REVIEW_DAYS);
    let (due_s, last_s) = services.meta.review_due(days).await.map_err(from_meta)?;
    let all = services.meta.reviews(&grant).await.map_err(from_meta)?;
    Ok(Answer::record([
        ("due", time(Some(due_s))),
        ("overdue", Answer::Bool(due_s <= now_s())),
        ("last_signed", time(last_s)),
        ("days", Answer::Int(i64::from(days))),
        ("open", all.iter().find(|review| review.signed_s.is_none()).map_or(Answer::Null, |r| Answer::Int(r.id))),
        ("reviews", all.iter().map(|review| Answer::Record(head(review))).collect()),
    ]))
}

async fn review(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let grant = check_instance(&caller.principal)?;
    let id = match params.filled("idReview") {
        Some(_) => number(params, "idReview")?,
        None => {
            let newest = services.meta.reviews(&grant).await.map_err(from_meta)?.into_iter().next();
            newest.ok_or_else(|| ApiError::NotFound("there was no access review yet; begin one".into()))?.id
        }
    };
    let (review, lines) = services.meta.review(&grant, id).await.map_err(from_meta)?;
    let mut fields = head(&review);
    if review.signed_s.is_some() {
        let whole = services.meta.is_review_whole(&review, &lines).map_err(from_meta)?;
        fields.push(("whole".into(), Answer::Bool(whole)));
        fields.push(("public_key".into(), services.meta.review_public_key().map_err(from_meta)?.into()));
        fields.push(("signed_text".into(), review.signed_text(&lines).into()));
    }
    fields.push(("lines".into(), lines.iter().map(|line| Answer::Record(line_row(line))).collect()));
    Ok(Answer::Record(fields))
}

async fn report(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let (grant, id) = (check_instance(&caller.principal)?, number(params, "idReview")?);
    let (review, lines) = services.meta.review(&grant, id).await.map_err(from_meta)?;
    let detail = json!({ "review": id, "lines": lines.len() });
    services.meta.record(caller, Activity::ReviewDownloaded, detail).await.map_err(from_meta)?;
    let rows = lines.iter().map(|line| {
        let mut row = head(&review);
        row.extend(line_row(line));
        Answer::Record(row)
    });
    Ok(rows.collect())
}

async fn confirm(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let (grant, id) = (check_instance(&caller.principal)?, number(params, "idReview")?);
    let texts = list(params, "lines").ok_or_else(|| ApiError::MissingParam("lines".into()))?;
    let numbers = texts.iter().flat_map(|text| text.split(',')).map(|text| text.trim().parse());
    let lines: Vec<i64> = numbers.collect::<Result<_, _>>().map_err(|_| bad("lines", "write numbers of lines"))?;
    if lines.len() > LINES_MAX {
        return Err(ApiError::TooMuch(format!("confirm at most {LINES_MAX} lines at once")));
    }
    services.meta.confirm_review_lines(&grant, caller, id, &lines, now_s()).await.map_err(from_meta)?;
    Ok(Answer::Done)
}
