//! In which language the server answers and writes to its users.

use crate::{
    Services,
    services::{bad, from_meta, required},
    users_manager::{own_or_any, param, read, write},
};
use makoto_access::Caller;
use makoto_catalog::{
    Access, Answer, ApiError, Guard, Method, Param, ParamKind,
    language::{Language, languages},
};
use makoto_model::Params;
use std::collections::BTreeSet;

const LOGIN: Param = param("login", ParamKind::Text, None, "the user's login");
const CODE: Param = param("languageCode", ParamKind::Text, None, "two letters, as de");

pub static METHODS: &[Method<Services>] = &[
    read(
        "LanguagesManager.getAvailableLanguages",
        "The codes of the languages that there are.",
        &[],
        Access::Public,
        |_, _, _| Box::pin(async { Ok(languages().map(|language| language.code).collect()) }),
    ),
    read(
        "LanguagesManager.getAvailableLanguageNames",
        "The languages that there are, with their names.",
        &[],
        Access::Public,
        |_, _, _| {
            Box::pin(async {
                let row = |language: &'static Language| {
                    let fields =
                        [("code", language.code), ("name", language.name()), ("english_name", language.english_name())];
                    Answer::record(fields.map(|(key, text)| (key, Answer::from(text))))
                };
                Ok(languages().map(row).collect())
            })
        },
    ),
    read(
        "LanguagesManager.getAvailableLanguagesInfo",
        "The languages that there are; each is whole.",
        &[],
        Access::Public,
        |_, _, _| {
            Box::pin(async {
                let row = |language: &'static Language| {
                    let fields = [
                        ("code", language.code),
                        ("name", language.name()),
                        ("english_name", language.english_name()),
                        ("translators", ""),
                        ("percentage_complete", "100%"),
                    ];
                    Answer::record(fields.map(|(key, text)| (key, Answer::from(text))))
                };
                Ok(languages().map(row).collect())
            })
        },
    ),
    read(
        "LanguagesManager.isLanguageAvailable",
        "Whether there is this language.",
        &[CODE],
        Access::Public,
        |_, _, params| Box::pin(async { Ok(Answer::Bool(is_available(required(params, "languageCode")?))) }),
    ),
    read(
        "LanguagesManager.getTranslationsForLanguage",
        "Our words in a language, each with the English one as its label; # stands for numbers.",
        &[CODE],
        Access::Public,
        |_, _, params| Box::pin(async { Ok(translations(required(params, "languageCode")?)) }),
    ),
    read(
        "LanguagesManager.getLanguageForUser",
        "The language of a user: oneself, or anyone for a superuser.",
        &[LOGIN],
        Access::SignedIn,
        |services, caller, params| Box::pin(async { of_user(services, caller, params) }),
    ),
    write(
        "LanguagesManager.setLanguageForUser",
        "Sets the language in which mails are written to a user: oneself, or anyone for a superuser.",
        &[LOGIN, CODE],
        (Access::SignedIn, Guard::Open),
        |services, caller, params| Box::pin(set_for_user(services, caller, params)),
    ),
];

/// Every text that some language translates, in this language; false where there is no such language.
fn translations(code: &str) -> Answer {
    let Some(language) = languages().find(|language| language.code == code) else { return Answer::Bool(false) };
    let texts: BTreeSet<&str> = languages().flat_map(Language::english_texts).collect();
    let row =
        |text: &str| Answer::record([("label", Answer::from(text)), ("value", Answer::from(&*language.of(text)))]);
    texts.into_iter().map(row).collect()
}

fn is_available(code: &str) -> bool {
    languages().any(|language| language.code == code)
}

/// The login asked for, if the caller may speak for it.
fn login<'a>(caller: &Caller, params: &'a Params) -> Result<&'a str, ApiError> {
    let login = required(params, "login")?;
    own_or_any(caller, login)?;
    Ok(login)
}

fn of_user(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let login = login(caller, params)?;
    let snapshot = services.meta.snapshot();
    let account = snapshot.account(login).ok_or_else(|| ApiError::NotFound(format!("there is no user {login}")))?;
    Ok(account.language.as_str().into())
}

async fn set_for_user(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let (login, code) = (login(caller, params)?, required(params, "languageCode")?);
    if !is_available(code) {
        let codes: Vec<&str> = languages().map(|language| language.code).collect();
        return Err(bad("languageCode", format!("use one of {}", codes.join(", "))));
    }
    services.meta.set_language(caller, login, code).await.map_err(from_meta)?;
    Ok(Answer::Bool(true))
}
