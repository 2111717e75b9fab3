//! Every act that leaves a record, declared once: its name, its words, and who is told of it by mail.

use Tell::{Both, Nobody, Subject, Superusers, Watchers};

/// Who gets a mail when it happens.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tell {
    Nobody,
    /// The user that the act is about.
    Subject,
    /// Every superuser, the actor too.
    Superusers,
    Both,
    /// Every superuser, the actor too, and every admin of the sites in `site_ids` of the detail. Never held back.
    Watchers,
}

macro_rules! activities {
    ($($kind:ident $name:literal $words:literal $tell:ident),+ $(,)?) => {
        /// The acts that leave a record.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum Activity { $($kind),+ }

        impl Activity {
            pub const ALL: &[Activity] = &[$(Activity::$kind),+];

            /// `subject.happened`, as it stands in the record.
            pub fn name(self) -> &'static str {
                match self { $(Activity::$kind => $name),+ }
            }

            /// What happened, in a few words for pages and mails.
            pub fn words(self) -> &'static str {
                match self { $(Activity::$kind => $words),+ }
            }

            pub fn tell(self) -> Tell {
                match self { $(Activity::$kind => $tell),+ }
            }

            /// Whether it only tells how something came out, a refusal, an alarm or work that was begun earlier, or ends
            /// what its caller has: it is written down whatever has become of who asked for it.
            pub(crate) fn is_outcome(self) -> bool {
                use Activity::*;
                let ended = matches!(
                    self,
                    ErasureDone | PurgeDone | PastMaskDone | PrivacyWorkFailed | SessionMoved | SignedOut | SuperuserKept
                        | AccessDenied | ForeignRefused | TotpReplayed | PasskeyCloned | AddressBlocked | SignInDelayed
                );
                ended || self.name().ends_with("refused")
            }
        }
    };
}

