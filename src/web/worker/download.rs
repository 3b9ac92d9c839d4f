//! Files from the browser's cache, the page's own site or a public mirror, unpacked and verified.

use super::scope::{now_secs, post, scope};
use super::stall::{STALL_SECS, StallGuard};
use crate::catalog::DataFile;
use crate::dataset::readers::checksum::verify;
use crate::error::{DatasetError, DownloadFailure, Error, Result};
use crate::protocol::Event;
use crate::web::error::describe;
use js_sys::{Function, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, Cache, ReadableStreamDefaultReader, ReadableWritablePair, Response};

/// Name of the browser cache.
const CACHE: &str = "emergence-lab-data-1";

/// One unpacked and verified file: from the cache, from the page's own site, or from its address at a public mirror, if it may be fetched from
/// there.
///
/// # Errors
/// The error of the page's own site if its file is damaged; otherwise that of the mirror.
pub(super) async fn published(folder: &str, file: &DataFile, address: Option<&str>) -> Result<Vec<u8>> {
    let own = own_url(folder, file);
    let cache = open_cache().await;
    if let Some(cache) = &cache
        && let Some(packed) = read_cache(cache, &own).await
        && let Ok(bytes) = verified(file, packed).await
    {
        return Ok(bytes);
    }
    let fetched = async |url: &str| retried(async || fetch_verified(url, file).await).await;
    let (packed, bytes) = match (fetched(&own).await, address) {
        (Ok(found), _) => found,
        (Err(error), None) => return Err(error),
        (Err(damaged), Some(address)) if !matches!(damaged, Error::Dataset(DatasetError::Download { .. })) => {
            fetched(address).await.map_err(|_| damaged)?
        }
        (Err(_), Some(address)) => fetched(address).await?,
    };
    if let Some(cache) = cache {
        // For the next visit; this one does not wait for it.
        wasm_bindgen_futures::spawn_local(async move { write_cache(&cache, &own, &packed).await });
    }
    Ok(bytes)
}

/// A download, once more if it did not arrive whole.
async fn retried<T>(download: impl AsyncFn() -> Result<T>) -> Result<T> {
    match download().await {
        Err(error) if is_broken(&error) => download().await,
        ended => ended,
    }
}

/// Whether a download did not arrive whole: it broke off, hung, or was damaged. What does not exist is not asked for twice.
fn is_broken(error: &Error) -> bool {
    let Error::Dataset(error) = error else { return false };
    match error {
        DatasetError::Download { reason, .. } => {
            matches!(reason, DownloadFailure::Network { .. } | DownloadFailure::TimedOut { .. })
        }
        DatasetError::GzipDamaged { .. } | DatasetError::Checksum { .. } => true,
        _ => false,
    }
}

/// A file of the page's own site, unpacked if gzipped; its checksum is not verified. `None` if the site does not have it.
///
/// # Errors
/// [`DatasetError::Download`] if the request fails, and [`DatasetError::GzipDamaged`].
pub(super) async fn own(folder: &str, file: &DataFile) -> Result<Option<Vec<u8>>> {
    let packed = own_url(folder, file);
    let sent = async |url: &str| match try_fetch(url, file).await? {
        Some(bytes) => unpacked(file.name, bytes, file.bytes).await.map(Some),
        None => Ok(None),
    };
    match retried(async || sent(&packed).await).await? {
        Some(bytes) => Ok(Some(bytes)),
        None => retried(async || sent(packed.trim_end_matches(".gz")).await).await,
    }
}

fn own_url(folder: &str, file: &DataFile) -> String {
    format!("data/{folder}/{}.gz", file.name)
}

/// A file as it was sent, and its verified contents.
async fn fetch_verified(url: &str, file: &DataFile) -> Result<(Vec<u8>, Vec<u8>)> {
    let packed = fetch(url, file).await?;
    let bytes = verified(file, packed.clone()).await?;
    Ok((packed, bytes))
}

/// First bytes of every gzip stream.
const GZIP: [u8; 2] = [0x1f, 0x8b];
/// First byte of a server's own page.
const MARKUP: u8 = b'<';

async fn verified(file: &DataFile, packed: Vec<u8>) -> Result<Vec<u8>> {
    let bytes = unpacked(file.name, packed, file.bytes).await?;
    verify(file.name, file.sha256, &bytes)?;
    Ok(bytes)
}

/// The unpacked bytes, at most slightly more than `limit`, if they are gzipped; otherwise the bytes themselves. A file that a
/// server sends with `Content-Encoding: gzip` has already been unpacked by the browser.
///
/// # Errors
/// [`DatasetError::GzipDamaged`].
async fn unpacked(name: &str, bytes: Vec<u8>, limit: usize) -> Result<Vec<u8>> {
    if bytes.starts_with(&GZIP) { gunzip(name, bytes, limit).await } else { Ok(bytes) }
}

async fn fetch(url: &str, file: &DataFile) -> Result<Vec<u8>> {
    let missing = || DatasetError::Download { file: packed_name(file), reason: DownloadFailure::NotFound }.into();
    try_fetch(url, file).await?.ok_or_else(missing)
}

fn packed_name(file: &DataFile) -> String {
    format!("{}.gz", file.name)
}

