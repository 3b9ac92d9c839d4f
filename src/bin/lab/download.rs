//! Downloads: what has arrived when one breaks off is kept beside its final name, and the next one goes on there.

use crate::output::tell;
use anyhow::Context;
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::Path;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;
use ureq::http::{StatusCode, header};

/// Time without a byte after which a download has failed, while connecting, before its response, or within it.
const PATIENCE: Duration = Duration::from_secs(20);
/// Time limit for one download; the largest is the archive of CIFAR-10 with 170 MB.
const BODY_TIMEOUT: Duration = Duration::from_hours(1);
/// Bytes of a piece of a response, and how many may wait to be written.
const PIECE_BYTES: usize = 1 << 16;
const PIECES: usize = 4;
/// Pause before a download is tried again.
const RETRY_AFTER: Duration = Duration::from_millis(500);

/// The result of `verify` for the file at `url`. If the download breaks off or hangs, it is tried once more, from where it broke off if the server
/// can do that. What has arrived is in `partial`, until it turns out not to be the file; at most one byte more than `limit` is read, since
/// anything longer is a different file.
pub(crate) fn download<T>(
    url: &str,
    partial: &Path,
    limit: usize,
    verify: impl Fn(Vec<u8>) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let continues = arrived(partial) > 0;
    let resumed = receive(url, partial, limit)?;
    let verified = verify(read(partial)?);
    if verified.is_ok() {
        return verified;
    }
    std::fs::remove_file(partial).with_context(|| format!("{} cannot be removed", partial.display()))?;
    if !continues && !resumed {
        return verified;
    }
    // Its parts may be those of different files.
    tell(format!("note: {url}: the parts do not fit together; downloading all of it again"));
    receive(url, partial, limit)?;
    let verified = verify(read(partial)?);
    if verified.is_err() {
        let _ = std::fs::remove_file(partial);
    }
    verified
}

/// Downloads what is missing of a file, with one retry. True if it has parts of several downloads.
fn receive(url: &str, partial: &Path, limit: usize) -> anyhow::Result<bool> {
    match receive_once(url, partial, limit) {
        Err(error) if may_pass(&error) => {
            tell(format!("note: {url}: {error}; trying once more"));
            std::thread::sleep(RETRY_AFTER);
            Ok(receive_once(url, partial, limit)?)
        }
        received => Ok(received?),
    }
}

/// Whether the same request may succeed later.
fn may_pass(error: &ureq::Error) -> bool {
    match error {
        ureq::Error::StatusCode(code) => matches!(code, 408 | 429 | 500..),
        ureq::Error::BadUri(_) => false,
        _ => true,
    }
}

fn receive_once(url: &str, partial: &Path, limit: usize) -> Result<bool, ureq::Error> {
    let start = arrived(partial);
    let mut request = agent().get(url);
    if start > 0 {
        request = request.header(header::RANGE, format!("bytes={start}-"));
    }
    let response = request.call()?;
    let status = response.status();
    let resumes = start > 0 && status == StatusCode::PARTIAL_CONTENT && begins_at(response.headers(), start);
    if start > 0 && !status.is_success() && !may_pass(&ureq::Error::StatusCode(status.as_u16())) {
        // Nothing is left to send, or the server does not know the range: all of it, from the beginning.
        std::fs::remove_file(partial)?;
        return receive_once(url, partial, limit);
    }
    if !status.is_success() {
        return Err(ureq::Error::StatusCode(status.as_u16()));
    }
    if let Some(folder) = partial.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut file = OpenOptions::new().create(true).write(true).truncate(!resumes).append(resumes).open(partial)?;
    let left = (limit as u64 + 1).saturating_sub(if resumes { start } else { 0 });
    let expected = response.body().content_length();
    let copied = copy_while_it_flows(response.into_body().into_reader().take(left), &mut file)?;
    match expected {
        Some(expected) if copied < expected.min(left) => Err(io::Error::from(ErrorKind::UnexpectedEof).into()),
        _ => Ok(resumes),
    }
}

/// Copies all of a response, as [`io::copy`], but waits no longer than [`PATIENCE`] for the next bytes: the time limit for a whole response has
/// to be that of a slow connection.
fn copy_while_it_flows(mut response: impl Read + Send + 'static, file: &mut File) -> io::Result<u64> {
    let (sender, receiver) = mpsc::sync_channel(PIECES);
    // If it hangs, it is left behind; it ends at the time limit for a whole response, or with the program.
    #[expect(clippy::disallowed_methods, reason = "only the native command line has threads")]
    std::thread::spawn(move || {
        loop {
            let mut piece = vec![0; PIECE_BYTES];
            let read = response.read(&mut piece).map(|length| {
                piece.truncate(length);
                piece
            });
            let ends = read.as_ref().map_or(true, Vec::is_empty);
            if sender.send(read).is_err() || ends {
                break;
            }
        }
    });
    let mut copied = 0;
    loop {
        let piece = match receiver.recv_timeout(PATIENCE) {
            Ok(read) => read?,
            Err(RecvTimeoutError::Timeout) => {
                let reason = format!("nothing was received for {} seconds", PATIENCE.as_secs());
                return Err(io::Error::new(ErrorKind::TimedOut, reason));
            }
            Err(RecvTimeoutError::Disconnected) => return Err(ErrorKind::UnexpectedEof.into()),
        };
        if piece.is_empty() {
            return Ok(copied);
        }
        file.write_all(&piece)?;
        copied += piece.len() as u64;
    }
}

/// Whether a part of a file begins at this byte: `bytes 100-199/200`.
fn begins_at(headers: &header::HeaderMap, start: u64) -> bool {
    let range = headers.get(header::CONTENT_RANGE).and_then(|value| value.to_str().ok());
    let first = range.and_then(|range| range.strip_prefix("bytes ")?.split('-').next()?.trim().parse().ok());
    first == Some(start)
}

/// Number of bytes that have arrived.
fn arrived(partial: &Path) -> u64 {
    std::fs::metadata(partial).map_or(0, |metadata| metadata.len())
}

fn read(partial: &Path) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = File::open(partial).and_then(|mut file| file.read_to_end(&mut bytes));
    read.with_context(|| format!("{} cannot be read", partial.display()))?;
    Ok(bytes)
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .timeout_connect(Some(PATIENCE))
        .timeout_recv_response(Some(PATIENCE))
        .timeout_recv_body(Some(BODY_TIMEOUT))
        // A part has a status of its own.
        .http_status_as_error(false)
        .build()
        .into()
}