activities! {
    SetupDone "setup.done" "The set-up was finished" Nobody,
    ServerStarted "server.started" "The server was started" Nobody,
    ServerStopped "server.stopped" "The server was stopped" Nobody,
    BackupMade "backup.made" "A backup was made" Nobody,
    BackupRestored "backup.restored" "A backup was restored" Superusers,
    DoctorFoundFaults "doctor.found_faults" "A check of the stored data found faults" Superusers,

    SiteAdded "site.added" "A site was added" Nobody,
    SiteChanged "site.changed" "A site was changed" Nobody,
    SiteDeleted "site.deleted" "A site was deleted" Superusers,
    GoalAdded "goal.added" "A goal was added" Nobody,
    GoalChanged "goal.changed" "A goal was changed" Nobody,
    GoalDeleted "goal.deleted" "A goal was deleted" Nobody,

    DimensionAdded "dimension.added" "A custom dimension was added" Nobody,
    DimensionChanged "dimension.changed" "A custom dimension was changed" Nobody,
    SegmentAdded "segment.added" "A segment was saved" Nobody,
    SegmentChanged "segment.changed" "A saved segment was changed" Nobody,
    SegmentDeleted "segment.deleted" "A saved segment was deleted" Nobody,
    AnnotationAdded "annotation.added" "A note on a day was added" Nobody,
    AnnotationChanged "annotation.changed" "A note on a day was changed" Nobody,
    AnnotationDeleted "annotation.deleted" "A note on a day was deleted" Nobody,
    AnnotationsDeleted "annotation.deleted_all" "All notes on days of a site were deleted" Nobody,
    DashboardAdded "dashboard.added" "A dashboard was added" Nobody,
    DashboardChanged "dashboard.changed" "A dashboard was changed" Nobody,
    DashboardDeleted "dashboard.deleted" "A dashboard was deleted" Nobody,

    UserAdded "user.added" "A user was added" Superusers,
    UserDeleted "user.deleted" "A user was deleted" Both,
    UserSuspended "user.suspended" "A user was suspended" Both,
    UserReactivated "user.reactivated" "A user was reactivated" Both,
    UserSignedOut "user.signed_out" "All sessions of a user were ended" Subject,
    EmailChanged "user.email_changed" "An e-mail address was changed" Subject,
    LanguageChanged "user.language_changed" "A user's language was changed" Nobody,
    PreferenceChanged "user.preference_changed" "What pages open with for a user was changed" Nobody,

    RoleSet "role.set" "A role was given or changed" Nobody,
    RoleTaken "role.taken" "A role was taken away" Nobody,
    RolesSetInBulk "role.set_in_bulk" "Roles of several users were changed" Superusers,
    RoleSetEverywhere "role.set_everywhere" "A role was given on all sites" Superusers,
    CapabilityGiven "capability.given" "A capability was given" Nobody,
    CapabilityTaken "capability.taken" "A capability was taken away" Nobody,
    SuperuserGranted "superuser.granted" "Superuser rights were granted" Both,
    SuperuserRevoked "superuser.revoked" "Superuser rights were revoked" Both,
    SuperuserKept "superuser.kept" "Taking the last superuser away was refused" Superusers,

    InvitationSent "invitation.sent" "A user was invited" Nobody,
    InvitationResent "invitation.resent" "An invitation was sent again" Nobody,
    InvitationLinked "invitation.linked" "A link for an invitation was made" Nobody,
    InvitationRevoked "invitation.revoked" "An invitation was revoked" Nobody,
    InvitationAccepted "invitation.accepted" "An invitation was accepted" Nobody,
    InvitationDeclined "invitation.declined" "An invitation was declined" Nobody,
    InvitationExpired "invitation.expired" "An invitation expired" Nobody,
    InvitationRefused "invitation.refused" "A wrong or used invitation link was tried" Nobody,

    DomainsChanged "domains.changed" "The allowed e-mail domains were changed" Superusers,
    DomainRefused "domains.refused" "An e-mail domain that is not allowed was refused" Nobody,
    InactiveReported "inactive.reported" "Inactive accounts were reported" Nobody,
    InactiveSuspended "inactive.suspended" "An inactive account was suspended" Both,

    ReviewBegun "review.begun" "An access review was begun" Nobody,
    ReviewConfirmed "review.confirmed" "A role was confirmed in an access review" Nobody,
    ReviewLowered "review.lowered" "A role was lowered in an access review" Subject,
    ReviewSigned "review.signed" "An access review was signed" Superusers,
    ReviewDownloaded "review.downloaded" "The report of an access review was downloaded" Nobody,
    ReviewDue "review.due" "An access review is due" Nobody,

    SignedIn "session.signed_in" "A user signed in" Nobody,
    SignedInByPasskey "session.signed_in_by_passkey" "A user signed in by passkey" Nobody,
    SignedInAfterFailures "session.signed_in_after_failures" "A sign-in succeeded after several failures" Subject,
    SignInFailed "session.refused" "A sign-in was refused" Nobody,
    SignInDelayed "session.delayed" "Sign-ins of a user are slowed down" Subject,
    FactorRefused "session.factor_refused" "A wrong code of a second factor was refused" Nobody,
    NewDevice "session.new_device" "A user signed in from a new device" Subject,
    NewCountry "session.new_country" "A user signed in from another country" Subject,
    SessionMoved "session.moved" "A session was ended because its device and network changed" Subject,
    SignedOut "session.signed_out" "A user signed out" Nobody,
    SessionEnded "session.ended" "A session was ended" Nobody,
    SessionsEnded "session.ended_others" "All other sessions were ended" Nobody,
    AllSessionsEnded "session.ended_all" "All sessions of all users were ended" Superusers,
    ProofGiven "proof.given" "A user confirmed who they are" Nobody,
    ProofRefused "proof.refused" "A confirmation of who one is was refused" Nobody,

    TotpAdded "totp.added" "An authenticator app was set up" Subject,
    TotpRemoved "totp.removed" "The authenticator app was removed" Subject,
    TotpMoved "totp.moved" "The authenticator app was moved to a new device" Subject,
    TotpReplayed "totp.replayed" "A used code was tried again" Subject,
    PasskeyAdded "passkey.added" "A passkey was added" Subject,
    PasskeyRenamed "passkey.renamed" "A passkey was renamed" Nobody,
    PasskeyRemoved "passkey.removed" "A passkey was removed" Subject,
    PasskeyCloned "passkey.cloned" "A passkey may have been copied" Both,
    RecoveryMade "recovery.made" "Recovery codes were made" Subject,
    RecoveryUsed "recovery.used" "A recovery code was used" Subject,
    FactorsReset "factors.reset" "All second factors of a user were reset" Both,
    FactorsEnforced "factors.enforced" "The rule who needs a second factor was changed" Superusers,
    FactorRequired "factors.required" "A user was led to the set-up of a second factor" Nobody,

    PasswordChanged "password.changed" "A password was changed" Subject,
    PasswordResetAsked "password.reset_asked" "A new password was asked for" Nobody,
    PasswordResetSent "password.reset_sent" "A superuser sent a link for a new password" Subject,
    PasswordReset "password.reset" "A password was reset by a mailed link" Subject,
    PasswordResetRefused "password.reset_refused" "A wrong or used link for a new password was tried" Nobody,
    PasswordRequired "password.required" "A user must choose a new password" Subject,
    PasswordWaived "password.waived" "A user may keep the password" Subject,
    PasswordRehashed "password.rehashed" "An imported password was stored anew" Nobody,

    TokenMade "token.made" "A token was made" Subject,
    ProvisioningTokenMade "token.made_for_provisioning" "A token for provisioning was made" Both,
    TokenDeleted "token.deleted" "A token was deleted" Subject,
    TokensDeleted "token.deleted_all" "All tokens of a user were deleted" Subject,
    TokenRefused "token.refused" "A wrong, expired or misplaced token was refused" Nobody,
    TokenExpiring "token.expiring" "A token expires soon" Subject,
    Provisioned "token.provisioned" "A token for provisioning was used" Superusers,

    AddressBlocked "attempts.blocked" "An address was blocked after failed sign-ins" Nobody,
    AddressUnblocked "attempts.unblocked" "A blocked address was unblocked" Nobody,
    AddressesUnblocked "attempts.unblocked_all" "All blocked addresses were unblocked" Superusers,
    AttemptsAlarm "attempts.alarm" "Far more sign-ins failed than usual" Superusers,
    AttemptsSettings "attempts.settings" "The rules against guessed passwords were changed" Superusers,

    SettingSet "setting.set" "A setting was changed" Nobody,
    SecuritySettingSet "setting.security_set" "A security setting was changed" Superusers,
    SettingRefused "setting.refused" "A change of a setting was refused" Nobody,
    AccessDenied "access.denied" "A call without the right to it was refused" Nobody,
    ForeignRefused "access.foreign" "A request from another site was refused" Nobody,

    PublicRequested "public.requested" "Somebody asked to make reports public" Watchers,
    PublicImported "public.imported" "Public reports were carried over and wait for a confirmation" Watchers,
    PublicApprovalAsked "public.approval_asked" "A second superuser is asked to make reports public" Watchers,
    PublicScheduled "public.scheduled" "Reports become public soon" Watchers,
    PublicApproved "public.approved" "A second superuser approved that reports become public" Watchers,
    PublicActivated "public.activated" "Reports are public now" Watchers,
    PublicWidened "public.widened" "More of a site is to be public" Watchers,
    PublicNarrowed "public.narrowed" "Less of a site is public now" Watchers,
    PublicRenewed "public.renewed" "The end of public reports was moved" Watchers,
    PublicRotated "public.rotated" "The link to public reports was replaced" Watchers,
    PublicPaused "public.paused" "Public reports were paused" Watchers,
    PublicAllPaused "public.paused_all" "All public reports were paused" Watchers,
    PublicRestored "public.restored" "Public reports are paused, since a backup was restored" Watchers,
    PublicResumed "public.resumed" "Paused reports are public again" Watchers,
    PublicExpired "public.expired" "The time of public reports is over" Watchers,
    PublicLapsed "public.lapsed" "Nobody approved in time that reports become public" Watchers,
    PublicRevoked "public.revoked" "Reports are not public any more" Watchers,
    PublicSwitched "public.switched" "Public reports were switched on or off for the installation" Watchers,
    PublicAttempted "public.attempt_refused" "Making reports public was tried without confirmation" Watchers,
    PublicReminded "public.reminded" "Superusers were reminded of what is public" Nobody,
    PublicReminderSet "public.reminder_set" "A superuser chose how often to be reminded of what is public" Nobody,
    CheckupScored "checkup.scored" "The security check-up has a new score" Nobody,
    CheckupFlipped "checkup.flipped" "A check of the security check-up changed" Nobody,
    CheckupFell "checkup.fell" "The security check-up fell" Superusers,
    CheckupReported "checkup.reported" "The security check-up was mailed" Nobody,
    CheckupFixed "checkup.fixed" "A fix of the security check-up was made" Superusers,
    CheckupUndone "checkup.undone" "A fix of the security check-up was taken back" Superusers,
    RiskAccepted "risk.accepted" "A risk was accepted" Superusers,
    RiskWithdrawn "risk.withdrawn" "An accepted risk was withdrawn" Superusers,
    TokenPaused "token.paused" "A token was paused" Subject,
    TokenResumed "token.resumed" "A paused token was resumed" Subject,
    FilesProtected "files.protected" "Rights of the data folder were changed" Nobody,
    RecoveryDrilled "recovery.drilled" "The way back in was tried" Superusers,
    BackupDrilled "backup.drilled" "A backup was restored for trial" Nobody,
    FailuresLookedAt "failures.looked_at" "The tracking failures were looked at" Nobody,
    FailuresDeleted "failures.deleted" "Tracking failures were deleted" Nobody,
    FailuresReported "failures.reported" "Tracking failures were mailed" Nobody,
    SubjectExported "privacy.exported" "Stored data of visitors was exported" Nobody,
    ErasureAsked "privacy.erasure_asked" "An erasure of visits was asked for" Nobody,
    ErasureDone "privacy.erased" "Visits were erased" Nobody,
    PurgeAsked "privacy.purge_asked" "The deletion of old visits was asked for" Nobody,
    PurgeDone "privacy.purged" "Old visits were deleted" Nobody,
    PastMaskAsked "privacy.mask_asked" "It was asked to keep less of stored visits" Superusers,
    PastMaskDone "privacy.masked" "Less is kept of stored visits" Nobody,
    PrivacyWorkFailed "privacy.work_failed" "Work on stored data of visitors failed" Superusers,
    ComplianceEnforced "privacy.enforced" "A privacy policy was enforced" Superusers,
    ComplianceReleased "privacy.released" "A privacy policy is enforced no more" Superusers,
    ComplianceProved "privacy.proved" "A document on privacy was made" Nobody,

    MailFailed "mail.failed" "A mail could not be delivered" Nobody,
    MailTested "mail.tested" "A test mail was sent" Nobody,

    AuditRead "audit.read" "The activity log was read" Nobody,
    AuditExported "audit.exported" "The activity log was exported" Superusers,
    AuditPruned "audit.pruned" "Old lines of the activity log were removed" Nobody,
    AuditCheckpoint "audit.checkpoint" "The activity log was sealed" Nobody,
    AuditVerified "audit.verified" "The activity log was verified" Nobody,
    AuditTampered "audit.tampered" "The activity log was tampered with" Superusers,
    AuditStalled "audit.stalled" "The activity log cannot be sent on" Superusers,
    AuditResumed "audit.resumed" "The activity log is sent on again" Superusers,
}

