//! The description of our API, made from the declarations.

use makoto_catalog::{Catalog, Effect, Param, ParamKind};
use serde_json::{Map, Value, json};

/// Parameters that every report takes.
const REPORT_PARAMS: &[(&str, bool, &str)] = &[
    ("idSite", true, "number of a site, several with commas, or all"),
    ("period", true, "day, week, month, year or range"),
    ("date", true, "2026-03-31, today, yesterday, last30, previous7, or two dates with a comma"),
    ("segment", false, "which visits count, as browserCode==FF;countryCode==de"),
    ("filter_limit", false, "rows at most, -1 for all"),
    ("filter_offset", false, "rows to leave out first"),
    ("filter_sort_column", false, "column to sort by"),
    ("filter_sort_order", false, "asc or desc"),
    ("filter_pattern", false, "text that labels must hold"),
    ("flat", false, "1 for one level instead of a tree"),
    ("expanded", false, "1 to nest what rows hold"),
    ("idSubtable", false, "number of the row to open"),
    ("showColumns", false, "columns to show, with commas"),
    ("hideColumns", false, "columns to hide, with commas"),
    ("format", false, "json (default), xml, csv, tsv, rss or html"),
];

fn schema(kind: ParamKind) -> Value {
    match kind {
        ParamKind::Int => json!({ "type": "integer" }),
        ParamKind::Float => json!({ "type": "number" }),
        ParamKind::Bool => json!({ "type": "string", "enum": ["0", "1"] }),
        ParamKind::List => json!({ "type": "array", "items": { "type": "string" } }),
        ParamKind::Secret => json!({ "type": "string", "format": "password" }),
        ParamKind::Text => json!({ "type": "string" }),
    }
}

fn parameter(name: &str, required: bool, doc: &str, schema: &Value) -> Value {
    json!({ "name": name, "in": "query", "required": required, "description": doc, "schema": schema })
}

fn answers() -> Value {
    json!({ "200": { "$ref": "#/components/responses/Answer" }, "default": { "$ref": "#/components/responses/Refusal" } })
}

fn responses() -> Value {
    let json_of = |schema: Value| json!({ "application/json": { "schema": schema } });
    json!({
        "Answer": { "description": "the answer in Matomo's shape", "content": json_of(json!({})) },
        "HalfSession": { "description": "the second factor is asked for",
            "content": json_of(json!({ "$ref": "#/components/schemas/HalfSession" })) },
        "Refusal": { "description": "what went wrong", "content": json_of(json!({ "$ref": "#/components/schemas/Refusal" })) }
    })
}

/// The parameters that reports share, by name.
fn report_parameters() -> Map<String, Value> {
    let text = json!({ "type": "string" });
    REPORT_PARAMS
        .iter()
        .map(|(name, required, doc)| ((*name).to_owned(), parameter(name, *required, doc, &text)))
        .collect()
}

fn read(doc: &str, tag: &str, parameters: &[Value]) -> Value {
    json!({ "get": { "summary": doc, "tags": [tag], "parameters": parameters, "responses": answers() } })
}

fn write(doc: &str, tag: &str, params: &[&Param]) -> Value {
    let properties: Map<String, Value> = params
        .iter()
        .map(|param| {
            let mut schema = schema(param.kind);
            schema["description"] = json!(param.doc);
            (param.name.to_owned(), schema)
        })
        .collect();
    let required: Vec<&str> = params.iter().filter(|param| param.default.is_none()).map(|param| param.name).collect();
    let mut body = json!({ "type": "object", "properties": properties });
    if !required.is_empty() {
        body["required"] = json!(required);
    }
    json!({ "post": { "summary": doc, "tags": [tag],
        "requestBody": { "content": { "application/json": { "schema": body } } }, "responses": answers() } })
}

fn session_paths(paths: &mut Map<String, Value>) {
    let text = json!({ "type": "string" });
    let password = json!({ "type": "string", "format": "password" });
    let body = |properties: Value, required: Value| {
        json!({ "content": { "application/json": { "schema":
            { "type": "object", "properties": properties, "required": required } } } })
    };
    let person = json!({ "description": "who is signed in", "content": { "application/json": {
        "schema": { "$ref": "#/components/schemas/Session" } } } });
    let error = answers()["default"].clone();
    let sign_in = body(json!({ "login": text, "password": password }), json!(["login", "password"]));
    paths.insert(
        "/api/v1/session".into(),
        json!({
            "get": { "summary": "Who is signed in.", "tags": ["Session"], "responses": { "200": person, "default": error } },
            "post": { "summary": "Signs in, or asks for the second factor.", "tags": ["Session"], "requestBody": sign_in,
                "responses": { "200": person, "202": { "$ref": "#/components/responses/HalfSession" }, "default": error } },
            "delete": { "summary": "Signs out.", "tags": ["Session"],
                "responses": { "204": { "description": "signed out" }, "default": error } }
        }),
    );
    let state = json!({ "description": "whether the set-up is open", "content": { "application/json": { "schema":
        { "type": "object", "properties": { "open": { "type": "boolean" } }, "required": ["open"] } } } });
    let fields = json!({ "token": text, "login": text, "email": text, "password": password });
    let set_up = body(fields, json!(["token", "login", "email", "password"]));
    paths.insert(
        "/api/v1/setup".into(),
        json!({
            "get": { "summary": "Whether the set-up is open.", "tags": ["Session"],
                "responses": { "200": state, "default": error } },
            "post": { "summary": "Makes the first superuser.", "tags": ["Session"], "requestBody": set_up,
                "responses": { "200": person, "default": error } }
        }),
    );
}

