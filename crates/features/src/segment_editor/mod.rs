//! Segments kept under a name, for oneself or for everybody who may see the site.

use crate::{
    Services,
    services::{bad, from_meta, required},
    sites_manager::date_time,
};
use makoto_access::{Admin, Asked, Caller, Principal, Role, View, check, check_instance};
use makoto_catalog::{Access, Answer, ApiError, Effect, Guard, Method, Param, ParamKind};
use makoto_meta::{SavedSegment, SegmentDraft, hex};
use makoto_model::{Params, SiteId};
use md5::{Digest, Md5};

const fn param(name: &'static str, kind: ParamKind, default: Option<&'static str>, doc: &'static str) -> Param {
    Param { name, kind, default, doc }
}

const ID: Param = param("idSegment", ParamKind::Int, None, "the segment's number");
const NAME: Param = param("name", ParamKind::Text, None, "what people call it");
const DEFINITION: Param = param("definition", ParamKind::Text, None, "as browserCode==FF;countryCode==de");
const SITE: Param = param("idSite", ParamKind::Int, Some(""), "the only site that it is for; all sites without it");
const AUTO_ARCHIVE: Param = param("autoArchive", ParamKind::Bool, Some("0"), "kept for other clients; changes nothing");
const SHARED: Param = param("enabledAllUsers", ParamKind::Bool, Some("0"), "1 for everybody who may see the site");

const fn method(
    id: &'static str,
    doc: &'static str,
    params: &'static [Param],
    effect: Effect,
    run: for<'a> fn(&'a Services, &'a Caller, &'a Params) -> makoto_catalog::Outcome<'a>,
) -> Method<Services> {
    Method { id, doc, params, access: Access::SomeSite(Role::View), effect, guard: Guard::Open, run }
}

pub static METHODS: &[Method<Services>] = &[
    method(
        "SegmentEditor.isUserCanAddNewSegment",
        "Whether the caller may keep segments for a site.",
        &[param("idSite", ParamKind::Int, None, "the site's number")],
        Effect::Read,
        |services, caller, params| {
            Box::pin(async { services.site::<View>(caller, params).map(|_| Answer::Bool(true)) })
        },
    ),
    method(
        "SegmentEditor.add",
        "Keeps a segment and gives its number.",
        &[NAME, DEFINITION, SITE, AUTO_ARCHIVE, SHARED],
        Effect::Write,
        |services, caller, params| Box::pin(add(services, caller, params)),
    ),
    method(
        "SegmentEditor.update",
        "Changes a segment.",
        &[ID, NAME, DEFINITION, SITE, AUTO_ARCHIVE, SHARED],
        Effect::Write,
        |services, caller, params| Box::pin(update(services, caller, params)),
    ),
    method("SegmentEditor.delete", "Deletes a segment.", &[ID], Effect::Write, |services, caller, params| {
        Box::pin(async {
            let segment = changeable(services, caller, params).await?;
            services.meta.delete_segment(caller, &segment).await.map_err(from_meta)?;
            Ok(Answer::Done)
        })
    }),
    method("SegmentEditor.get", "One segment.", &[ID], Effect::Read, |services, caller, params| {
        Box::pin(async { Ok(record(&visible(services, caller, params).await?)) })
    }),
    method(
        "SegmentEditor.getAll",
        "The segments that the caller may use, by name.",
        &[param("idSite", ParamKind::Int, Some(""), "those that work on this site")],
        Effect::Read,
        |services, caller, params| Box::pin(all(services, caller, params)),
    ),
];

fn record(segment: &SavedSegment) -> Answer {
    let flag = |yes: bool| Answer::Int(i64::from(yes));
    let hash = hex(&Md5::digest(segment.draft.definition.as_bytes()));
    Answer::record([
        ("idsegment", Answer::Int(segment.id)),
        ("name", segment.draft.name.as_str().into()),
        ("definition", segment.draft.definition.as_str().into()),
        ("hash", hash.into()),
        ("login", segment.login.as_str().into()),
        ("enable_all_users", flag(segment.draft.shared)),
        ("enable_only_idsite", segment.draft.site.map_or(Answer::Int(0), |site| Answer::Int(i64::from(site.0)))),
        ("auto_archive", flag(segment.draft.auto_archive)),
        ("ts_created", date_time(segment.created_s).into()),
        ("ts_last_edit", segment.edited_s.map_or(Answer::Null, |edited_s| date_time(edited_s).into())),
        ("deleted", Answer::Int(0)),
    ])
}

