//! Is everything stored sound, and does it fit together?

use crate::{
    app::App,
    commands::{Failure, operator},
    config::Config,
    instance::{Files, Found, Instance},
    pipeline,
    runtimes::blocking,
    serve::{Running, open_engine},
};
use makoto_catalog::Catalog;
use makoto_engine::{Engine, Fault};
use makoto_journal::Position;
use makoto_meta::{Activity, Meta};
use serde_json::json;
use std::{path::Path, sync::Arc};

/// The faults of an installation that no server has open, in words. A store that cannot be opened or read is one of them,
/// and the others are looked at all the same.
///
/// # Errors
/// When it cannot be examined at all.
pub async fn examine_closed(dir: &Path) -> Result<Vec<String>, Failure> {
    let files = Files::new(dir);
    match files.found().await {
        Ok(Found::Nothing) => return Ok(vec![files.nothing_said()]),
        Ok(Found::Rest(other)) => return Ok(vec![files.rest_said(&other)]),
        Ok(Found::Installation) | Err(Failure::Meta(_)) => {}
        Err(failure) => return Err(failure),
    }
    let config = Config::load(None, [], [])?;
    let (mut faults, instance) = match Instance::open(dir).await {
        Ok(instance) => (meta_faults(&instance.meta).await, Some(instance)),
        Err(Failure::Meta(fault)) => (vec![Failure::from(fault).told()], None),
        Err(failure) => return Err(failure),
    };
    // Where the instance does not keep others out.
    let _held = if instance.is_none() { Some(files.hold()?) } else { None };
    let catalog = Arc::new(makoto_features::catalog()?);
    // A server tries its backups so too: neither others nor its stop may wait for the end.
    let (opened, place) = ((Files::new(dir), catalog.clone(), config), Files::new(dir));
    let engine = blocking(move || Ok(open_engine(&opened.0, &opened.1, &opened.2))).await?;
    let _closing = engine.as_ref().ok().cloned().map(Closing);
    faults.extend(blocking(move || Ok(store_faults(engine, &place, &catalog))).await?);
    if let Some(instance) = instance {
        instance.meta.close().await;
    }
    Ok(faults)
}

/// Breaks off what the analytics store of a copy is asked once nobody waits for the answer.
struct Closing(Engine);

impl Drop for Closing {
    fn drop(&mut self) {
        if let Err(fault) = self.0.close() {
            tracing::debug!(%fault, "the analytics store of a copy was not closed in order");
        }
    }
}

/// Faults of what is tracked: the analytics store, the fold and the journal, and how they fit together.
fn store_faults(engine: Result<Engine, Failure>, files: &Files, catalog: &Arc<Catalog>) -> Vec<String> {
    let mut faults = Vec::new();
    let engine = engine.map_err(|failure| faults.push(failure.told())).ok();
    if let Some(engine) = &engine {
        match engine_faults(engine) {
            Ok(found) => faults.extend(found),
            // It was closed, so nobody waits for the rest.
            Err(failure) => return vec![failure.told()],
        }
    }
    let fold = makoto_tracking::check(&files.fold()).and_then(|()| makoto_tracking::standing(&files.fold()));
    match fold {
        Ok(fold) => {
            if let Some(engine) = &engine {
                faults.extend(fold.fits(engine.applied()).err().map(|fault| fault.to_string()));
                if faults.is_empty() {
                    let opened = pipeline::open_fold(&files.fold(), catalog, engine);
                    faults.extend(opened.err().map(|fault| fault.to_string()));
                }
            }
            faults.extend(journal_fault(&files.journal(), fold.position));
        }
        Err(fault) => {
            faults.push(fault.to_string());
            let journal = makoto_journal::check(&files.journal(), Position::START);
            faults.extend(journal.err().map(|fault| fault.to_string()));
        }
    }
    let closed = engine.map_or(Ok(()), |engine| engine.close());
    faults.extend(closed.err().map(|fault| Failure::from(fault).told()));
    faults
}

/// What is wrong with a journal of which the fold has the hits up to a position.
fn journal_fault(path: &Path, folded: u64) -> Option<String> {
    match makoto_journal::check(path, Position::new(folded)) {
        Ok(summary) if summary.trimmed.get() > folded => Some(format!(
            "the journal begins after {} but the fold stands at {folded}; restore both from one backup",
            summary.trimmed
        )),
        Ok(_) => None,
        Err(fault) => Some(fault.to_string()),
    }
}

