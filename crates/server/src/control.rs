//! The control socket: one line of JSON asks, one line answers. Only the owner of the data directory can connect.

use crate::{
    commands::{Command, Failure},
    serve::Running,
};
use serde::{Deserialize, Serialize};
use std::{
    io::{BufRead, BufReader, ErrorKind, Read, Write},
    os::unix::{fs::PermissionsExt, net::UnixStream},
    path::Path,
    sync::Arc,
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt},
    net::{UnixListener, unix::OwnedWriteHalf},
};

/// Longest line either way, in bytes: a bulk of hits with room to spare.
const LINE_BYTES_MAX: u64 = 16 * 1024 * 1024;
/// Longest wait for a command's answer; a backup of a large store takes this long at most.
const ANSWER_WAIT_MAX: Duration = Duration::from_secs(60 * 60);

#[derive(Serialize, Deserialize)]
struct Reply {
    ok: bool,
    text: String,
}

/// Asks the server that owns this directory; `None` when none runs.
///
/// # Errors
/// What the server refused, or how the connection broke.
pub fn ask(socket: &Path, command: &Command) -> Result<Option<String>, Failure> {
    let file = |fault| Failure::file(socket, fault);
    let mut stream = match UnixStream::connect(socket) {
        Ok(stream) => stream,
        Err(fault) if matches!(fault.kind(), ErrorKind::NotFound | ErrorKind::ConnectionRefused) => return Ok(None),
        Err(fault) => return Err(file(fault)),
    };
    stream.set_read_timeout(Some(ANSWER_WAIT_MAX)).map_err(file)?;
    let mut line = serde_json::to_vec(command).map_err(|fault| Failure::Data(fault.to_string()))?;
    line.push(b'\n');
    stream.write_all(&line).map_err(file)?;
    let mut answer = String::new();
    BufReader::new(stream.take(LINE_BYTES_MAX)).read_line(&mut answer).map_err(file)?;
    let reply: Reply = serde_json::from_str(&answer)
        .map_err(|_| Failure::Server("nothing; it may be stopping, try again in a moment".to_owned()))?;
    if reply.ok { Ok(Some(reply.text)) } else { Err(Failure::Server(reply.text)) }
}

/// Opens the socket; a left-over of a killed server is removed first, since the lock shows that none runs.
///
/// # Errors
/// When the socket cannot be made.
pub fn listen(socket: &Path) -> Result<UnixListener, Failure> {
    let file = |fault| Failure::file(socket, fault);
    match std::fs::remove_file(socket) {
        Err(fault) if fault.kind() != ErrorKind::NotFound => return Err(file(fault)),
        _ => {}
    }
    let listener = UnixListener::bind(socket).map_err(file)?;
    std::fs::set_permissions(socket, std::fs::Permissions::from_mode(0o600)).map_err(file)?;
    Ok(listener)
}

/// Answers commands until the task is ended.
pub async fn serve(listener: UnixListener, running: Arc<Running>) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                let running = running.clone();
                tokio::spawn(async move {
                    let (read, write) = stream.into_split();
                    let mut line = String::new();
                    let mut reader = tokio::io::BufReader::new(read.take(LINE_BYTES_MAX));
                    if let Err(fault) = reader.read_line(&mut line).await {
                        tracing::warn!(%fault, "a command could not be read from the control socket");
                        return;
                    }
                    answer(&running, &line, write).await;
                });
            }
            Err(fault) => {
                tracing::warn!(%fault, "the control socket refused a connection");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

async fn answer(running: &Running, line: &str, mut write: OwnedWriteHalf) {
    let result = match serde_json::from_str::<Command>(line) {
        Ok(command) => running.command(command).await.map_err(|failure| failure.told()),
        Err(_) => Err("this command is unknown; use the makoto program of the same version".to_owned()),
    };
    let reply = match result {
        Ok(text) => Reply { ok: true, text },
        Err(text) => Reply { ok: false, text },
    };
    let sent = match serde_json::to_vec(&reply) {
        Ok(mut line) => {
            line.push(b'\n');
            write.write_all(&line).await
        }
        Err(fault) => Err(fault.into()),
    };
    if let Err(fault) = sent {
        tracing::warn!(%fault, "the answer to a command could not be sent");
    }
}
