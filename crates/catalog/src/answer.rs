use makoto_access::Denied;

/// What a management method answers, before it is written as JSON, XML, CSV or TSV.
#[derive(Clone, PartialEq, Debug)]
pub enum Answer {
    /// Done, with nothing to say: `{"result":"success","message":"ok"}`.
    Done,
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    List(Vec<Answer>),
    /// Some rows of a longer list, and how many it has. Written as the rows; the number goes into a header.
    Page {
        rows: Vec<Answer>,
        total: usize,
    },
    Record(Vec<(String, Answer)>),
}

impl Answer {
    /// A record with these fields, in this order.
    pub fn record<K: Into<String>>(fields: impl IntoIterator<Item = (K, Answer)>) -> Answer {
        Answer::Record(fields.into_iter().map(|(key, value)| (key.into(), value)).collect())
    }
}

impl From<&str> for Answer {
    fn from(text: &str) -> Answer {
        Answer::Text(text.to_owned())
    }
}

impl From<String> for Answer {
    fn from(text: String) -> Answer {
        Answer::Text(text)
    }
}

impl From<i64> for Answer {
    fn from(n: i64) -> Answer {
        Answer::Int(n)
    }
}

impl From<bool> for Answer {
    fn from(yes: bool) -> Answer {
        Answer::Bool(yes)
    }
}

impl<T: Into<Answer>> FromIterator<T> for Answer {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Answer {
        Answer::List(items.into_iter().map(Into::into).collect())
    }
}

/// Why an API call was refused or failed. The server's table turns each into a status and Matomo's error shape.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
pub enum ApiError {
    #[error("The method '{0}' does not exist or is not available in the module '{1}'.")]
    UnknownMethod(String, String),
    #[error("Please specify a value for '{0}'.")]
    MissingParam(String),
    #[error("{name}: {why}")]
    BadParam { name: String, why: String },
    #[error(transparent)]
    Denied(#[from] Denied),
    #[error("{0}")]
    NotFound(String),
    #[error("{0}")]
    Refused(String),
    /// The caller must prove anew who they are before this act.
    #[error(
        "confirm that it is you: send your password as passwordConfirmation, and the code of your second factor as authCode"
    )]
    ProofNeeded,
    /// A second factor is required of the caller, who has none yet.
    #[error("your role needs a second factor; set one up to go on")]
    FactorNeeded,
    /// What the caller confirmed is not what it would be now; the text says what to look at again.
    #[error("{0}")]
    Changed(String),
    /// Too many calls in a short time.
    #[error("{what}; wait {wait_s} seconds and try again")]
    TooOften { what: &'static str, wait_s: u64 },
    /// A limit was passed; the text says which and what to do.
    #[error("{0}")]
    TooMuch(String),
    /// The server has too much to do, or stops; soon it answers again.
    #[error("{0}")]
    Busy(String),
    /// Ours to mend; the details are in the log, never in the answer.
    #[error("the server could not answer; its log has the details")]
    Internal(String),
}
