//! Pictures in the formats PNG and JPEG, decoded and resized by integer arithmetic alone, so that they have the same pixels everywhere.
//!
//! Colors are taken as they are stored: no color profile, no gamma, no rotation by EXIF. Transparency is ignored, as by Pillow's
//! `convert("RGB")`.

use crate::error::{DataFileError, Result};
use std::io::Cursor;
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

/// First bytes of a PNG file.
pub const PNG: [u8; 8] = *b"\x89PNG\r\n\x1a\n";
/// First bytes of a JPEG file.
pub const JPEG: [u8; 3] = [0xff, 0xd8, 0xff];

/// Largest height and width of a picture, in pixels.
pub const SIDE: usize = 4096;

/// Most bytes to which a byte of a file may unpack: neither deflate nor the codes of JPEG compress better.
pub const EXPANSION: usize = 1100;

/// What the header of a picture says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PictureFacts {
    /// Rows.
    pub height: usize,
    /// Columns.
    pub width: usize,
    /// Whether it has colors.
    pub is_color: bool,
    /// Bytes of its pixels as they are stored before compression.
    pub raw: usize,
}

/// A decoded picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecodedPicture {
    /// Rows.
    pub height: usize,
    /// Columns.
    pub width: usize,
    /// 1 for gray, 3 for red, green and blue; further ones are ignored.
    channels: usize,
    /// Which of the channels have colors: 1 or 3.
    colors: usize,
    /// `[height, width, channels]`.
    samples: Vec<u8>,
}

/// Reads the header of a picture. `file` is its name, for errors.
///
/// # Errors
/// [`DataFileError::Picture`] and [`DataFileError::PictureSize`].
pub fn measure(file: &str, bytes: &[u8]) -> Result<PictureFacts> {
    let facts = if bytes.starts_with(&PNG) {
        let mut decoder = png::Decoder::new(Cursor::new(bytes));
        let info = decoder.read_header_info().map_err(|error| damaged(file, &error))?;
        let is_color = !matches!(info.color_type, png::ColorType::Grayscale | png::ColorType::GrayscaleAlpha);
        let (height, width) = (info.height as usize, info.width as usize);
        // Not yet limited, so it could overflow.
        let raw = width.saturating_mul(info.bits_per_pixel()).div_ceil(8).saturating_mul(height);
        PictureFacts { height, width, is_color, raw }
    } else {
        let mut decoder = JpegDecoder::new_with_options(jpeg_bytes(bytes), jpeg_options());
        decoder.decode_headers().map_err(|error| damaged(file, &error))?;
        let info = decoder.info().ok_or_else(|| damaged(file, &""))?;
        let (height, width) = (usize::from(info.height), usize::from(info.width));
        let raw = height.saturating_mul(width).saturating_mul(if info.components > 1 { 3 } else { 1 });
        PictureFacts { height, width, is_color: info.components > 1, raw }
    };
    let got = (facts.height, facts.width);
    if [facts.height, facts.width].iter().all(|length| (1..=SIDE).contains(length)) {
        return Ok(facts);
    }
    Err(DataFileError::PictureSize { file: file.to_owned(), limit: SIDE, got }.into())
}

/// Decodes a picture. `file` is its name, for errors.
///
/// # Errors
/// [`DataFileError::Picture`] and [`DataFileError::PictureSize`].
pub fn decode(file: &str, bytes: &[u8]) -> Result<DecodedPicture> {
    let facts = measure(file, bytes)?;
    // So that nothing is allocated for a size that the file cannot have.
    if facts.raw > EXPANSION.saturating_mul(bytes.len()) {
        return Err(damaged(file, &format!("{} bytes", bytes.len())));
    }
    if bytes.starts_with(&PNG) { decode_png(file, bytes) } else { decode_jpeg(file, bytes, facts) }
}

fn decode_png(file: &str, bytes: &[u8]) -> Result<DecodedPicture> {
    let mut decoder = png::Decoder::new(Cursor::new(bytes));
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().map_err(|error| damaged(file, &error))?;
    let size = reader.output_buffer_size().ok_or_else(|| damaged(file, &""))?;
    let mut samples = vec![0; size];
    let info = reader.next_frame(&mut samples).map_err(|error| damaged(file, &error))?;
    samples.truncate(info.buffer_size());
    let (channels, colors) = match info.color_type {
        png::ColorType::Grayscale => (1, 1),
        png::ColorType::GrayscaleAlpha => (2, 1),
        png::ColorType::Rgb | png::ColorType::Indexed => (3, 3),
        png::ColorType::Rgba => (4, 3),
    };
    checked(
        file,
        DecodedPicture { height: info.height as usize, width: info.width as usize, channels, colors, samples },
    )
}