/// The response of `url`; `None` if there is no such file.
async fn try_fetch(url: &str, file: &DataFile) -> Result<Option<Vec<u8>>> {
    let name = packed_name(file);
    let failed = |reason| Error::from(DatasetError::Download { file: name.clone(), reason });
    let network = |error: &JsValue| DownloadFailure::Network { message: describe(error) };
    let guard = StallGuard::start().map_err(|error| failed(network(&error)))?;
    let broken = |error: JsValue| {
        failed(if guard.has_rung() { DownloadFailure::TimedOut { seconds: STALL_SECS } } else { network(&error) })
    };
    let response = JsFuture::from(scope().fetch_with_str_and_init(url, &guard.request())).await.map_err(broken)?;
    let response = response.unchecked_into::<Response>();
    if response.status() == 404 {
        return Ok(None);
    }
    if !response.ok() {
        return Err(failed(DownloadFailure::Status { code: response.status(), text: response.status_text() }));
    }
    let total = response.headers().get("content-length").ok().flatten().and_then(|length| length.parse().ok());
    let mut told = now_secs();
    let bytes = read_body(&response, file.bytes, |received, ended| {
        guard.heard();
        if ended || now_secs() - told > 0.1 {
            told = now_secs();
            progress(&name, received as u64, total);
        }
    });
    let bytes = bytes.await.map_err(broken)?;
    // A server's own "not found" page, sent with status 200, is not a damaged file.
    Ok(Some(bytes).filter(|bytes| bytes.first().is_some_and(|first| *first != MARKUP)))
}

/// Reads a response piece by piece, up to slightly more than `limit` bytes, and calls `heard` with the number of bytes so far
/// and whether that was all. The pieces stay outside of this program's memory, which never shrinks, until it is known how long they are.
async fn read_body(
    response: &Response,
    limit: usize,
    mut heard: impl FnMut(usize, bool),
) -> std::result::Result<Vec<u8>, JsValue> {
    let mut pieces = Vec::new();
    let mut length = 0;
    let Some(body) = response.body() else { return Ok(Vec::new()) };
    let reader = ReadableStreamDefaultReader::new(&body)?;
    loop {
        let piece = JsFuture::from(reader.read()).await?;
        let ended = Reflect::get(&piece, &"done".into())?.is_truthy();
        if !ended {
            let piece = Reflect::get(&piece, &"value".into())?.unchecked_into::<Uint8Array>();
            length += piece.length() as usize;
            pieces.push(piece);
        }
        heard(length, ended);
        if ended || length > limit {
            // The rest is not needed, and a failure to cancel it does no harm.
            let _ = reader.cancel();
            return Ok(joined(&pieces, length));
        }
    }
}

/// The bytes of all pieces, which together have this length.
fn joined(pieces: &[Uint8Array], length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    let mut rest = bytes.as_mut_slice();
    for piece in pieces {
        let (place, after) = rest.split_at_mut(piece.length() as usize);
        piece.copy_to(place);
        rest = after;
    }
    bytes
}

async fn gunzip(name: &str, packed: Vec<u8>, limit: usize) -> Result<Vec<u8>> {
    let unpack = async {
        let blob = Blob::new_with_u8_array_sequence(&js_sys::Array::of1(&Uint8Array::from(packed.as_slice())))?;
        drop(packed);
        let unpacked = blob.stream().pipe_through(&gzip_decompression()?);
        read_body(&Response::new_with_opt_readable_stream(Some(&unpacked))?, limit, |_, _| ()).await
    };
    unpack.await.map_err(|error| DatasetError::GzipDamaged { path: name.to_owned(), reason: describe(&error) }.into())
}

/// `new DecompressionStream("gzip")`, which web-sys still marks as unstable.
fn gzip_decompression() -> std::result::Result<ReadableWritablePair, JsValue> {
    let constructor = Reflect::get(&scope(), &"DecompressionStream".into())?.dyn_into::<Function>()?;
    Ok(Reflect::construct(&constructor, &js_sys::Array::of1(&"gzip".into()))?.unchecked_into())
}

/// The browser's cache, if there is one (it needs a secure origin).
async fn open_cache() -> Option<Cache> {
    let storage = scope().caches().ok()?;
    if storage.is_undefined() {
        return None;
    }
    Some(JsFuture::from(storage.open(CACHE)).await.ok()?.unchecked_into())
}

async fn read_cache(cache: &Cache, url: &str) -> Option<Vec<u8>> {
    let response = JsFuture::from(cache.match_with_str(url)).await.ok()?.dyn_into::<Response>().ok()?;
    let buffer = JsFuture::from(response.array_buffer().ok()?).await.ok()?;
    Some(Uint8Array::new(&buffer).to_vec())
}

/// Stores a file for the next visit; a full or forbidden cache only costs another download.
async fn write_cache(cache: &Cache, url: &str, packed: &[u8]) {
    let parts = js_sys::Array::of1(&Uint8Array::from(packed));
    let response = Blob::new_with_u8_array_sequence(&parts).and_then(|blob| Response::new_with_opt_blob(Some(&blob)));
    if let Ok(response) = response {
        let _ = JsFuture::from(cache.put_with_str(url, &response)).await;
    }
}

/// Reports to the page how much of a file, or of a generated data set, is ready.
pub(super) fn progress(file: &str, received: u64, total: Option<u64>) {
    post(&Event::Data { file: file.to_owned(), received, total });
}