/// The second factor, fresh proof and passkeys.
fn factor_paths(paths: &mut Map<String, Value>) {
    let text = json!({ "type": "string" });
    let (password, object) = (json!({ "type": "string", "format": "password" }), json!({ "type": "object" }));
    let person = json!({ "description": "who is signed in", "content": { "application/json": {
        "schema": { "$ref": "#/components/schemas/Session" } } } });
    let options = json!({ "description": "request options of WebAuthn", "content": { "application/json": {
        "schema": object } } });
    let error = answers()["default"].clone();
    let mut add = |name: &str, doc: &str, properties: Value, required: &[&str], answer: &Value| {
        let mut schema = json!({ "type": "object", "properties": properties });
        if !required.is_empty() {
            schema["required"] = json!(required);
        }
        let body = json!({ "content": { "application/json": { "schema": schema } } });
        let post = json!({ "summary": doc, "tags": ["Session"], "requestBody": body,
            "responses": { "200": answer, "default": error } });
        paths.insert(format!("/api/v1/session/{name}"), json!({ "post": post }));
    };
    let factor = json!({ "code": text, "passkey": object });
    add("factor", "Gives the second factor at sign-in: a code, a recovery code or a passkey.", factor, &[], &person);
    let proof = json!({ "password": password, "code": text, "passkey": object });
    add("proof", "Proves anew who uses the session, whose cookie is renewed.", proof, &[], &person);
    let login = json!({ "login": text });
    add("challenge", "Asks for a passkey: of the session's user, else of anybody.", login, &[], &options);
    let credential = json!({ "credential": object });
    add("passkey", "Signs in by a passkey alone.", credential, &["credential"], &person);
}

/// What links in mails lead to.
fn link_paths(paths: &mut Map<String, Value>) {
    let text = json!({ "type": "string" });
    let password = json!({ "type": "string", "format": "password" });
    let error = answers()["default"].clone();
    let of = |reference: &str| json!({ "$ref": reference });
    let answer = |doc: &str, schema: Value| {
        json!({ "description": doc, "content": { "application/json": {
        "schema": schema } } })
    };
    let done = json!({ "204": { "description": "done" }, "default": error });
    let person = answer("who is signed in", of("#/components/schemas/Session"));
    let entered = json!({ "200": person, "202": of("#/components/responses/HalfSession"), "default": error });
    let shown = answer("what the invitation says", of("#/components/schemas/Invitation"));
    let shown = json!({ "200": shown, "default": error });
    let link = json!({ "token": text });
    let chosen = json!({ "token": text, "password": password });
    let posts = [
        (
            "password-reset",
            "Mails a link for a new password; says the same whoever asks.",
            json!({ "login": text }),
            &done,
        ),
        ("password-reset/finish", "Sets a new password by a link.", chosen.clone(), &done),
        ("invitation/show", "What an invitation says.", link.clone(), &shown),
        ("invitation/accept", "Accepts an invitation with a password, and signs in.", chosen, &entered),
        ("invitation/decline", "Declines an invitation; its user is forgotten.", link, &done),
    ];
    for (path, doc, properties, responses) in posts {
        let required: Vec<&String> = properties.as_object().map(|fields| fields.keys().collect()).unwrap_or_default();
        let schema = json!({ "type": "object", "properties": properties, "required": required });
        let body = json!({ "content": { "application/json": { "schema": schema } } });
        let post = json!({ "summary": doc, "tags": ["Session"], "requestBody": body, "responses": responses });
        paths.insert(format!("/api/v1/{path}"), json!({ "post": post }));
    }
}

