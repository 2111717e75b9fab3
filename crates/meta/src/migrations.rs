//! The steps by which the tables of the store came to be what they are.

use sqlx::{
    SqlSafeStr,
    migrate::{Migration, MigrationType, Migrator},
};

/// Number, name and SQL of every step. What was released never changes: stores keep a hash of what made them.
macro_rules! steps {
    ($($number:literal $name:literal $file:literal,)*) => {
        &[$(($number, $name, include_str!(concat!("../migrations/sqlite/", $file)))),*]
    };
}

const STEPS: &[(i64, &str, &str)] = steps![
    1 "foundation" "0001_foundation.sql",
    2 "accounts" "0002_accounts.sql",
    3 "factors" "0003_factors.sql",
    4 "sign in" "0004_sign_in.sql",
    5 "users" "0005_users.sql",
    6 "audit" "0006_audit.sql",
    7 "mail" "0007_mail.sql",
    8 "public" "0008_public.sql",
    9 "goals" "0009_goals.sql",
    10 "own things" "0010_own_things.sql",
    11 "checkup" "0011_checkup.sql",
    12 "privacy" "0012_privacy.sql",
    13 "reset asks" "0013_reset_asks.sql",
    14 "given passwords" "0014_given_passwords.sql",
    15 "preferences" "0015_preferences.sql",
    16 "recovered" "0016_recovered.sql",
    17 "strangers" "0017_strangers.sql",
    18 "mail ranks" "0018_mail_ranks.sql",
];

/// Brings the tables of a store up to date.
pub(crate) fn migrator() -> Migrator {
    let step = |&(number, name, sql): &(i64, &'static str, &'static str)| {
        Migration::new(number, name.into(), MigrationType::Simple, sql.into_sql_str(), false)
    };
    Migrator::with_migrations(STEPS.iter().map(step).collect())
}

/// The number of the newest step.
pub(crate) fn last() -> i64 {
    STEPS.last().map_or(0, |(number, ..)| *number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    /// The list is what sqlx itself reads from the folder: number, name, kind and hash of every file.
    #[tokio::test]
    async fn every_file_is_a_step() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/sqlite");
        let read = |migrator: &Migrator| -> Vec<_> {
            let told = |step: &Migration| {
                (step.version, step.description.to_string(), step.migration_type, step.no_tx, step.checksum.to_vec())
            };
            migrator.iter().map(told).collect()
        };
        let files = read(&Migrator::new(folder).await.unwrap());
        assert_eq!(read(&migrator()), files);
        assert!(files.len() > 10);
    }
}
