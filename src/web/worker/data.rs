//! Data sets in the browser: MNIST from the same origin, then from our cache, then from the public mirror; or `digits`.

use super::scope::{Turn, now_secs, post, scope};
use crate::dataset::{Dataset, digits, mnist};
use crate::error::{Error, Result};
use crate::experiment::DatasetName;
use crate::protocol::Event;
use crate::web::error::describe;
use js_sys::{ArrayBuffer, Function, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, Cache, ReadableStreamDefaultReader, ReadableWritablePair, Response};

/// Name of the browser cache; a new name forgets what older versions kept.
const CACHE: &str = "emergence-lab-data-1";

/// Examples drawn between two turns of the event loop.
const DIGITS_PER_TURN: usize = 2000;

/// Loads a data set, telling the page how far it has come; `Auto` becomes `digits` when MNIST cannot be had.
///
/// # Errors
/// What went wrong with the first file that could be had nowhere.
pub(super) async fn load(name: DatasetName, turn: &Turn) -> Result<Dataset> {
    match name {
        DatasetName::Digits => draw_digits(turn).await,
        DatasetName::Mnist => load_mnist().await,
        DatasetName::Auto => match load_mnist().await {
            Ok(dataset) => Ok(dataset),
            Err(error) => {
                post(&Event::DataFallback { reason: error.to_string() });
                draw_digits(turn).await
            }
        },
    }
}

async fn draw_digits(turn: &Turn) -> Result<Dataset> {
    let mut generator = digits::Generator::new(digits::SEED, digits::TRAIN_EXAMPLES, digits::TEST_EXAMPLES)?;
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

/// One unpacked and verified file.
async fn load_file(file: &mnist::File) -> Result<Vec<u8>> {
    let name = format!("{}.gz", file.name);
    if let Some(packed) =
        fetch(&format!("data/{}/{name}", mnist::FOLDER), &name).await.ok().filter(|bytes| is_data(bytes))
    {
        return verified(file, packed).await;
    }
    let url = file.url(mnist::MIRRORS[0]);
    let cache = open_cache().await;
    if let Some(cache) = &cache
        && let Some(packed) = read_cache(cache, &url).await
        && let Ok(bytes) = verified(file, packed).await
    {
        return Ok(bytes);
    }
    let packed = fetch(&url, &name).await?;
    let bytes = verified(file, packed.clone()).await?;
    if let Some(cache) = &cache {
        write_cache(cache, &url, &packed).await;
    }
    Ok(bytes)
}

/// A gzip stream or a plain IDX file; a server's own "not found" page, sent with status 200, is neither.
fn is_data(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x1f, 0x8b]) || bytes.starts_with(&[0, 0, 8])
}

async fn verified(file: &mnist::File, packed: Vec<u8>) -> Result<Vec<u8>> {
    // A server may unpack on the way, when it sends the file with `Content-Encoding: gzip`.
    let bytes = if packed.starts_with(&[0x1f, 0x8b]) {
        gunzip(&packed).await.map_err(|reason| Error::DataFileUnreadable { path: file.name.to_owned(), reason })?
    } else {
        packed
    };
    file.verify(&bytes)?;
    Ok(bytes)
}

async fn fetch(url: &str, name: &str) -> Result<Vec<u8>> {
    let failed = |reason: String| Error::Download { file: name.to_owned(), reason };
    let response = JsFuture::from(scope().fetch_with_str(url)).await.map_err(|error| failed(describe(&error)))?;
    let response = response.unchecked_into::<Response>();
    if !response.ok() {
        return Err(failed(format!("the server answered {} {}", response.status(), response.status_text())));
    }
    read_body(&response, name).await.map_err(|error| failed(describe(&error)))
}

/// Reads a response piece by piece, so that the page can show how far it has come.
async fn read_body(response: &Response, name: &str) -> std::result::Result<Vec<u8>, JsValue> {
    let length = response.headers().get("content-length")?;
    let total = length.and_then(|length| length.parse().ok());
    let mut bytes = Vec::new();
    let Some(body) = response.body() else { return Ok(bytes) };
    let reader = ReadableStreamDefaultReader::new(&body)?;
    let mut told = now_secs();
    loop {
        let piece = JsFuture::from(reader.read()).await?;
        if Reflect::get(&piece, &"done".into())?.is_truthy() {
            progress(name, bytes.len() as u64, total);
            return Ok(bytes);
        }
        bytes.extend(Reflect::get(&piece, &"value".into())?.unchecked_into::<Uint8Array>().to_vec());
        if now_secs() - told > 0.1 {
            told = now_secs();
            progress(name, bytes.len() as u64, total);
        }
    }
}

async fn gunzip(packed: &[u8]) -> std::result::Result<Vec<u8>, String> {
    let unpack = async {
        let parts = js_sys::Array::of1(&Uint8Array::from(packed));
        let blob = Blob::new_with_u8_array_sequence(&parts)?;
        let unpacked = blob.stream().pipe_through(&gzip_decompression()?);
        let buffer = Response::new_with_opt_readable_stream(Some(&unpacked))?.array_buffer()?;
        let buffer = JsFuture::from(buffer).await?.unchecked_into::<ArrayBuffer>();
        Ok::<_, JsValue>(Uint8Array::new(&buffer).to_vec())
    };
    unpack.await.map_err(|error| format!("a damaged gzip file ({})", describe(&error)))
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
