//! Stacked convolution on the CPU: direct, in registers, without unfolding the images.
//!
//! Burn's own convolution unfolds every image into a matrix nine times its size and multiplies that; with the few feature
//! maps of small networks the unfolding and the packing of small matrices take longer than the arithmetic. Here a tile of
//! [`MAPS`] feature maps times [`LANES`] neighbouring places stays in registers while it runs through the window and the
//! maps of the input. Rows are padded with zeros first, so that the inner loop has no borders. All loops are over arrays of
//! fixed length, which the compiler turns into SIMD.
//!
//! Images are `[channels, height, width]` and lie one after the other: for every example those of all runs, or one that all
//! runs share. Every run of every example is computed by itself and in the same order of operations wherever it stands.

use super::parallel::by_blocks;
use crate::experiment::architecture::Window;
use std::ops::{AddAssign, Mul};

/// Feature maps of a tile.
const MAPS: usize = 4;
/// Neighbouring places of a tile.
const LANES: usize = 8;
/// Neighbouring places that the gradient of the weights takes at once.
const QUAD: usize = 4;
/// Examples whose share of a gradient is summed up by one thread. Fixed, so that sums do not depend on how many there are.
const BLOCK: usize = 16;

/// What the loops compute with: f32, and f64 for tests against finite differences.
pub trait Number: Copy + Default + Send + Sync + Mul<Output = Self> + AddAssign + 'static {}

impl Number for f32 {}
impl Number for f64 {}

/// Sizes of a stacked convolution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Geometry {
    /// Examples.
    pub batch: usize,
    /// Runs.
    pub runs: usize,
    /// Whether all runs see the same images.
    pub shared: bool,
    /// Feature maps of an image.
    pub channels_in: usize,
    /// Feature maps that a run computes.
    pub channels_out: usize,
    /// Height and width of the images.
    pub input: [usize; 2],
    /// Height and width of what is computed.
    pub output: [usize; 2],
    /// The window.
    pub window: Window,
}

impl Geometry {
    fn image(&self) -> usize {
        self.channels_in * self.input[0] * self.input[1]
    }

    fn maps(&self) -> usize {
        self.channels_out * self.output[0] * self.output[1]
    }

    fn weights(&self) -> usize {
        self.channels_out * self.channels_in * self.window.kernel * self.window.kernel
    }

    /// Images per example.
    fn images(&self) -> usize {
        if self.shared { 1 } else { self.runs }
    }

    /// The layout of a padded image.
    fn frame(&self) -> Frame {
        let [height, width] = self.input;
        let Window { kernel, stride, padding } = self.window;
        let rows = (height + 2 * padding).max((self.output[0] - 1) * stride + kernel);
        // A tile may read up to `LANES` places beyond the last one that counts.
        let columns = (width + 2 * padding).div_ceil(stride).max(self.output[1].next_multiple_of(LANES) + kernel);
        Frame { rows, columns, stride, padding: [padding; 2] }
    }

    /// The convolution of gradients with turned weights that gives the gradient of the images.
    fn transposed(&self) -> Self {
        let kernel = self.window.kernel;
        Self {
            shared: false,
            channels_in: self.channels_out,
            channels_out: self.channels_in,
            input: [self.input[0] + kernel - 1, self.input[1] + kernel - 1],
            output: self.input,
            window: Window { kernel, stride: 1, padding: 0 },
            ..*self
        }
    }
}

/// Zero-padded images: `[channels, rows, stride, columns]`, where the columns of an image are dealt out to `stride` rows in
/// turn, so that the places which a window meets on its way lie side by side.
#[derive(Debug, Clone, Copy)]
struct Frame {
    rows: usize,
    columns: usize,
    stride: usize,
    padding: [usize; 2],
}

impl Frame {
    fn row(&self) -> usize {
        self.stride * self.columns
    }

    fn channel(&self) -> usize {
        self.rows * self.row()
    }

