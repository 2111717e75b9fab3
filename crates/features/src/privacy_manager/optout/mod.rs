//! The form by which visitors say that they do not want to be counted: its words, its look, and the code that website
//! owners paste.

mod code;
mod look;
mod words;

pub use look::Look;
pub use words::{Words, of as words_of};

use crate::{Services, services::required};
use makoto_catalog::{Access, Answer, ApiError, Effect, Guard, Method, Param, ParamKind};
use makoto_model::Params;

/// Where the form is, below the server's address.
pub const FORM_PATH: &str = "/index.php?module=CoreAdminHome&action=optOut";
/// Where the script is that draws the form.
pub const SCRIPT_PATH: &str = "/index.php?module=CoreAdminHome&action=optOutJS";

const fn look(name: &'static str, default: &'static str, doc: &'static str) -> Param {
    Param { name, kind: ParamKind::Text, default: Some(default), doc }
}

static LOOK: &[Param] = &[
    look("backgroundColor", "", "a colour as FFFFFF"),
    look("fontColor", "", "a colour as 212121"),
    look("fontSize", "", "a size as 16px, 1.1em or 110%"),
    look("fontFamily", "", "names of fonts with commas"),
    look("applyStyling", "1", "0: the form looks as the page does"),
    look("showIntro", "1", "0: without the sentence that explains"),
    look("language", "auto", "a language as de, or auto for that of the visitor's browser"),
];

const URL: Param = look("matomoUrl", "", "the address of this server, where it differs from its own");

const fn public(id: &'static str, doc: &'static str, params: &'static [Param], run: Run) -> Method<Services> {
    Method { id, doc, params, access: Access::SignedIn, effect: Effect::Read, guard: Guard::Open, run }
}

type Run = for<'a> fn(&'a Services, &'a makoto_access::Caller, &'a Params) -> makoto_catalog::Outcome<'a>;

static WITH_URL: &[Param] = &[
    look("backgroundColor", "", "a colour as FFFFFF"),
    look("fontColor", "", "a colour as 212121"),
    look("fontSize", "", "a size as 16px, 1.1em or 110%"),
    look("fontFamily", "", "names of fonts with commas"),
    look("applyStyling", "1", "0: the form looks as the page does"),
    look("showIntro", "1", "0: without the sentence that explains"),
    look("language", "auto", "a language as de, or auto for that of the visitor's browser"),
    URL,
];

pub static METHODS: &[Method<Services>] = &[
    public(
        "CoreAdminHome.getOptOutSelfContainedEmbedCode",
        "The opt-out form as code that needs nothing from this server: it keeps the choice in a cookie of the website, \
         which the tracking script heeds.",
        LOOK,
        |_, _, params| Box::pin(async { Ok(code::self_contained(&Look::read(params)?).into()) }),
    ),
    public(
        "CoreAdminHome.getOptOutJSEmbedCode",
        "The opt-out form as code that loads the form's script from this server.",
        WITH_URL,
        |services, _, params| {
            Box::pin(async { Ok(code::loaded(&base(services, params), &Look::read(params)?).into()) })
        },
    ),
    public(
        "CoreAdminHome.getOptOutIframeEmbedCode",
        "The opt-out form as a frame with a page of this server.",
        WITH_URL,
        |services, _, params| {
            Box::pin(async { Ok(code::iframe(&base(services, params), &Look::read(params)?).into()) })
        },
    ),
    public(
        "CoreAdminHome.getConsentCode",
        "The code by which a website asks for consent, by kind: consent, cookies, optOut.",
        &[Param { name: "kind", kind: ParamKind::Text, default: None, doc: "consent, cookies or optOut" }],
        |_, _, params| {
            Box::pin(async {
                let kind = required(params, "kind")?;
                let steps = code::consent(kind)
                    .ok_or_else(|| crate::services::bad("kind", "write consent, cookies or optOut"))?;
                let row = |(title, code): &(&str, &str)| {
                    Answer::record([("title", Answer::from(*title)), ("code", (*code).into())])
                };
                Ok(Answer::List(steps.iter().map(row).collect()))
            })
        },
    ),
];

fn base(services: &Services, params: &Params) -> String {
    let own = params.filled("matomoUrl").filter(|url| url.starts_with("https://") || url.starts_with("http://"));
    own.unwrap_or(&services.base_url).trim_end_matches('/').to_owned()
}

/// The script that draws the form into the element that the look names, with the visitor's words.
///
/// # Errors
/// `BadParam` for a look that is none.
pub fn script(params: &Params) -> Result<String, ApiError> {
    Ok(code::script(&Look::read(params)?))
}