/// Whether the segment is the caller's own.
fn owns(caller: &Caller, segment: &SavedSegment) -> bool {
    matches!(&caller.principal, Principal::User(user) if user.login.eq_ignore_ascii_case(&segment.login))
}

/// Own ones, and shared ones of sites that the caller may see. Superusers see all.
fn sees(caller: &Caller, segment: &SavedSegment) -> bool {
    let sees_site = segment.draft.site.is_none_or(|site| caller.principal.role(site).is_some());
    caller.principal.is_superuser() || (sees_site && (segment.draft.shared || owns(caller, segment)))
}

/// Shared segments change what others see: that takes an admin of the site, and for all sites a superuser.
fn may_share(services: &Services, caller: &Caller, site: Option<SiteId>) -> Result<(), ApiError> {
    match site {
        None => check_instance(&caller.principal).map(drop)?,
        Some(site) => {
            check::<Admin>(&caller.principal, &Asked::These(vec![site]), &services.meta.snapshot().site_ids())
                .map(drop)?
        }
    }
    Ok(())
}

async fn visible(services: &Services, caller: &Caller, params: &Params) -> Result<SavedSegment, ApiError> {
    let id = params.int("idSegment").ok_or_else(|| bad("idSegment", "write the number of a segment"))?;
    let all = services.meta.saved_segments().await.map_err(from_meta)?;
    let found = all.into_iter().find(|segment| segment.id == id && sees(caller, segment));
    found.ok_or_else(|| ApiError::NotFound(format!("there is no segment {id} that you may use")))
}

async fn changeable(services: &Services, caller: &Caller, params: &Params) -> Result<SavedSegment, ApiError> {
    let segment = visible(services, caller, params).await?;
    if segment.draft.shared {
        may_share(services, caller, segment.draft.site)?;
    } else if !owns(caller, &segment) && !caller.principal.is_superuser() {
        return Err(ApiError::Refused("this segment belongs to somebody else; keep a copy of your own".into()));
    }
    Ok(segment)
}

/// A yes or no; no when it is not said.
fn flag(params: &Params, name: &str) -> Result<bool, ApiError> {
    match params.filled(name) {
        Some("1" | "true") => Ok(true),
        None | Some("0" | "false") => Ok(false),
        Some(_) => Err(bad(name, "write 0 or 1")),
    }
}

fn draft(services: &Services, caller: &Caller, params: &Params) -> Result<SegmentDraft, ApiError> {
    let site = match params.filled("idSite") {
        None | Some("0" | "false" | "all") => None,
        Some(_) => Some(services.site::<View>(caller, params)?.1.id),
    };
    let definition = required(params, "definition")?.trim();
    if definition.is_empty() {
        return Err(bad("definition", "write at least one condition"));
    }
    let snapshot = services.meta.snapshot();
    let of_site = site.and_then(|site| snapshot.sites.get(&site));
    (services.reading.segment)(definition, services.meta.catalog(), of_site.map(|site| &**site))?;
    let shared = flag(params, "enabledAllUsers")?;
    if shared {
        may_share(services, caller, site)?;
    }
    Ok(SegmentDraft {
        name: required(params, "name")?.to_owned(),
        definition: definition.to_owned(),
        shared,
        site,
        auto_archive: flag(params, "autoArchive")?,
    })
}

async fn add(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let draft = draft(services, caller, params)?;
    services.meta.add_segment(caller, draft).await.map(Answer::Int).map_err(from_meta)
}

async fn update(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let before = changeable(services, caller, params).await?;
    let draft = draft(services, caller, params)?;
    services.meta.change_segment(caller, &before, draft).await.map_err(from_meta)?;
    Ok(Answer::Bool(true))
}

async fn all(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let site = match params.filled("idSite") {
        None | Some("0" | "false" | "all") => None,
        Some(_) => Some(services.site::<View>(caller, params)?.1.id),
    };
    let all = services.meta.saved_segments().await.map_err(from_meta)?;
    let works = |segment: &SavedSegment| site.is_none() || segment.draft.site.is_none() || segment.draft.site == site;
    Ok(all.iter().filter(|segment| sees(caller, segment) && works(segment)).map(record).collect())
}
