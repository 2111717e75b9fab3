//! Bytes to requests: a query, a form of either kind, or many requests in one JSON body.

use crate::{form, json, query};
use makoto_model::Params;

pub use crate::json::{ITEMS_MAX, ITEMS_OPEN_MAX};

/// A request as it came in. Its size is limited by who reads it from the connection.
#[derive(Clone, Copy, Debug, Default)]
pub struct RawRequest<'a> {
    /// "GET", "HEAD", "POST" …
    pub method: &'a str,
    /// Behind the `?`, still encoded.
    pub query: &'a str,
    pub body: &'a [u8],
}

/// What a request asks for.
#[derive(Clone, PartialEq, Debug)]
pub enum Read {
    /// A GET without parameters: somebody looks what is here.
    Nothing,
    One(Params),
    Bulk(Bulk),
}

/// Many requests in one body.
#[derive(Clone, PartialEq, Debug)]
pub struct Bulk {
    pub entries: Vec<Entry>,
    /// Holds for every entry that brings none of its own.
    pub token_auth: Option<Box<str>>,
    /// Without it the answer is empty (204).
    pub send_image: bool,
}

/// One request of a bulk; `None` when it is neither a query nor a record of parameters, which counts as invalid.
pub type Entry = Option<Params>;

/// Why a body makes no request.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Fault {
    /// 400.
    #[error("there is nothing to record; send parameters")]
    NoParameters,
    /// 400.
    #[error("a request has more than {} parameters", query::PARAMETERS_MAX)]
    TooManyParameters,
    /// 400.
    #[error("the bulk cannot be read; send JSON with an array of requests")]
    BadBulk,
    /// 400.
    #[error("the bulk is nested deeper than {} levels", json::DEPTH_MAX)]
    TooDeep,
    /// 413.
    #[error("the bulk has more than {0} requests; send fewer at once")]
    TooManyItems(usize),
}

impl Bulk {
    /// Fewer requests at once are taken from callers without a valid token.
    ///
    /// # Errors
    /// `TooManyItems`.
    pub fn check_size(&self, authenticated: bool) -> Result<(), Fault> {
        let limit = if authenticated { ITEMS_MAX } else { ITEMS_OPEN_MAX };
        if self.entries.len() > limit { Err(Fault::TooManyItems(limit)) } else { Ok(()) }
    }
}

/// Takes a request apart. Parameters of query and form are merged; the query's count.
///
/// # Errors
/// `Fault` says why there is nothing to record.
pub fn read(raw: &RawRequest) -> Result<Read, Fault> {
    let is_get = matches!(raw.method, "GET" | "HEAD");
    if !is_get && json::is_bulk(raw.body) {
        return json::read(raw.body).map(Read::Bulk);
    }
    let body = if is_get { &b""[..] } else { raw.body };
    let bytes = body.len() + raw.query.len();
    let mut params = Params::with_capacity(bytes, 24);
    // The last of a name counts, so that the query goes behind the form.
    let fields = form::read_into(&mut params, body).unwrap_or_else(|| query::read_into(&mut params, body));
    let whole = fields && query::read_into(&mut params, raw.query.as_bytes());
    match (whole, params.is_empty(), is_get) {
        (false, _, _) => Err(Fault::TooManyParameters),
        (true, true, true) => Ok(Read::Nothing),
        (true, true, false) => Err(Fault::NoParameters),
        (true, false, _) => Ok(Read::One(params)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn post<'a>(query: &'a str, body: &'a [u8]) -> RawRequest<'a> {
        RawRequest { method: "POST", query, body }
    }

    #[test]
    fn the_query_wins_over_the_form() {
        let Ok(Read::One(params)) = read(&post("idsite=1&url=q", b"url=f&rec=1")) else { panic!("one request") };
        assert_eq!((params.get("url"), params.get("rec"), params.get("idsite")), (Some("q"), Some("1"), Some("1")));
    }

    #[test]
    fn a_form_of_parts_is_a_form() {
        let body = b"--x\r\nContent-Disposition: form-data; name=\"url\"\r\n\r\nf\r\n--x--\r\n";
        let Ok(Read::One(params)) = read(&post("idsite=1", body)) else { panic!("one request") };
        assert_eq!((params.get("url"), params.get("idsite"), params.len()), (Some("f"), Some("1"), 2));
    }

    #[test]
    fn nothing_is_a_page_for_get_and_an_error_else() {
        assert_eq!(read(&RawRequest { method: "GET", ..RawRequest::default() }), Ok(Read::Nothing));
        assert_eq!(read(&post("", b"")), Err(Fault::NoParameters));
    }

    #[test]
    fn a_body_of_get_is_not_read() {
        let raw = RawRequest { method: "GET", query: "idsite=1", body: b"{\"requests\":[]}" };
        let Ok(Read::One(params)) = read(&raw) else { panic!("one request") };
        assert_eq!(params.len(), 1);
    }

    #[test]
    fn bulks_are_limited_by_token() {
        let body = format!("{{\"requests\":[{}]}}", vec!["\"?idsite=1\""; ITEMS_OPEN_MAX + 1].join(","));
        let Ok(Read::Bulk(bulk)) = read(&post("", body.as_bytes())) else { panic!("a bulk") };
        assert_eq!(bulk.check_size(true), Ok(()));
        assert_eq!(bulk.check_size(false), Err(Fault::TooManyItems(ITEMS_OPEN_MAX)));
    }
}