/// What acts are about, as the first part of their names says it, and in words.
const SUBJECTS: &[(&str, &str)] = &[
    ("access", "Access"),
    ("annotation", "Notes on days"),
    ("attempts", "Guessed passwords"),
    ("audit", "Activity log"),
    ("backup", "Backups"),
    ("capability", "Capabilities"),
    ("checkup", "Security check-up"),
    ("dashboard", "Dashboards"),
    ("dimension", "Custom dimensions"),
    ("doctor", "Stored data"),
    ("domains", "E-mail domains"),
    ("factors", "Second factors"),
    ("failures", "Tracking failures"),
    ("files", "Data folder"),
    ("goal", "Goals"),
    ("inactive", "Inactive accounts"),
    ("invitation", "Invitations"),
    ("mail", "Mail"),
    ("passkey", "Passkeys"),
    ("password", "Passwords"),
    ("privacy", "Privacy"),
    ("proof", "Confirmations"),
    ("public", "Public reports"),
    ("recovery", "Recovery codes"),
    ("review", "Access reviews"),
    ("risk", "Accepted risks"),
    ("role", "Roles"),
    ("segment", "Segments"),
    ("server", "Server"),
    ("session", "Sessions"),
    ("setting", "Settings"),
    ("setup", "Set-up"),
    ("site", "Sites"),
    ("superuser", "Superusers"),
    ("token", "Tokens"),
    ("totp", "Authenticator apps"),
    ("user", "Users"),
];

impl Activity {
    /// What it is about, in words.
    pub fn subject(self) -> &'static str {
        let name = self.name().split('.').next();
        let found = SUBJECTS.iter().find(|(subject, _)| Some(*subject) == name);
        found.map_or(self.name(), |(_, words)| words)
    }

    pub fn parse(name: &str) -> Option<Activity> {
        Activity::ALL.iter().copied().find(|kind| kind.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn promise_44_at_least_ninety_kinds_each_with_a_name_of_its_own() {
        assert!(Activity::ALL.len() >= 90);
        for kind in Activity::ALL {
            assert_eq!(Activity::parse(kind.name()), Some(*kind));
            assert!(kind.name().split_once('.').is_some_and(|(subject, what)| !subject.is_empty() && !what.is_empty()));
        }
    }

    #[test]
    fn every_act_is_about_something_that_has_words() {
        let told: BTreeSet<&str> = Activity::ALL.iter().map(|kind| kind.subject()).collect();
        let declared: BTreeSet<&str> = SUBJECTS.iter().map(|(_, words)| *words).collect();
        assert_eq!(told, declared);
        assert_eq!(declared.len(), SUBJECTS.len());
    }
}
