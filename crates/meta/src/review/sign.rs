use super::{LINES, Review, ReviewLine, read_line};
use crate::{Activity, Error, Meta, audit::hex, signing::SigningKey};
use makoto_access::{Caller, InstanceGrant};
use serde_json::{Value as Json, json};

impl ReviewLine {
    /// As it is signed and stands in the report.
    pub fn shown(&self) -> Json {
        json!({ "login": self.login, "email": self.email, "site": self.site, "site_name": self.site_name,
            "role": self.role, "state": self.state, "granted_s": self.granted_s, "granted_by": self.granted_by,
            "last_used_s": self.last_used_s, "verdict": self.verdict, "after": self.after,
            "decided_by": self.decided_by, "decided_s": self.decided_s })
    }
}

impl Review {
    /// The text that is signed: the review and all its lines, as JSON.
    pub fn signed_text(&self, lines: &[ReviewLine]) -> String {
        let lines: Vec<Json> = lines.iter().map(ReviewLine::shown).collect();
        json!({ "what": "makoto access review", "review": self.id, "begun_s": self.begun_s, "begun_by": self.begun_by,
            "signed_s": self.signed_s, "signed_by": self.signed_by, "lines": lines })
        .to_string()
    }
}

impl Meta {
    fn review_key(&self) -> Result<SigningKey, Error> {
        self.signing_key("signs access reviews")
    }

    /// The key by which signatures of reviews are checked, as hexadecimal digits.
    ///
    /// # Errors
    /// When the key cannot be made.
    pub fn review_public_key(&self) -> Result<String, Error> {
        Ok(hex(self.review_key()?.public()))
    }

    /// Whether a signed review still is what was signed.
    ///
    /// # Errors
    /// When the key cannot be made.
    pub fn is_review_whole(&self, review: &Review, lines: &[ReviewLine]) -> Result<bool, Error> {
        Ok(self.review_key()?.has_signed(review.signed_text(lines).as_bytes(), &review.signature))
    }

    /// Signs a review in which every role has a verdict, and closes it.
    ///
    /// # Errors
    /// `Refused` when roles are undecided, were given since the review was begun, or are not those that were confirmed;
    /// the review then shows them.
    pub async fn sign_review(
        &self,
        grant: &InstanceGrant,
        caller: &Caller,
        id: i64,
        now_s: i64,
    ) -> Result<Review, Error> {
        self.refresh_review(grant, caller, id, now_s).await?;
        let mut act = self.begin(caller, Activity::ReviewSigned, json!({ "review": id })).await?;
        let mut review = act.open_review(id).await?;
        let changed = act.refresh_lines(caller, id, now_s).await?;
        let added = act.add_lines(id).await?;
        let rows = sqlx::query(LINES).bind(id).fetch_all(&mut *act.tx).await?;
        let lines = rows.iter().map(read_line).collect::<Result<Vec<_>, _>>()?;
        let undecided = lines.iter().filter(|line| line.verdict.is_empty()).count();
        if undecided > 0 || changed > 0 || added > 0 {
            let why = format!("{undecided} roles are neither confirmed nor lowered yet; decide them and sign then");
            return Err(Error::Refused(why));
        }
        review.signed_s = Some(now_s);
        review.signed_by = caller.principal.name();
        review.signature = self.review_key()?.sign(review.signed_text(&lines).as_bytes());
        sqlx::query("UPDATE review SET signed_s = ?, signed_by = ?, signature = ? WHERE id = ?")
            .bind(now_s)
            .bind(&review.signed_by)
            .bind(&review.signature)
            .bind(id)
            .execute(&mut *act.tx)
            .await?;
        self.commit_quietly(act).await?;
        Ok(review)
    }
}