    /// Puts an image into its frame; the rest of the frame stays zero from image to image.
    fn fill<T: Number>(&self, frame: &mut [T], image: &[T], [height, width]: [usize; 2]) {
        for (channel, map) in frame.chunks_exact_mut(self.channel()).zip(image.chunks_exact(height * width)) {
            let rows = channel.chunks_exact_mut(self.row()).skip(self.padding[0]);
            for (row, values) in rows.zip(map.chunks_exact(width)) {
                if self.stride == 1 {
                    row[self.padding[1]..self.padding[1] + width].copy_from_slice(values);
                } else {
                    for (column, value) in (self.padding[1]..).zip(values) {
                        row[column % self.stride * self.columns + column / self.stride] = *value;
                    }
                }
            }
        }
    }

    /// Where in a row the place `offset` of the window lies for the first position.
    fn offset(&self, offset: usize) -> usize {
        offset % self.stride * self.columns + offset / self.stride
    }
}

/// `y = x * W`: `[batch, runs · channels_out, height, width]`.
#[must_use]
pub fn forward<T: Number>(images: &[T], weights: &[T], geometry: &Geometry) -> Vec<T> {
    let packed = weights.chunks_exact(geometry.weights()).flat_map(|run| packed(run, geometry)).collect::<Vec<_>>();
    let per_example = geometry.images() * geometry.image();
    let frame = geometry.frame();
    let mut output = vec![T::default(); geometry.batch * geometry.runs * geometry.maps()];
    by_blocks(&mut output, BLOCK * geometry.runs * geometry.maps(), |block, output| {
        let images = &images[block * BLOCK * per_example..];
        let examples = output.chunks_exact_mut(geometry.runs * geometry.maps());
        let mut padded = vec![T::default(); geometry.channels_in * frame.channel()];
        for (output, images) in examples.zip(images.chunks_exact(per_example)) {
            let runs = output.chunks_exact_mut(geometry.maps()).zip(packed.chunks_exact(packed.len() / geometry.runs));
            for (run, (maps, packed)) in runs.enumerate() {
                if run == 0 || !geometry.shared {
                    let image = &images[run * geometry.image()..][..geometry.image()];
                    frame.fill(&mut padded, image, geometry.input);
                }
                convolve(&padded, packed, maps, geometry, &frame);
            }
        }
    });
    output
}

/// The gradient with respect to the images, `[batch, runs · channels_in, height, width]`, of images that are not shared.
#[must_use]
pub fn input_gradient<T: Number>(gradient: &[T], weights: &[T], geometry: &Geometry) -> Vec<T> {
    let transposed = geometry.transposed();
    let turned = weights.chunks_exact(geometry.weights()).flat_map(|run| turned(run, geometry)).collect::<Vec<_>>();
    let spread = spread(gradient, geometry, transposed.input);
    forward(&spread, &turned, &transposed)
}

/// The gradient with respect to the weights, `[runs · channels_out, channels_in, kernel, kernel]`.
#[must_use]
pub fn weight_gradient<T: Number>(images: &[T], gradient: &[T], geometry: &Geometry) -> Vec<T> {
    let per_example = geometry.images() * geometry.image();
    let maps = geometry.runs * geometry.maps();
    let frame = geometry.frame();
    let size = geometry.runs * geometry.weights();
    let mut shares = vec![T::default(); geometry.batch.div_ceil(BLOCK) * size];
    by_blocks(&mut shares, size, |block, share| {
        let mut padded = vec![T::default(); geometry.channels_in * frame.channel()];
        let width = geometry.output[1].next_multiple_of(QUAD);
        let mut rows = vec![T::default(); geometry.channels_out * geometry.output[0] * width];
        let first = block * BLOCK;
        let images = images[first * per_example..].chunks_exact(per_example).take(BLOCK);
        for (images, gradient) in images.zip(gradient[first * maps..].chunks_exact(maps)) {
            let runs = share.chunks_exact_mut(geometry.weights()).zip(gradient.chunks_exact(geometry.maps()));
            for (run, (share, gradient)) in runs.enumerate() {
                if run == 0 || !geometry.shared {
                    let image = &images[run * geometry.image()..][..geometry.image()];
                    frame.fill(&mut padded, image, geometry.input);
                }
                for (row, values) in rows.chunks_exact_mut(width).zip(gradient.chunks_exact(geometry.output[1])) {
                    row[..values.len()].copy_from_slice(values);
                }
                correlate(&padded, &rows, share, geometry, &frame);
            }
        }
    });
    let mut total = vec![T::default(); size];
    for share in shares.chunks_exact(size) {
        total.iter_mut().zip(share).for_each(|(total, share)| *total += *share);
    }
    total
}

