//! Stacked convolution on the CPU: computed directly in registers, without unfolding the images.
//!
//! Burn's own convolution unfolds every image into a matrix nine times its size and multiplies that; with the few feature
//! maps of small networks, unfolding and packing small matrices take longer than the arithmetic. Here every image is padded
//! with zeros once, so that each kernel position is at a fixed distance from the position of the window ([`Frame`]). Then a
//! tile of [`MAPS`] feature maps times [`LANES`] neighboring positions stays in registers during the loops over the kernel and
//! the input maps, and the gradient of the weights is a handful of scalar products.
//!
//! Images are `[channels, height, width]`, one after another: for every example those of all runs, or one that all runs
//! share. Every run of every example is computed separately, in the same order of operations regardless of its place.

use super::parallel::by_blocks;
use crate::experiment::architecture::Window;
use std::ops::{Add, AddAssign, Mul};

/// Feature maps of a tile.
const MAPS: usize = 4;
/// Neighboring positions of a tile.
const LANES: usize = 8;
/// Numbers per register.
const QUAD: usize = 4;
/// Feature maps that the gradient of the weights processes at once: with three kernel positions, as many sums as fit into
/// the registers of a browser together with their operands.
const PAIR: usize = 2;
/// Examples whose contribution to a gradient one thread sums up. Fixed, so that sums do not depend on the number of threads.
const BLOCK: usize = 16;
/// Blocks whose contributions are in memory at the same time.
const WAVE: usize = 8;

/// The numbers in the loops: f32, and f64 for tests against finite differences.
pub trait Number: Copy + Default + Send + Sync + AddAssign + 'static {
    /// [`QUAD`] numbers in one register.
    type Quad: Copy + Default + Mul<Output = Self::Quad> + Add<Output = Self::Quad>;

    /// Four numbers in their order in memory.
    fn quad(values: [Self; QUAD]) -> Self::Quad;

    /// The same number four times.
    fn splat(value: Self) -> Self::Quad;

    /// The four numbers.
    fn array(quad: Self::Quad) -> [Self; QUAD];
}

/// The compiler vectorizes these loops only if the vectors are explicit.
macro_rules! number {
    ($number:ty, $quad:ty) => {
        impl Number for $number {
            type Quad = $quad;

            fn quad(values: [Self; QUAD]) -> Self::Quad {
                values.into()
            }

            fn splat(value: Self) -> Self::Quad {
                <$quad>::splat(value)
            }

            fn array(quad: Self::Quad) -> [Self; QUAD] {
                quad.to_array()
            }
        }
    };
}

number!(f32, wide::f32x4);
number!(f64, wide::f64x4);

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
    /// Height and width of the output.
    pub output: [usize; 2],
    /// Kernel, stride and padding.
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
    fn frame(&self) -> PaddedLayout {
        let Window { kernel, stride, padding } = self.window;
        let reach = (kernel - 1) / stride;
        let (rows, columns) = (self.output[0] + reach, self.output[1] + reach);
        let positions = (self.output[0] * columns).next_multiple_of(LANES);
        // The last tile may read beyond the last position.
        let plane = rows * columns + LANES + reach * (columns + 1);
        let offset = |place: usize| {
            let (y, x) = (place / kernel, place % kernel);
            (y % stride * stride + x % stride) * plane + y / stride * columns + x / stride
        };
        let offsets = (0..kernel * kernel).map(offset).collect();
        PaddedLayout { rows, columns, plane, positions, stride, padding, offsets }
    }

    /// The convolution of gradients with rotated weights that yields the gradient of the images.
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

/// Zero-padded images, `[channels, stride, stride, rows, columns]` and some more zeros: rows and columns are distributed
/// cyclically, so that for any stride, neighboring positions of the window read neighboring values. The last positions of
/// each row do not belong to the output: there the window extends into the next row.
#[derive(Debug, Clone)]
struct PaddedLayout {
    rows: usize,
    columns: usize,
    /// Numbers of one of the `stride²` parts of a channel.
    plane: usize,
    /// Computed positions, a multiple of [`LANES`].
    positions: usize,
    stride: usize,
    padding: usize,
    /// Distance of each kernel position from the position of the window, row by row.
    offsets: Vec<usize>,
}

impl PaddedLayout {
    fn channel(&self) -> usize {
        self.stride * self.stride * self.plane
    }

