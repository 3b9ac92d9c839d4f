//! Data sets in the browser: MNIST from our cache, else from the same origin, else from the public mirror; or `digits`.

use super::Loaded;
use super::scope::{Turn, now_secs, post, scope};
use crate::dataset::{Dataset, digits, mnist};
use crate::error::{Error, Result};
use crate::experiment::DatasetName;
use crate::protocol::Event;
use crate::web::error::describe;
use js_sys::{Function, Reflect, Uint8Array};
use std::rc::Rc;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, Cache, ReadableStreamDefaultReader, ReadableWritablePair, Response};

/// Name of the browser cache.
const CACHE: &str = "emergence-lab-data-1";

/// Examples drawn between two turns of the event loop.
const DIGITS_PER_TURN: usize = 2000;

/// Loads a data set, telling the page how far it has come; `Auto` becomes `digits` when MNIST cannot be had.
///
/// # Errors
/// What went wrong with the first file that could be had nowhere.
pub(super) async fn load(asked: DatasetName, turn: &Turn) -> Result<Loaded> {
    let (dataset, fallback) = match asked {
        DatasetName::Digits => (draw_digits(turn).await?, None),
        DatasetName::Mnist => (load_mnist().await?, None),
        DatasetName::Auto => match load_mnist().await {
            Ok(dataset) => (dataset, None),
            Err(error) => (draw_digits(turn).await?, Some(error.to_string())),
        },
    };
    Ok(Loaded { asked, dataset: Rc::new(dataset), fallback })
}

async fn draw_digits(turn: &Turn) -> Result<Dataset> {
    let mut generator = digits::generator(digits::SEED, digits::TRAIN_EXAMPLES, digits::TEST_EXAMPLES)?;
    while !generator.advance(DIGITS_PER_TURN) {
        progress("digits", generator.done() as u64, Some(generator.total() as u64));
        turn.pass().await;
    }
    Ok(generator.finish())
}

async fn load_mnist() -> Result<Dataset> {
    let mut files = Vec::with_capacity(mnist::FILES.len());
    for file in &mnist::FILES {
        files.push(load_file(file).await?);
    }
    mnist::assemble(&files[0], &files[1], &files[2], &files[3])
}

/// One unpacked and verified file: from the cache, from the page's own site, or from the public mirror.
///
/// # Errors
/// That of the own site if it has the file, though damaged; else that of the mirror.
async fn load_file(file: &mnist::File) -> Result<Vec<u8>> {
    let own = format!("data/{}/{}.gz", mnist::FOLDER, file.name);
    let cache = open_cache().await;
    if let Some(cache) = &cache
        && let Some(packed) = read_cache(cache, &own).await
        && let Ok(bytes) = verified(file, &packed).await
    {
        return Ok(bytes);
    }
    let (packed, bytes) = match fetch_verified(&own, file).await {
        Ok(found) => found,
        Err(damaged) if !matches!(damaged, Error::Download { .. }) => {
            fetch_verified(&file.url(mnist::MIRRORS[0]), file).await.map_err(|_| damaged)?
        }
        Err(_) => fetch_verified(&file.url(mnist::MIRRORS[0]), file).await?,
    };
    if let Some(cache) = cache {
        // For the next visit: this one need not wait for it.
        wasm_bindgen_futures::spawn_local(async move { write_cache(&cache, &own, &packed).await });
    }
    Ok(bytes)
}

/// A file as it was sent, and its verified contents.
async fn fetch_verified(url: &str, file: &mnist::File) -> Result<(Vec<u8>, Vec<u8>)> {
    let packed = fetch(url, file).await?;
    let bytes = verified(file, &packed).await?;
    Ok((packed, bytes))
}

/// What every gzip stream begins with.
const GZIP: [u8; 2] = [0x1f, 0x8b];
/// What every IDX file of bytes begins with.
const IDX: [u8; 3] = [0, 0, 8];

async fn verified(file: &mnist::File, packed: &[u8]) -> Result<Vec<u8>> {
    // A server may unpack on the way, when it sends the file with `Content-Encoding: gzip`.
    let bytes = if packed.starts_with(&GZIP) { gunzip(file, packed).await? } else { packed.to_vec() };
    file.verify(&bytes)?;
    Ok(bytes)
}

