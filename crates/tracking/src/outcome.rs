//! What becomes of a request that makes no hit. A dropped one is a normal outcome and answered as a success; an
//! invalid one is the caller's error.

/// Why a request was not recorded although nothing is wrong with it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Reason {
    /// `rec=1` is missing.
    NotToRecord,
    Bot,
    ExcludedAddress,
    ExcludedUserAgent,
    /// The request meets a condition by which requests are left out.
    ExcludedRequest,
    /// The visitor keeps the opt-out cookie.
    OptedOut,
    SpamReferrer,
    /// A browser loads the page ahead of time.
    Prefetch,
    /// The site counts only its own addresses.
    UnknownUrl,
    /// The visitor asks not to be tracked and the instance heeds it.
    DoNotTrack,
    /// As before, by the newer header.
    GlobalPrivacyControl,
}

impl Reason {
    pub const ALL: [Reason; 11] = [
        Reason::NotToRecord,
        Reason::Bot,
        Reason::ExcludedAddress,
        Reason::ExcludedUserAgent,
        Reason::ExcludedRequest,
        Reason::OptedOut,
        Reason::SpamReferrer,
        Reason::Prefetch,
        Reason::UnknownUrl,
        Reason::DoNotTrack,
        Reason::GlobalPrivacyControl,
    ];

    /// The name under which it is counted.
    pub fn name(self) -> &'static str {
        match self {
            Reason::NotToRecord => "not_to_record",
            Reason::Bot => "bot",
            Reason::ExcludedAddress => "excluded_address",
            Reason::ExcludedUserAgent => "excluded_user_agent",
            Reason::ExcludedRequest => "excluded_request",
            Reason::OptedOut => "opted_out",
            Reason::SpamReferrer => "spam_referrer",
            Reason::Prefetch => "prefetch",
            Reason::UnknownUrl => "unknown_url",
            Reason::DoNotTrack => "do_not_track",
            Reason::GlobalPrivacyControl => "global_privacy_control",
        }
    }
}

/// Why a request is the caller's error (400; in a bulk it counts as invalid).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, thiserror::Error)]
pub enum Invalid {
    #[error("no such site; send the number of an existing site as idsite")]
    UnknownSite,
    #[error("this parameter needs a valid token; send token_auth with write access to the site")]
    TokenNeeded,
    #[error("cid is not 16 hexadecimal digits")]
    BadVisitorId,
    #[error("no such goal; send the number of one of the site's goals as idgoal")]
    UnknownGoal,
    #[error("nothing knows this custom action; leave out ca=1")]
    UnclaimedAction,
    #[error("a parameter holds more than is kept; shorten it")]
    TooLong,
}

impl Invalid {
    pub const ALL: [Invalid; 6] = [
        Invalid::UnknownSite,
        Invalid::TokenNeeded,
        Invalid::BadVisitorId,
        Invalid::UnknownGoal,
        Invalid::UnclaimedAction,
        Invalid::TooLong,
    ];

    /// The name under which it is counted.
    pub fn name(self) -> &'static str {
        match self {
            Invalid::UnknownSite => "unknown_site",
            Invalid::TokenNeeded => "token_needed",
            Invalid::BadVisitorId => "bad_visitor_id",
            Invalid::UnknownGoal => "unknown_goal",
            Invalid::UnclaimedAction => "unclaimed_action",
            Invalid::TooLong => "too_long",
        }
    }
}

/// A request that makes no hit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refused {
    Dropped(Reason),
    Invalid(Invalid),
}

impl From<Reason> for Refused {
    fn from(reason: Reason) -> Refused {
        Refused::Dropped(reason)
    }
}

impl From<Invalid> for Refused {
    fn from(invalid: Invalid) -> Refused {
        Refused::Invalid(invalid)
    }
}