    /// Copies an image into its frame; the rest of the frame stays zero from image to image.
    fn fill<T: Number>(&self, frame: &mut [T], image: &[T], [height, width]: [usize; 2]) {
        for (channel, map) in frame.chunks_exact_mut(self.channel()).zip(image.chunks_exact(height * width)) {
            for (row, values) in (self.padding..).zip(map.chunks_exact(width)) {
                if row / self.stride >= self.rows {
                    break;
                }
                let part = row % self.stride * self.stride;
                let begin = row / self.stride * self.columns;
                if self.stride == 1 {
                    let row = &mut channel[begin + self.padding..];
                    row[..width].copy_from_slice(values);
                    continue;
                }
                for (column, value) in (self.padding..).zip(values).take(self.stride * self.columns - self.padding) {
                    channel[(part + column % self.stride) * self.plane + begin + column / self.stride] = *value;
                }
            }
        }
    }

    /// Copies maps to their positions; positions that do not belong to the output stay zero.
    fn spread<T: Number>(&self, rows: &mut [T], maps: &[T], [height, width]: [usize; 2]) {
        for (plane, map) in rows.chunks_exact_mut(self.positions).zip(maps.chunks_exact(height * width)) {
            for (row, values) in plane.chunks_mut(self.columns).zip(map.chunks_exact(width)) {
                row[..width].copy_from_slice(values);
            }
        }
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
        let mut sums = vec![[T::default(); LANES]; MAPS * frame.positions / LANES];
        for (output, images) in examples.zip(images.chunks_exact(per_example)) {
            let runs = output.chunks_exact_mut(geometry.maps()).zip(packed.chunks_exact(packed.len() / geometry.runs));
            for (run, (maps, packed)) in runs.enumerate() {
                if run == 0 || !geometry.shared {
                    let image = &images[run * geometry.image()..][..geometry.image()];
                    frame.fill(&mut padded, image, geometry.input);
                }
                convolve(&padded, packed, maps, &mut sums, geometry, &frame);
            }
        }
    });
    output
}

/// The gradient with respect to the images, `[batch, runs · channels_in, height, width]`, if the images are not shared.
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
    let mut total = vec![T::default(); size];
    let mut shares = vec![T::default(); size * WAVE.min(geometry.batch.div_ceil(BLOCK))];
    for first in (0..geometry.batch).step_by(WAVE * BLOCK) {
        shares.fill(T::default());
        by_blocks(&mut shares, size, |block, share| {
            let first = (first + block * BLOCK).min(geometry.batch);
            let images = images[first * per_example..].chunks_exact(per_example).take(BLOCK);
            let examples = images.zip(gradient[first * maps..].chunks_exact(maps));
            add_weight_gradient(examples, share, geometry, &frame);
        });
        for share in shares.chunks_exact(size) {
            total.iter_mut().zip(share).for_each(|(total, share)| *total += *share);
        }
    }
    total
}