/// The faults of a running installation, in words, as far as its stores can be read.
///
/// # Errors
/// When it cannot be examined, since it stops.
pub async fn examine_running(running: &Running) -> Result<Vec<String>, Failure> {
    let mut faults = meta_faults(&running.instance.meta).await;
    let (app, files) = (running.app.clone(), Files::new(running.instance.files.dir()));
    faults.extend(blocking(move || running_faults(&app, &files)).await?);
    if !faults.is_empty() {
        let detail = json!({ "faults": faults.len(), "first": faults.first() });
        let noted = running.instance.meta.record(&operator(), Activity::DoctorFoundFaults, detail).await;
        faults.extend(noted.err().map(|fault| format!("these faults could not be recorded: {fault}")));
    }
    Ok(faults)
}

/// Faults of what is tracked while hits come and are counted; neither waits but for a moment.
fn running_faults(app: &App, files: &Files) -> Result<Vec<String>, Failure> {
    let mut faults = engine_faults(&app.engine)?;
    faults.extend(app.flow.fault().map(|fault| format!("hits are not counted now: {fault}")));
    faults.extend(makoto_tracking::check(&files.fold()).err().map(|fault| fault.to_string()));
    let fits = {
        // Between two batches fold and engine are at the same point.
        let _still = app.flow.pause();
        makoto_tracking::standing(&files.fold()).and_then(|fold| fold.fits(app.engine.applied()))
    };
    faults.extend(fits.err().map(|fault| fault.to_string()));
    let head = app.journal.head();
    faults.extend(makoto_journal::check_in_use(&files.journal(), head).err().map(|fault| fault.to_string()));
    Ok(faults)
}

/// Faults of the relational store, and of the record of acts in it.
async fn meta_faults(meta: &Meta) -> Vec<String> {
    let mut faults = meta.check().await.unwrap_or_else(|fault| vec![Failure::from(fault).told()]);
    match meta.verify_record(&[]).await {
        Ok(findings) => faults.extend(findings.iter().map(|finding| format!("the activity log, {finding}"))),
        Err(fault) => faults.push(format!("the activity log cannot be read: {}", Failure::from(fault).told())),
    }
    faults
}

/// Faults of the analytics store.
///
/// # Errors
/// When it is being closed, which is none.
fn engine_faults(engine: &Engine) -> Result<Vec<String>, Failure> {
    match engine.check() {
        Ok(faults) => {
            let told = |fault: Fault| format!("{} rows of {}: {}", fault.rows, fault.table, fault.what);
            Ok(faults.into_iter().map(told).collect())
        }
        Err(fault @ makoto_engine::Error::Closed) => Err(fault.into()),
        Err(fault) => Ok(vec![Failure::from(fault).told()]),
    }
}

/// What the operator reads; an error when there are faults, so that the program ends with a status other than 0.
///
/// # Errors
/// The faults.
pub fn report(faults: &[String]) -> Result<String, Failure> {
    match faults.is_empty() {
        true => Ok("everything is sound".to_owned()),
        false => Err(Failure::Data(faults.join("\n"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn a_store_that_cannot_be_opened_keeps_no_other_from_being_looked_at() {
        let dir = tempfile::tempdir().unwrap();
        Instance::open_or_make(dir.path()).await.unwrap().meta.close().await;
        let files = Files::new(dir.path());
        std::fs::create_dir(files.analytics()).unwrap();
        std::fs::write(Engine::first_file(&files.analytics()), vec![b'x'; 100_000]).unwrap();
        std::fs::write(files.fold(), vec![b'y'; 8192]).unwrap();
        std::fs::write(files.journal(), vec![b'z'; 8192]).unwrap();
        let faults = examine_closed(dir.path()).await.unwrap();
        assert_eq!(faults.len(), 3, "{faults:?}");
        assert!(faults[0].contains("analytics store"), "{faults:?}");
        std::fs::write(files.meta(), vec![b'w'; 8192]).unwrap();
        let more = examine_closed(dir.path()).await.unwrap();
        assert_eq!(more[1..], faults, "{more:?}");
        // Nobody else is let in meanwhile, and everybody is afterwards.
        let held = files.hold().unwrap();
        assert!(matches!(examine_closed(dir.path()).await, Err(Failure::InUse(_))));
        drop(held);
        assert_eq!(examine_closed(dir.path()).await.unwrap(), more);
    }
}