fn schemas() -> Value {
    let text = json!({ "type": "string" });
    json!({
        "Refusal": { "type": "object", "required": ["error"], "properties": { "error": {
            "type": "object", "required": ["code", "message"], "properties": { "code": text, "message": text } } } },
        "Factors": { "type": "object", "required": ["totp", "passkeys", "recovery_left"], "properties": {
            "totp": { "type": "boolean" }, "passkeys": { "type": "integer" }, "recovery_left": { "type": "integer" } } },
        "HalfSession": { "type": "object", "required": ["state", "methods"], "properties": {
            "state": { "type": "string", "enum": ["factor"] },
            "methods": { "type": "array", "items": { "type": "string", "enum": ["totp", "passkey", "recovery"] } } } },
        "Invitation": { "type": "object", "required": ["login", "email", "inviter", "expires_s"], "properties": {
            "login": text, "email": text, "inviter": text, "expires_s": { "type": "integer" } } },
        "Session": { "type": "object", "required": ["login", "email", "superuser", "version", "sites", "language", "proved_s",
            "enrolling", "factor_due_s", "first_report", "first_days", "factors"], "properties": {
            "login": text, "email": text, "superuser": { "type": "boolean" }, "version": text, "language": text,
            "proved_s": { "type": "integer" }, "enrolling": { "type": "boolean" },
            "factor_due_s": { "type": ["integer", "null"] },
            "first_report": { "type": ["string", "null"] }, "first_days": { "type": "string" }, "factors": { "$ref": "#/components/schemas/Factors" },
            "sites": { "type": "array", "items": { "$ref": "#/components/schemas/SessionSite" } } } },
        "SessionSite": { "type": "object", "required": ["idsite", "name", "role", "timezone", "currency", "main_url"], "properties": {
            "idsite": { "type": "integer" }, "name": text, "role": { "type": "string", "enum": ["view", "write", "admin"] },
            "timezone": text, "currency": text, "main_url": text } }
    })
}

/// The whole document, the same for the same program.
pub fn document(catalog: &Catalog) -> Value {
    let mut paths = Map::new();
    session_paths(&mut paths);
    factor_paths(&mut paths);
    link_paths(&mut paths);
    let refer = |(name, ..): &(&str, bool, &str)| json!({ "$ref": format!("#/components/parameters/{name}") });
    let common: Vec<Value> = REPORT_PARAMS.iter().map(refer).collect();
    for report in catalog.reports() {
        let tag = report.method.split('.').next().unwrap_or(report.method);
        paths.insert(format!("/api/v1/methods/{}", report.method), read(report.doc, tag, &common));
    }
    for method in makoto_features::METHODS.iter().flat_map(|methods| methods.iter()) {
        let tag = method.id.split('.').next().unwrap_or(method.id);
        let path = match method.effect {
            Effect::Write => write(method.doc, tag, &method.all_params().collect::<Vec<_>>()),
            Effect::Read => {
                let parameters: Vec<Value> = method
                    .params
                    .iter()
                    .map(|param| parameter(param.name, param.default.is_none(), param.doc, &schema(param.kind)))
                    .collect();
                read(method.doc, tag, &parameters)
            }
        };
        paths.insert(format!("/api/v1/methods/{}", method.id), path);
    }
    for method in makoto_features::COMPOSED.iter().flat_map(|methods| methods.iter()) {
        let tag = method.id.split('.').next().unwrap_or(method.id);
        let own = method.params.iter();
        let own = own.map(|param| parameter(param.name, param.default.is_none(), param.doc, &schema(param.kind)));
        paths.insert(format!("/api/v1/methods/{}", method.id), read(method.doc, tag, &own.collect::<Vec<_>>()));
    }
    let urls = parameter("urls[]", true, "queries of other methods", &schema(ParamKind::List));
    paths.insert("/api/v1/methods/API.getBulkRequest".into(), read("Several calls in one.", "API", &[urls]));
    json!({
        "openapi": "3.1.0",
        "info": { "title": "Makoto", "version": env!("CARGO_PKG_VERSION"),
            "description": "Reports and management, by session or by token (Authorization: Bearer).",
            "license": { "name": "AGPL-3.0-or-later", "identifier": "AGPL-3.0-or-later" } },
        "paths": paths,
        "components": { "schemas": schemas(), "parameters": report_parameters(), "responses": responses(), "securitySchemes": {
            "token": { "type": "http", "scheme": "bearer" },
            "session": { "type": "apiKey", "in": "cookie", "name": "__Host-makoto" } } },
        "security": [{ "token": [] }, { "session": [] }]
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_committed_description_is_the_one_that_the_declarations_make() {
        let made = super::document(&makoto_features::catalog().unwrap());
        let committed: serde_json::Value = serde_json::from_str(include_str!("../../../docs/openapi.json")).unwrap();
        assert_eq!(made, committed, "write docs/openapi.json anew with: makoto openapi > docs/openapi.json");
    }
}