/// Adds the weight gradients of all runs from some examples, given as images and gradients of their maps.
fn add_weight_gradient<'numbers, T: Number>(
    examples: impl Iterator<Item = (&'numbers [T], &'numbers [T])>,
    share: &mut [T],
    geometry: &Geometry,
    frame: &PaddedLayout,
) {
    let mut padded = vec![T::default(); geometry.channels_in * frame.channel()];
    let mut rows = vec![T::default(); geometry.channels_out * frame.positions];
    for (images, gradient) in examples {
        let runs = share.chunks_exact_mut(geometry.weights()).zip(gradient.chunks_exact(geometry.maps()));
        for (run, (share, gradient)) in runs.enumerate() {
            if run == 0 || !geometry.shared {
                let image = &images[run * geometry.image()..][..geometry.image()];
                frame.fill(&mut padded, image, geometry.input);
            }
            frame.spread(&mut rows, gradient, geometry.output);
            correlate(&padded, &rows, share, geometry, frame);
        }
    }
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

/// Weights of one run with the two axes of channels exchanged and the kernels rotated by 180 degrees.
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

/// Gradients padded with zeros between and around them, so that convolving them with rotated weights gives the image gradient.
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

/// All maps of one run from one padded image; `sums` is memory for those of a tile at all positions.
fn convolve<T: Number>(
    padded: &[T],
    packed: &[T],
    maps: &mut [T],
    sums: &mut [[T; LANES]],
    geometry: &Geometry,
    frame: &PaddedLayout,
) {
    let [height, width] = geometry.output;
    let taps = geometry.channels_in * frame.offsets.len();
    for (maps, weights) in maps.chunks_mut(MAPS * height * width).zip(packed.chunks_exact(MAPS * taps)) {
        for (index, begin) in (0..frame.positions).step_by(LANES).enumerate() {
            let tile = tile(padded, weights.as_chunks::<MAPS>().0, begin, frame);
            for (map, [near, far]) in tile.into_iter().enumerate() {
                let place = &mut sums[map * frame.positions / LANES + index];
                let (first, second) = place.split_at_mut(QUAD);
                first.copy_from_slice(&T::array(near));
                second.copy_from_slice(&T::array(far));
            }
        }
        let planes = sums.as_flattened().chunks_exact(frame.positions);
        for (map, plane) in maps.chunks_exact_mut(height * width).zip(planes) {
            for (row, sums) in map.chunks_exact_mut(width).zip(plane.chunks(frame.columns)) {
                row.copy_from_slice(&sums[..width]);
            }
        }
    }
}

/// [`LANES`] neighboring positions of [`MAPS`] maps, starting at `begin`. Frames are long enough for all values: the early
/// returns only let the compiler omit checks. Loops over constants are unrolled, and sums stay in registers.
fn tile<T: Number>(padded: &[T], weights: &[[T; MAPS]], begin: usize, frame: &PaddedLayout) -> [[T::Quad; 2]; MAPS] {
    let mut sums = [[T::Quad::default(); 2]; MAPS];
    let channels = padded.chunks_exact(frame.channel()).zip(weights.chunks_exact(frame.offsets.len()));
    for (channel, weights) in channels {
        let channel = &channel[begin..];
        for (offset, weights) in frame.offsets.iter().zip(weights) {
            let Some(values) = channel.get(*offset..).and_then(|values| values.first_chunk::<LANES>()) else {
                return sums;
            };
            let [near, far] = values.as_chunks::<QUAD>().0 else { return sums };
            let (near, far) = (T::quad(*near), T::quad(*far));
            for map in 0..MAPS {
                let weight = T::splat(weights[map]);
                sums[map][0] = sums[map][0] + weight * near;
                sums[map][1] = sums[map][1] + weight * far;
            }
        }
    }
    sums
}

/// Adds the gradient of one run's weights from one padded image and the gradients of its maps, which are arranged in `rows`
/// like the positions of a frame, with zeros at positions outside the output.
fn correlate<T: Number>(padded: &[T], rows: &[T], share: &mut [T], geometry: &Geometry, frame: &PaddedLayout) {
    let mut map = 0;
    while map < geometry.channels_out {
        let maps = if geometry.channels_out - map >= PAIR { PAIR } else { 1 };
        let mut tap = 0;
        while tap < frame.offsets.len() {
            let taps = if frame.offsets.len() - tap >= 3 { 3 } else { 1 };
            let correlate = match (maps, taps) {
                (PAIR, 3) => correlate_tile::<T, PAIR, 3>,
                (PAIR, _) => correlate_tile::<T, PAIR, 1>,
                (_, 3) => correlate_tile::<T, 1, 3>,
                _ => correlate_tile::<T, 1, 1>,
            };
            correlate(padded, rows, share, frame, (map, tap));
            tap += taps;
        }
        map += maps;
    }
}

/// The part of [`correlate`] for `M` maps and `K` kernel positions from `corner` on.
fn correlate_tile<T: Number, const M: usize, const K: usize>(
    padded: &[T],
    rows: &[T],
    share: &mut [T],
    frame: &PaddedLayout,
    corner: (usize, usize),
) {
    let taps = frame.offsets.len();
    let maps: [&[T]; M] = std::array::from_fn(|map| &rows[(corner.0 + map) * frame.positions..][..frame.positions]);
    let channels = padded.chunks_exact(frame.channel());
    let count = channels.len();
    for (channel, values) in channels.enumerate() {
        let values = std::array::from_fn(|tap| &values[frame.offsets[corner.1 + tap]..][..frame.positions]);
        for (map, sums) in products::<T, M, K>(maps, values).into_iter().enumerate() {
            let window = &mut share[((corner.0 + map) * count + channel) * taps + corner.1..][..K];
            for (place, quad) in window.iter_mut().zip(sums) {
                for lane in T::array(quad) {
                    *place += lane;
                }
            }
        }
    }
}

/// The scalar product of each of `M` maps with each of `K` rows of values, all of the same length, in four partial sums.
fn products<T: Number, const M: usize, const K: usize>(maps: [&[T]; M], values: [&[T]; K]) -> [[T::Quad; K]; M] {
    let mut sums = [[T::Quad::default(); K]; M];
    let maps = maps.map(|map| map.as_chunks::<QUAD>().0);
    let values = values.map(|row| row.as_chunks::<QUAD>().0);
    let length = maps.iter().chain(&values).map(|row| row.len()).min().unwrap_or_default();
    let (maps, values) = (maps.map(|map| &map[..length]), values.map(|row| &row[..length]));
    for index in 0..length {
        let mut near = [T::Quad::default(); K];
        for tap in 0..K {
            near[tap] = T::quad(values[tap][index]);
        }
        for map in 0..M {
            let gradient = T::quad(maps[map][index]);
            for tap in 0..K {
                sums[map][tap] = sums[map][tap] + near[tap] * gradient;
            }
        }
    }
    sums
}
