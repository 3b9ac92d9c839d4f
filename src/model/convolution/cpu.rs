//! Stacked convolution on the CPU, without unfolding whole images.
//!
//! Burn's own convolution unfolds every image into a matrix nine times its size and multiplies that; with the few feature
//! maps of small networks, unfolding and packing small matrices take longer than the arithmetic. Here every image is padded
//! with zeros once, so that each kernel position is at a fixed distance from the position of the window ([`PaddedLayout`]). Then the
//! values that [`COLUMNS`] neighboring positions see are packed, and multiplied by the weights of all feature maps and runs that see
//! the same image. The gradient of the weights is a handful of scalar products.
//!
//! Images are `[channels, height, width]`, one after another: for every example those of all runs, or one that all runs
//! share. Every run of every example is computed separately, in the same order of operations regardless of its place.

use crate::experiment::architecture::Window;
use crate::model::kernels::copy::RowCopy;
use crate::model::kernels::panels::{Matrix, Panels};
use crate::model::kernels::parallel::by_blocks;
use crate::model::kernels::{COLUMNS, Number, ROWS, Tile};

/// Feature maps that the gradient of the weights processes at once: with three kernel positions, as many sums as fit into
/// the registers of a browser together with their operands.
const PAIR: usize = 2;
/// Examples whose contribution to a gradient one thread sums up. Fixed, so that sums do not depend on the number of threads.
const BLOCK: usize = 16;
/// Blocks whose contributions are in memory at the same time.
const WAVE: usize = 8;

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
        let positions = (self.output[0] * columns).next_multiple_of(COLUMNS);
        // The last tile may read beyond the last position.
        let plane = rows * columns + COLUMNS + reach * (columns + 1);
        let offset = |place: usize| {
            let (y, x) = (place / kernel, place % kernel);
            (y % stride * stride + x % stride) * plane + y / stride * columns + x / stride
        };
        let offsets = (0..kernel * kernel).map(offset).collect();
        PaddedLayout { rows, columns, plane, positions, stride, padding, offsets }
    }

    /// The convolution of gradients with rotated weights that yields the gradient of the images. With a stride, the gradients are
    /// [`spread`] first.
    fn transposed(&self) -> Self {
        let Window { kernel, stride, padding } = self.window;
        let (input, padding) = match stride {
            1 => (self.output, kernel - 1 - padding),
            _ => (self.input.map(|length| length + kernel - 1), 0),
        };
        Self {
            shared: false,
            channels_in: self.channels_out,
            channels_out: self.channels_in,
            input,
            output: self.input,
            window: Window { kernel, stride: 1, padding },
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
    /// Computed positions, a multiple of [`COLUMNS`].
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
        let copy = RowCopy::default();
        for (channel, map) in frame.chunks_exact_mut(self.channel()).zip(image.chunks_exact(height * width)) {
            for (row, values) in (self.padding..).zip(map.chunks_exact(width)) {
                if row / self.stride >= self.rows {
                    break;
                }
                let part = row % self.stride * self.stride;
                let begin = row / self.stride * self.columns;
                if self.stride == 1 {
                    copy.copy(&mut channel[begin + self.padding..], values);
                    continue;
                }
                for (column, value) in (self.padding..).zip(values).take(self.stride * self.columns - self.padding) {
                    channel[(part + column % self.stride) * self.plane + begin + column / self.stride] = *value;
                }
            }
        }
    }

    /// The distance of each weight of a map from the position of the window, in all channels.
    fn taps(&self, channels: usize) -> Vec<usize> {
        (0..channels)
            .flat_map(|channel| self.offsets.iter().map(move |offset| channel * self.channel() + offset))
            .collect()
    }

    /// Copies maps from their positions.
    fn gather<T: Number>(&self, maps: &mut [T], rows: &[T], [height, width]: [usize; 2]) {
        let copy = RowCopy::default();
        for (map, plane) in maps.chunks_exact_mut(height * width).zip(rows.chunks_exact(self.positions)) {
            for (row, values) in map.chunks_exact_mut(width).zip(plane.chunks(self.columns)) {
                copy.copy(row, values);
            }
        }
    }

    /// Copies maps to their positions; positions that do not belong to the output stay zero.
    fn spread<T: Number>(&self, rows: &mut [T], maps: &[T], [height, width]: [usize; 2]) {
        let copy = RowCopy::default();
        for (plane, map) in rows.chunks_exact_mut(self.positions).zip(maps.chunks_exact(height * width)) {
            for (row, values) in plane.chunks_mut(self.columns).zip(map.chunks_exact(width)) {
                copy.copy(row, values);
            }
        }
    }
}