/// Weights of one run as `[channels_out / MAPS, channels_in, kernel, kernel, MAPS]`, with zeros for maps beyond the last.
fn packed<T: Number>(weights: &[T], geometry: &Geometry) -> Vec<T> {
    let taps = geometry.channels_in * geometry.window.kernel * geometry.window.kernel;
    let mut packed = vec![T::default(); geometry.channels_out.next_multiple_of(MAPS) * taps];
    for (map, weights) in weights.chunks_exact(taps).enumerate() {
        let tile = &mut packed[map / MAPS * MAPS * taps..];
        for (tap, weight) in weights.iter().enumerate() {
            tile[tap * MAPS + map % MAPS] = *weight;
        }
    }
    packed
}

/// Weights of one run with the two axes of channels exchanged and the windows turned by half a turn.
fn turned<T: Number>(weights: &[T], geometry: &Geometry) -> Vec<T> {
    let area = geometry.window.kernel * geometry.window.kernel;
    let mut turned = Vec::with_capacity(weights.len());
    for channel_in in 0..geometry.channels_in {
        for channel_out in 0..geometry.channels_out {
            let window = &weights[(channel_out * geometry.channels_in + channel_in) * area..][..area];
            turned.extend(window.iter().rev().copied());
        }
    }
    turned
}

/// Gradients with the zeros between and around them that make their convolution with turned weights the gradient of images.
fn spread<T: Number>(gradient: &[T], geometry: &Geometry, [height, width]: [usize; 2]) -> Vec<T> {
    let Window { kernel, stride, padding } = geometry.window;
    let border = kernel - 1 - padding;
    let [rows, columns] = geometry.output;
    let mut spread = vec![T::default(); gradient.len() / (rows * columns) * height * width];
    for (map, gradient) in spread.chunks_exact_mut(height * width).zip(gradient.chunks_exact(rows * columns)) {
        let lines = map.chunks_exact_mut(width).skip(border).step_by(stride);
        for (line, gradient) in lines.zip(gradient.chunks_exact(columns)) {
            let places = line.iter_mut().skip(border).step_by(stride);
            places.zip(gradient).for_each(|(place, gradient)| *place = *gradient);
        }
    }
    spread
}

/// All maps of one run from one padded image.
fn convolve<T: Number>(padded: &[T], packed: &[T], maps: &mut [T], geometry: &Geometry, frame: &Frame) {
    let Window { kernel, stride, .. } = geometry.window;
    let taps = geometry.channels_in * kernel * kernel;
    let [height, width] = geometry.output;
    let offsets = (0..kernel).map(|offset| frame.offset(offset)).collect::<Vec<_>>();
    for (maps, weights) in maps.chunks_mut(MAPS * height * width).zip(packed.chunks_exact(MAPS * taps)) {
        for row in 0..height {
            for column in (0..width).step_by(LANES) {
                let sums = tile(padded, weights, row * stride * frame.row() + column, frame, &offsets);
                let count = LANES.min(width - column);
                for (map, sums) in maps.chunks_exact_mut(height * width).zip(&sums) {
                    map[row * width + column..][..count].copy_from_slice(&sums[..count]);
                }
            }
        }
    }
}

/// [`LANES`] neighbouring places of [`MAPS`] maps; the window begins at `origin` of the frame for the first of them.
fn tile<T: Number>(padded: &[T], weights: &[T], origin: usize, frame: &Frame, offsets: &[usize]) -> [[T; LANES]; MAPS] {
    let mut sums = [[T::default(); LANES]; MAPS];
    let mut taps = weights.as_chunks::<MAPS>().0.iter();
    for channel in padded.chunks_exact(frame.channel()) {
        for row in channel[origin..].chunks(frame.row()).take(offsets.len()) {
            for offset in offsets {
                let values = row.get(*offset..).and_then(|row| row.first_chunk::<LANES>());
                let (Some(values), Some(weights)) = (values, taps.next()) else { return sums };
                for (sums, weight) in sums.iter_mut().zip(weights) {
                    for (sum, value) in sums.iter_mut().zip(values) {
                        *sum += *weight * *value;
                    }
                }
            }
        }
    }
    sums
}