async fn fetch(url: &str, file: &mnist::File) -> Result<Vec<u8>> {
    let name = format!("{}.gz", file.name);
    let failed = |reason: String| Error::Download { file: name.clone(), reason };
    let response = JsFuture::from(scope().fetch_with_str(url)).await.map_err(|error| failed(describe(&error)))?;
    let response = response.unchecked_into::<Response>();
    if !response.ok() {
        return Err(failed(format!("the server answered {} {}", response.status(), response.status_text())));
    }
    let total = response.headers().get("content-length").ok().flatten().and_then(|length| length.parse().ok());
    let mut told = now_secs();
    let bytes = read_body(&response, file.bytes, |received, ended| {
        if ended || now_secs() - told > 0.1 {
            told = now_secs();
            progress(&name, received as u64, total);
        }
    });
    let bytes = bytes.await.map_err(|error| failed(describe(&error)))?;
    // A server's own "not found" page, sent with status 200, is no damaged file.
    if !bytes.starts_with(&GZIP) && !bytes.starts_with(&IDX) {
        return Err(failed("the server sent something else".to_owned()));
    }
    Ok(bytes)
}

/// Reads a response piece by piece, up to a little more than `limit` bytes, and tells `heard` how much has come and
/// whether that was all.
async fn read_body(
    response: &Response,
    limit: usize,
    mut heard: impl FnMut(usize, bool),
) -> std::result::Result<Vec<u8>, JsValue> {
    let mut bytes = Vec::with_capacity(limit);
    let Some(body) = response.body() else { return Ok(bytes) };
    let reader = ReadableStreamDefaultReader::new(&body)?;
    loop {
        let piece = JsFuture::from(reader.read()).await?;
        let ended = Reflect::get(&piece, &"done".into())?.is_truthy();
        if !ended {
            bytes.extend(Reflect::get(&piece, &"value".into())?.unchecked_into::<Uint8Array>().to_vec());
        }
        heard(bytes.len(), ended);
        if ended || bytes.len() > limit {
            // What was not asked for is not waited for; that it cannot be cancelled harms nobody.
            let _ = reader.cancel();
            return Ok(bytes);
        }
    }
}

async fn gunzip(file: &mnist::File, packed: &[u8]) -> Result<Vec<u8>> {
    let unpack = async {
        let parts = js_sys::Array::of1(&Uint8Array::from(packed));
        let blob = Blob::new_with_u8_array_sequence(&parts)?;
        let unpacked = blob.stream().pipe_through(&gzip_decompression()?);
        read_body(&Response::new_with_opt_readable_stream(Some(&unpacked))?, file.bytes, |_, _| ()).await
    };
    unpack.await.map_err(|error| Error::DataFileUnreadable {
        path: file.name.to_owned(),
        reason: format!("a damaged gzip file ({})", describe(&error)),
    })
}

/// `new DecompressionStream("gzip")`, which web-sys still counts among its unstable interfaces.
fn gzip_decompression() -> std::result::Result<ReadableWritablePair, JsValue> {
    let constructor = Reflect::get(&scope(), &"DecompressionStream".into())?.dyn_into::<Function>()?;
    Ok(Reflect::construct(&constructor, &js_sys::Array::of1(&"gzip".into()))?.unchecked_into())
}

/// The browser's cache, where there is one (it needs a secure origin).
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

/// Keeps a file for the next visit; a full or forbidden cache only costs another download.
async fn write_cache(cache: &Cache, url: &str, packed: &[u8]) {
    let parts = js_sys::Array::of1(&Uint8Array::from(packed));
    let response = Blob::new_with_u8_array_sequence(&parts).and_then(|blob| Response::new_with_opt_blob(Some(&blob)));
    if let Ok(response) = response {
        let _ = JsFuture::from(cache.put_with_str(url, &response)).await;
    }
}

fn progress(file: &str, received: u64, total: Option<u64>) {
    post(&Event::Data { file: file.to_owned(), received, total });
}
