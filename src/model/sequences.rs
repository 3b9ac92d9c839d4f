//! The layers of transformers in the forward pass. Positions are rows, `[runs, examples · positions, features]`, so that one matrix product
//! serves all of them.

use super::attention::{AttentionSizes, MASKED, attention, attention_weights};
use super::batch::{SentenceTensor, Sentences};
use super::dense::product;
use super::jet::Jet;
use super::layer_norm::layer_norm;
use super::pass::{Pass, affine};
use super::values::{Features, StepValues};
use crate::experiment::architecture::{AttentionKind, FeatureShape, Layer, Route, SentenceSide, Step};
use burn::tensor::{Tensor, TensorData};

impl Sentences {
    /// The sentences of this side.
    #[must_use]
    pub fn side(&self, side: SentenceSide) -> &SentenceTensor {
        match side {
            SentenceSide::Source => &self.source,
            SentenceSide::Target => &self.target,
        }
    }
}

impl Pass<'_> {
    /// What a step of a transformer passes on; of a dense layer, after ReLU if `relu`.
    pub(super) fn apply_to_sequence(
        &mut self,
        values: StepValues,
        step: &Step,
        sentences: &Sentences,
        relu: bool,
    ) -> StepValues {
        let side = values.side;
        let rows = match step.layer {
            Layer::Embedding { side, table } => {
                let rows = self.embedded(sentences.side(side), table);
                return self.values(rows, step.output, side);
            }
            Layer::Projection(_, route) => return self.project(values, step, route, relu),
            Layer::Attention { heads, kind } => match self.attend(sentences, heads, kind) {
                Some(rows) => rows,
                None => values.into_rows(),
            },
            Layer::LayerNorm => {
                let (scale, shift) = (self.take(), self.take());
                layer_norm(values.into_rows(), scale, shift)
            }
            Layer::Branch => {
                self.branch_off(&values);
                return values;
            }
            Layer::AddShortcut { .. } => {
                let rows = values.into_rows();
                match self.shortcut_rows() {
                    Some(kept) => rows.plus(kept),
                    None => rows,
                }
            }
            Layer::EncoderEnd => {
                self.kept.encoder_end = Some(values.clone().into_rows());
                return values;
            }
            Layer::TiedOutput { table } => {
                let table = self.parameter(table).linear(|table| table.swap_dims(1, 2));
                values.into_rows().product(&table, product)
            }
            Layer::Activation => {
                let features = values.features.activated(self.network.plan.activation);
                return StepValues { features, ..values };
            }
            // Layers of image networks.
            Layer::Dense(_)
            | Layer::Convolution(..)
            | Layer::BatchNorm
            | Layer::Pool(..)
            | Layer::GlobalAveragePool => values.into_rows(),
        };
        self.values(rows, step.output, side)
    }

    fn values(&self, rows: Jet<3>, shape: FeatureShape, side: SentenceSide) -> StepValues {
        StepValues { features: Features::Rows(rows), shape, runs: self.network.runs(), side }
    }

    /// `√d` times the rows of the table, plus the positions, `[runs, examples · positions, d]`.
    fn embedded(&self, sentence: &SentenceTensor, table: usize) -> Jet<3> {
        let [examples, positions] = sentence.symbols.dims();
        let symbols = sentence.symbols.clone().reshape([examples * positions]);
        let table = self.parameter(table);
        let [runs, _, features] = table.value.dims();
        let codes = position_codes(positions, features, &sentence.present);
        let rows = table.linear(|table| {
            let rows = table.select(1, symbols.clone()).mul_scalar((features as f64).sqrt());
            rows.reshape([runs, examples, positions * features])
        });
        let placed = rows.plus(Jet::constant(codes.reshape([1, 1, positions * features])));
        placed.linear(|rows| rows.reshape([runs, examples * positions, features]))
    }

    /// A dense layer on every position, whose results are passed on or kept.
    fn project(&mut self, values: StepValues, step: &Step, route: Route, relu: bool) -> StepValues {
        let (weight, bias) = (self.take(), self.take());
        let (input, side) = match (route, &self.kept.encoder_end) {
            (Route::EncoderKey | Route::EncoderValue, Some(end)) => (end.clone(), SentenceSide::Source),
            _ => (values.clone().into_rows(), values.side),
        };
        let projected = affine(&input, &weight, bias, relu);
        let place = match route {
            Route::Onward => return self.values(projected, step.output, side),
            Route::Query => &mut self.kept.query,
            Route::Key | Route::EncoderKey => &mut self.kept.key,
            Route::Value | Route::EncoderValue => &mut self.kept.value,
        };
        *place = Some(projected.clone());
        self.aside = Some(self.values(projected, step.output, side));
        values
    }

    /// Attention with what was kept for it; `None` if nothing was.
    fn attend(&mut self, sentences: &Sentences, heads: usize, kind: AttentionKind) -> Option<Jet<3>> {
        let (query, key, value) = (self.kept.query.take()?, self.kept.key.take()?, self.kept.value.take()?);
        let (mask, sizes) = mask(sentences, heads, kind);
        if let (AttentionKind::Cross, Some(kept)) = (kind, &mut self.kept.cross_attention) {
            kept.push(attention_weights(query.value.clone(), key.value.clone(), mask.clone(), sizes));
        }
        Some(attention(&query, &key, &value, mask, sizes))
    }
}

/// The mask of an attention, and its sizes.
fn mask(sentences: &Sentences, heads: usize, kind: AttentionKind) -> (Tensor<3>, AttentionSizes) {
    let [examples, source] = sentences.source.present.dims();
    let [_, target] = sentences.target.present.dims();
    let of_source = || {
        let absent = sentences.source.present.clone().sub_scalar(1.0).mul_scalar(-MASKED);
        absent.reshape([examples, 1, source])
    };
    let (mask, queries, keys) = match kind {
        AttentionKind::Encoder => (of_source(), source, source),
        AttentionKind::Cross => (of_source(), target, source),
        AttentionKind::Causal => (causal(target, &sentences.target.present), target, target),
    };
    (mask, AttentionSizes { examples, heads, queries, keys })
}

/// The mask `[1, positions, positions]` that lets every position look at itself and the ones before, as numbers like those of a tensor.
fn causal(positions: usize, like: &Tensor<2>) -> Tensor<3> {
    #[expect(clippy::cast_possible_truncation, reason = "a power of ten")]
    let number = |place: usize| if place % positions > place / positions { MASKED as f32 } else { 0.0 };
    let numbers = (0..positions * positions).map(number).collect::<Vec<_>>();
    Tensor::from_data(TensorData::new(numbers, [1, positions, positions]), (&like.device(), like.dtype()))
}

/// The positions as sines and cosines, `[positions, features]` (Vaswani et al. 2017, section 3.5): feature `2 i` is
/// `sin(position / 10000^(2 i / features))`, feature `2 i + 1` the cosine;
/// as numbers like those of a tensor.
#[expect(clippy::cast_possible_truncation, reason = "the precision of the values")]
fn position_codes(positions: usize, features: usize, like: &Tensor<2>) -> Tensor<2> {
    let code = |place: usize| {
        let (position, feature) = (place / features, place % features);
        let angle = position as f64 / libm::pow(10_000.0, (feature / 2 * 2) as f64 / features as f64);
        (if feature.is_multiple_of(2) { libm::sin(angle) } else { libm::cos(angle) }) as f32
    };
    let codes = (0..positions * features).map(code).collect::<Vec<_>>();
    Tensor::from_data(TensorData::new(codes, [positions, features]), (&like.device(), like.dtype()))
}