/// Adds the gradient of one run's weights from one padded image and `rows`, the gradients of its maps with every row
/// filled up with zeros to a multiple of [`QUAD`].
fn correlate<T: Number>(padded: &[T], rows: &[T], share: &mut [T], geometry: &Geometry, frame: &Frame) {
    let kernel = geometry.window.kernel;
    let mut column = 0;
    while column < kernel {
        let columns = if kernel - column >= 3 { 3 } else { 1 };
        let mut map = 0;
        while map < geometry.channels_out {
            let maps = if geometry.channels_out - map >= MAPS { MAPS } else { 1 };
            let correlate = match (maps, columns) {
                (MAPS, 3) => correlate_tile::<T, MAPS, 3>,
                (MAPS, _) => correlate_tile::<T, MAPS, 1>,
                (_, 3) => correlate_tile::<T, 1, 3>,
                _ => correlate_tile::<T, 1, 1>,
            };
            correlate(padded, rows, share, geometry, frame, (map, column));
            map += maps;
        }
        column += columns;
    }
}

/// The part of [`correlate`] for `M` maps and `K` columns of the window from `corner` on.
fn correlate_tile<T: Number, const M: usize, const K: usize>(
    padded: &[T],
    rows: &[T],
    share: &mut [T],
    geometry: &Geometry,
    frame: &Frame,
    corner: (usize, usize),
) {
    let kernel = geometry.window.kernel;
    let offsets: [usize; K] = std::array::from_fn(|column| frame.offset(corner.1 + column));
    let plane = rows.len() / geometry.channels_out;
    let maps: [&[T]; M] = std::array::from_fn(|map| &rows[(corner.0 + map) * plane..][..plane]);
    for (channel, values) in padded.chunks_exact(frame.channel()).enumerate() {
        for line in 0..kernel {
            let values = values.chunks(frame.row()).skip(line).step_by(frame.stride);
            let sums = products(values, maps, offsets, plane / geometry.output[0]);
            for (map, sums) in sums.iter().enumerate() {
                let window = ((corner.0 + map) * geometry.channels_in + channel) * kernel * kernel;
                for (column, lanes) in sums.iter().enumerate() {
                    lanes.iter().for_each(|lane| share[window + line * kernel + corner.1 + column] += *lane);
                }
            }
        }
    }
}

/// Sums of products of each of `M` maps with the rows of an image, shifted by each of `K` offsets; in four parts. All values
/// are there, since frames and rows are made long enough: the early returns only spare the compiler doubts about it.
#[expect(clippy::needless_range_loop, reason = "loops over constants are unrolled, and sums stay in registers")]
fn products<'rows, T: Number, const M: usize, const K: usize>(
    lines: impl Iterator<Item = &'rows [T]>,
    maps: [&[T]; M],
    offsets: [usize; K],
    width: usize,
) -> [[[T; QUAD]; K]; M] {
    let mut sums = [[[T::default(); QUAD]; K]; M];
    let height = maps[0].len() / width;
    for (row, line) in lines.take(height).enumerate() {
        for place in (0..width).step_by(QUAD) {
            let mut values = [[T::default(); QUAD]; K];
            for column in 0..K {
                let Some(quad) = quad(line, offsets[column] + place) else { return sums };
                values[column] = *quad;
            }
            for map in 0..M {
                let Some(gradient) = quad(maps[map], row * width + place) else { return sums };
                for column in 0..K {
                    for lane in 0..QUAD {
                        sums[map][column][lane] += values[column][lane] * gradient[lane];
                    }
                }
            }
        }
    }
    sums
}

/// Neighbouring values.
fn quad<T: Number>(values: &[T], from: usize) -> Option<&[T; QUAD]> {
    values.get(from..)?.first_chunk()
}
