//! Attention on the CPU: one example and head at a time, in memory that stays in the first-level cache.

#![expect(
    clippy::inline_always,
    reason = "a loop is compiled for a vector unit only with all of its body in one function"
)]

use crate::model::kernels::{Number, vectorized};

/// Sizes of an attention.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttentionSizes {
    /// Examples.
    pub examples: usize,
    /// Heads.
    pub heads: usize,
    /// Positions that ask.
    pub queries: usize,
    /// Positions that are looked at.
    pub keys: usize,
}

impl AttentionSizes {
    /// The factor of the scores, `1/√e`, for a head with this many features.
    #[must_use]
    pub fn scale(&self, features: usize) -> f64 {
        1.0 / (features as f64).sqrt()
    }
}

/// Which positions must not be looked at: numbers that are added to the scores, `[examples or 1, queries or 1, keys]`.
#[derive(Debug, Clone, Copy)]
pub struct Mask<'numbers, T> {
    /// The numbers.
    pub numbers: &'numbers [T],
    /// Their shape.
    pub shape: [usize; 3],
}

impl<T> Mask<'_, T> {
    fn row(&self, example: usize, query: usize) -> &[T] {
        let [examples, queries, keys] = self.shape;
        let row = example % examples * queries + query % queries;
        &self.numbers[row * keys..][..keys]
    }
}

/// Queries, keys and values, `[runs, examples · positions, features]` each.
#[derive(Debug, Clone, Copy)]
pub struct AttentionInputs<'numbers, T> {
    /// What positions ask for.
    pub query: &'numbers [T],
    /// What positions are found by.
    pub key: &'numbers [T],
    /// What is found there.
    pub value: &'numbers [T],
    /// Features of all heads.
    pub features: usize,
}

/// The place of a head of an example in tensors of queries and keys.
#[derive(Debug, Clone, Copy)]
struct Place {
    example: usize,
    /// The first number of the queries.
    queries: usize,
    /// The first number of the keys.
    keys: usize,
    /// The first of the weights.
    weights: usize,
}

impl AttentionSizes {
    /// All heads of all examples of this many runs.
    fn places(self, runs: usize, features: usize) -> impl Iterator<Item = Place> {
        let Self { examples, heads, queries, keys } = self;
        let head_features = features / heads;
        (0..runs * examples).flat_map(move |sequence| {
            (0..heads).map(move |head| Place {
                example: sequence % examples,
                queries: sequence * queries * features + head * head_features,
                keys: sequence * keys * features + head * head_features,
                weights: (sequence * heads + head) * queries * keys,
            })
        })
    }
}

/// The values that each position gets, `[runs, examples · queries, features]`, and the weights, `[runs, examples, heads, queries, keys]`.
#[must_use]
pub fn forward<T: Number>(
    inputs: AttentionInputs<'_, T>,
    mask: Mask<'_, T>,
    sizes: AttentionSizes,
) -> (Vec<T>, Vec<T>) {
    let AttentionInputs { query, key, value, features } = inputs;
    let runs = query.len() / (sizes.examples * sizes.queries * features).max(1);
    let head = features / sizes.heads;
    let scale = T::from_f64(sizes.scale(head));
    let mut result = vec![T::default(); query.len()];
    let mut weights = vec![T::default(); runs * sizes.examples * sizes.heads * sizes.queries * sizes.keys];
    let mut transposed = vec![T::default(); head * sizes.keys];
    vectorized(
        #[inline(always)]
        || {
            for place in sizes.places(runs, features) {
                transpose(&key[place.keys..], features, [sizes.keys, head], &mut transposed);
                for position in 0..sizes.queries {
                    let at = place.queries + position * features;
                    let weights = &mut weights[place.weights + position * sizes.keys..][..sizes.keys];
                    scores(&query[at..][..head], &transposed, weights);
                    softmax(weights, scale, mask.row(place.example, position));
                    let result = &mut result[at..][..head];
                    for (weight, value) in weights.iter().zip(value[place.keys..].chunks(features)) {
                        add_multiple(result, *weight, &value[..head]);
                    }
                }
            }
        },
    );
    (result, weights)
}