/// `y = x * W`: `[batch, runs · channels_out, height, width]`.
#[must_use]
pub fn forward<T: Number>(images: &[T], weights: &[T], geometry: &Geometry) -> Vec<T> {
    let frame = geometry.frame();
    let taps = frame.taps(geometry.channels_in);
    let pack = |run| Panels::new(Matrix::Rows(run), [geometry.channels_out, taps.len()]);
    let packed = weights.chunks_exact(geometry.weights()).map(pack).collect::<Vec<_>>();
    // The runs that see the same image.
    let together = packed.chunks(if geometry.shared { geometry.runs } else { 1 });
    let per_example = geometry.images() * geometry.image();
    let mut output = vec![T::default(); geometry.batch * geometry.runs * geometry.maps()];
    by_blocks(&mut output, BLOCK * geometry.runs * geometry.maps(), |block, output| {
        let images = &images[block * BLOCK * per_example..];
        let examples = output.chunks_exact_mut(geometry.runs * geometry.maps());
        let mut padded = vec![T::default(); geometry.channels_in * frame.channel()];
        let mut scratch = ImageSums::new(taps.len(), geometry, &frame);
        for (output, images) in examples.zip(images.chunks_exact(per_example)) {
            let mut outputs = output.chunks_exact_mut(geometry.maps());
            for (runs, image) in together.clone().zip(images.chunks_exact(geometry.image())) {
                frame.fill(&mut padded, image, geometry.input);
                scratch.convolve(&padded, &taps, runs);
                for (sums, maps) in scratch.of_runs(runs.len()).zip(outputs.by_ref()) {
                    frame.gather(maps, sums, geometry.output);
                }
            }
        }
    });
    output
}

/// Memory for what one image gives.
struct ImageSums<T> {
    /// The values that the positions of a tile see, `[taps, COLUMNS]`.
    seen: Vec<T>,
    /// The sums of all runs that see the image, `[runs, channels_out, positions]`.
    sums: Vec<T>,
    channels_out: usize,
    positions: usize,
}

impl<T: Number> ImageSums<T> {
    fn new(taps: usize, geometry: &Geometry, frame: &PaddedLayout) -> Self {
        let runs = if geometry.shared { geometry.runs } else { 1 };
        Self {
            seen: vec![T::default(); taps * COLUMNS],
            sums: vec![T::default(); runs * geometry.channels_out * frame.positions],
            channels_out: geometry.channels_out,
            positions: frame.positions,
        }
    }

    /// All maps of these runs from one padded image.
    fn convolve(&mut self, padded: &[T], taps: &[usize], runs: &[Panels<T, ROWS>]) {
        for begin in (0..self.positions).step_by(COLUMNS) {
            for (seen, offset) in self.seen.as_chunks_mut::<COLUMNS>().0.iter_mut().zip(taps) {
                seen.copy_from_slice(&padded[begin + offset..][..COLUMNS]);
            }
            let mut rows = self.sums.chunks_exact_mut(self.positions);
            for weights in runs {
                let mut maps = rows.by_ref().take(self.channels_out);
                for weights in weights {
                    let mut tile = Tile::<T>::default();
                    T::add_to_tile(weights, &self.seen, &mut tile);
                    for (map, numbers) in maps.by_ref().take(ROWS).zip(&tile) {
                        map[begin..begin + COLUMNS].copy_from_slice(numbers);
                    }
                }
            }
        }
    }

    /// The sums of each of the first runs.
    fn of_runs(&self, runs: usize) -> impl Iterator<Item = &[T]> {
        self.sums.chunks_exact((self.channels_out * self.positions).max(1)).take(runs)
    }
}

/// The gradient with respect to the images, `[batch, runs · channels_in, height, width]`, if the images are not shared.
#[must_use]
pub fn input_gradient<T: Number>(gradient: &[T], weights: &[T], geometry: &Geometry) -> Vec<T> {
    let transposed = geometry.transposed();
    let turned = weights.chunks_exact(geometry.weights()).flat_map(|run| turned(run, geometry)).collect::<Vec<_>>();
    match geometry.window.stride {
        1 => forward(gradient, &turned, &transposed),
        _ => forward(&spread(gradient, geometry, transposed.input), &turned, &transposed),
    }
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
        let values: [&[T]; K] = std::array::from_fn(|tap| &values[frame.offsets[corner.1 + tap]..][..frame.positions]);
        for (map, sums) in T::scalar_products(maps, values).into_iter().enumerate() {
            let window = &mut share[((corner.0 + map) * count + channel) * taps + corner.1..][..K];
            window.iter_mut().zip(sums).for_each(|(place, sum)| *place += sum);
        }
    }
}
