//! Is everything stored sound, and does it fit together?

use crate::{
    app::App,
    commands::{Failure, operator},
    config::Config,
    instance::{Files, Found, Instance},
    pipeline,
    serve::{Running, open_engine},
};
use makoto_engine::Engine;
use makoto_journal::Position;
use makoto_meta::{Activity, Meta};
use serde_json::json;
use std::path::Path;

/// The faults of an installation that no server has open, in words.
///
/// # Errors
/// When it cannot be examined at all.
pub async fn examine_closed(dir: &Path) -> Result<Vec<String>, Failure> {
    let files = Files::new(dir);
    match files.found().await? {
        Found::Nothing => return Ok(vec![files.nothing_said()]),
        Found::Rest(other) => return Ok(vec![files.rest_said(&other)]),
        Found::Installation => {}
    }
    let config = Config::load(None, [], [])?;
    let instance = Instance::open(dir).await?;
    let mut faults = meta_faults(&instance.meta).await?;
    // A server tries its backups so too, and others must not wait for the thread meanwhile.
    faults.extend(tokio::task::block_in_place(|| store_faults(&instance, &config))?);
    instance.meta.close().await;
    Ok(faults)
}

/// Faults of what is tracked: the analytics store, the fold and the journal, and how they fit together.
fn store_faults(instance: &Instance, config: &Config) -> Result<Vec<String>, Failure> {
    let files = &instance.files;
    let engine = open_engine(instance, config)?;
    let mut faults = engine_faults(&engine)?;
    let fold = makoto_tracking::check(&files.fold()).and_then(|()| makoto_tracking::standing(&files.fold()));
    match fold {
        Ok(fold) => {
            faults.extend(fold.fits(engine.applied()).err().map(|fault| fault.to_string()));
            if faults.is_empty() {
                let opened = pipeline::open_fold(&files.fold(), &instance.catalog, &engine);
                faults.extend(opened.err().map(|fault| fault.to_string()));
            }
            faults.extend(journal_fault(&files.journal(), fold.position));
        }
        Err(fault) => {
            faults.push(fault.to_string());
            let journal = makoto_journal::check(&files.journal(), Position::START);
            faults.extend(journal.err().map(|fault| fault.to_string()));
        }
    }
    engine.close()?;
    Ok(faults)
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

/// The faults of a running installation, in words.
///
/// # Errors
/// When it cannot be examined at all.
pub async fn examine_running(running: &Running) -> Result<Vec<String>, Failure> {
    let mut faults = meta_faults(&running.instance.meta).await?;
    let (app, files) = (running.app.clone(), Files::new(running.instance.files.dir()));
    let checked = tokio::task::spawn_blocking(move || running_faults(&app, &files)).await;
    faults.extend(checked.map_err(|fault| Failure::Data(fault.to_string()))??);
    if !faults.is_empty() {
        let detail = json!({ "faults": faults.len(), "first": faults.first() });
        running.instance.meta.record(&operator(), Activity::DoctorFoundFaults, detail).await?;
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
async fn meta_faults(meta: &Meta) -> Result<Vec<String>, Failure> {
    let mut faults = meta.check().await?;
    let findings = meta.verify_record(&[]).await?;
    faults.extend(findings.iter().map(|finding| format!("the activity log, {finding}")));
    Ok(faults)
}

fn engine_faults(engine: &Engine) -> Result<Vec<String>, Failure> {
    let faults = engine.check()?;
    Ok(faults.into_iter().map(|fault| format!("{} rows of {}: {}", fault.rows, fault.table, fault.what)).collect())
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