/// The gradients with respect to queries, keys and values, given that of the result and the weights.
#[must_use]
pub fn backward<T: Number>(
    gradient: &[T],
    inputs: AttentionInputs<'_, T>,
    weights: &[T],
    sizes: AttentionSizes,
) -> [Vec<T>; 3] {
    let AttentionInputs { query, key, value, features } = inputs;
    let runs = query.len() / (sizes.examples * sizes.queries * features).max(1);
    let head = features / sizes.heads;
    let scale = T::from_f64(sizes.scale(head));
    let mut of_query = vec![T::default(); query.len()];
    let (mut of_key, mut of_value) = (vec![T::default(); key.len()], vec![T::default(); value.len()]);
    let mut transposed = vec![T::default(); head * sizes.keys];
    let mut slopes = vec![T::default(); sizes.keys];
    vectorized(
        #[inline(always)]
        || {
            for place in sizes.places(runs, features) {
                transpose(&value[place.keys..], features, [sizes.keys, head], &mut transposed);
                for position in 0..sizes.queries {
                    let at = place.queries + position * features;
                    let (gradient, query) = (&gradient[at..][..head], &query[at..][..head]);
                    let weights = &weights[place.weights + position * sizes.keys..][..sizes.keys];
                    slopes.fill(T::default());
                    scores(gradient, &transposed, &mut slopes);
                    softmax_gradient(&mut slopes, weights, scale);
                    let of_query = &mut of_query[at..][..head];
                    for (index, (slope, weight)) in slopes.iter().zip(weights).enumerate() {
                        let at = place.keys + index * features;
                        add_multiple(of_query, *slope, &key[at..][..head]);
                        add_multiple(&mut of_key[at..][..head], *slope, query);
                        add_multiple(&mut of_value[at..][..head], *weight, gradient);
                    }
                }
            }
        },
    );
    [of_query, of_key, of_value]
}

/// The first `columns` numbers of `rows` rows that are `stride` apart, column by column.
#[inline(always)]
fn transpose<T: Number>(numbers: &[T], stride: usize, [rows, columns]: [usize; 2], transposed: &mut [T]) {
    for (row, numbers) in numbers.chunks(stride).take(rows).enumerate() {
        for (column, number) in numbers[..columns].iter().enumerate() {
            transposed[column * rows + row] = *number;
        }
    }
}

/// Adds the scalar products of `query` with all keys, which are given feature by feature.
#[inline(always)]
fn scores<T: Number>(query: &[T], keys: &[T], sums: &mut [T]) {
    for (number, keys) in query.iter().zip(keys.chunks_exact(sums.len())) {
        add_multiple(sums, *number, keys);
    }
}

#[inline(always)]
fn add_multiple<T: Number>(sums: &mut [T], factor: T, numbers: &[T]) {
    for (sum, number) in sums.iter_mut().zip(numbers) {
        *sum += factor * *number;
    }
}

/// Replaces scores by weights.
#[inline(always)]
fn softmax<T: Number>(scores: &mut [T], scale: T, mask: &[T]) {
    let mut largest = scores[0] * scale + mask[0];
    for (score, mask) in scores.iter_mut().zip(mask) {
        *score = *score * scale + *mask;
        largest = if *score > largest { *score } else { largest };
    }
    for score in scores.iter_mut() {
        *score = (*score - largest).exp();
    }
    let mut sum = T::default();
    for power in scores.iter() {
        sum += *power;
    }
    let inverse = T::from_f64(1.0) / sum;
    for power in scores.iter_mut() {
        *power = *power * inverse;
    }
}

/// Replaces the gradient with respect to the weights by that with respect to the scalar products.
#[inline(always)]
fn softmax_gradient<T: Number>(slopes: &mut [T], weights: &[T], scale: T) {
    let mut mean = T::default();
    for (slope, weight) in slopes.iter().zip(weights) {
        mean += *slope * *weight;
    }
    for (slope, weight) in slopes.iter_mut().zip(weights) {
        *slope = *weight * (*slope - mean) * scale;
    }
}