fn jpeg_bytes(bytes: &[u8]) -> zune_jpeg::zune_core::bytestream::ZCursor<&[u8]> {
    zune_jpeg::zune_core::bytestream::ZCursor::new(bytes)
}

/// Damaged pictures are refused instead of being completed with gray.
fn jpeg_options() -> DecoderOptions {
    DecoderOptions::new_safe().set_strict_mode(true).set_max_width(SIDE).set_max_height(SIDE)
}

fn decode_jpeg(file: &str, bytes: &[u8], facts: PictureFacts) -> Result<DecodedPicture> {
    let (channels, space) = if facts.is_color { (3, ColorSpace::RGB) } else { (1, ColorSpace::Luma) };
    let options = jpeg_options().jpeg_set_out_colorspace(space);
    let samples = JpegDecoder::new_with_options(jpeg_bytes(bytes), options).decode();
    let samples = samples.map_err(|error| damaged(file, &error))?;
    checked(file, DecodedPicture { height: facts.height, width: facts.width, channels, colors: channels, samples })
}

/// A picture that has as many samples as its size says.
fn checked(file: &str, picture: DecodedPicture) -> Result<DecodedPicture> {
    if picture.samples.len() == picture.height * picture.width * picture.channels {
        return Ok(picture);
    }
    Err(damaged(file, &picture.samples.len()))
}

fn damaged(file: &str, reason: &impl ToString) -> crate::error::Error {
    DataFileError::Picture { file: file.to_owned(), reason: reason.to_string() }.into()
}

impl DecodedPicture {
    /// Appends the planes of `channels` colors (1 or 3) in the given size to `out`, `[channels, height, width]`: of a picture of another size
    /// the largest central part with the same proportions, every pixel the mean over its area, rounded to the nearest.
    pub fn write_planes(&self, channels: usize, (height, width): (usize, usize), out: &mut Vec<u8>) {
        let [rows, columns] = self.central_part(height, width);
        for channel in 0..channels {
            for row in 0..height {
                for column in 0..width {
                    out.push(self.mean(channel, (row, height, rows), (column, width, columns)));
                }
            }
        }
    }

    /// Where the central part with the proportions of `height` and `width` begins and how long it is: rows, then columns.
    fn central_part(&self, height: usize, width: usize) -> [(usize, usize); 2] {
        let used_height = (self.width * height / width).clamp(1, self.height);
        let used_width = (self.height * width / height).clamp(1, self.width);
        [((self.height - used_height) / 2, used_height), ((self.width - used_width) / 2, used_width)]
    }

    /// The mean over the area of an output pixel, in exact integer arithmetic: lengths are counted in parts of an input pixel.
    fn mean(
        &self,
        channel: usize,
        (row, height, (top, rows)): (usize, usize, (usize, usize)),
        (column, width, (left, columns)): (usize, usize, (usize, usize)),
    ) -> u8 {
        let mut sum = 0_u64;
        for (y, tall) in covered(row, height, rows) {
            let start = ((top + y) * self.width + left) * self.channels;
            for (x, wide) in covered(column, width, columns) {
                let pixel = self.samples.get(start + x * self.channels..).unwrap_or_default();
                sum += (tall * wide) as u64 * u64::from(self.sample(pixel, channel));
            }
        }
        // Every output pixel covers this area.
        let area = (rows * columns) as u64;
        u8::try_from((sum + area / 2) / area).unwrap_or(u8::MAX)
    }

    /// A channel of a pixel; gray stands for all colors.
    fn sample(&self, pixel: &[u8], channel: usize) -> u8 {
        pixel.get(channel.min(self.colors - 1)).copied().unwrap_or_default()
    }
}

/// The input pixels that output pixel `index` of `count` covers, of `length` in all, each with the covered part in units of `1 / count`.
fn covered(index: usize, count: usize, length: usize) -> impl Iterator<Item = (usize, usize)> + Clone {
    let (start, end) = (index * length, (index + 1) * length);
    (start / count..end.div_ceil(count)).map(move |pixel| {
        let (from, to) = ((pixel * count).max(start), ((pixel + 1) * count).min(end));
        (pixel, to - from)
    })
}
