//! Translations during training: one pass that shows the decoder the right symbols finds the sentences that greedy decoding translates
//! exactly, and answers about single sentences agree with both.

use crate::fixtures::cpu::{finish, read, training};
use crate::fixtures::{experiment, part};
use burn::tensor::{Device, Int, Tensor, TensorData};
use emergence_lab::catalog::Quantity;
use emergence_lab::dataset::batcher::Batcher;
use emergence_lab::dataset::numbers;
use emergence_lab::dataset::pairs::length;
use emergence_lab::dataset::symbols::{BEGINNING, END, PADDING};
use emergence_lab::dataset::{Dataset, PairSet};
use emergence_lab::device::open_cpu;
use emergence_lab::experiment::Share;
use emergence_lab::experiment::dataset::ExampleFacts;
use emergence_lab::metrics::{AskedSentence, AttentionMap, Translation};
use emergence_lab::model::{Batch, Inputs, Network, Plan, SentenceTensor, Sentences, Targets, predicted_classes};
use emergence_lab::train::{Cohort, Training};
use std::rc::Rc;

/// Two small transformers that learn some of [`few_sentences`] by heart, and one that does not learn at all.
const QUERY: &str = "data=numbers&pair=digits-zh&model=transformer:16h2x1&batch=16&steps=60&eval=30&lr=0.02&seeds=2&test=24\
                     &init=xavier_normal,xavier_normal@lr=1e-9";

/// Two dozen pairs, which are also those for testing: only what is learned by heart is translated exactly after a few steps.
fn few_sentences() -> Rc<Dataset> {
    let whole = Dataset::from(numbers::dataset("digits-zh".parse().expect("a pair of languages")));
    let few = whole.selected(&part(Some(24), None)).expect("there are more");
    let few = few.pairs().expect("sentences");
    Rc::new(PairSet { test: few.train.clone(), ..few.clone() }.into())
}

fn pairs(dataset: &Dataset) -> &PairSet {
    dataset.pairs().expect("sentences")
}

/// Positions of a sentence and of a translation, and the number of symbols of the latter.
fn sizes(dataset: &Dataset) -> (usize, usize, usize) {
    let ExampleFacts::Pairs { source, target, .. } = dataset.facts().examples else { panic!("sentences") };
    (source.positions, target.positions, target.symbols)
}

fn sentences(rows: &[Vec<u16>]) -> SentenceTensor {
    let shape = [rows.len(), rows[0].len()];
    let present = rows.concat().iter().map(|symbol| f32::from(u8::from(*symbol != PADDING))).collect();
    let symbols = rows.concat().into_iter().map(i32::from).collect();
    SentenceTensor {
        symbols: Tensor::<2, Int>::from_data(TensorData::new::<i32, _>(symbols, shape), &Device::flex()),
        present: Tensor::from_data(TensorData::new::<f32, _>(present, shape), &Device::flex()),
    }
}

/// A batch as the definition says: the decoder reads the beginning and then the translation without its end.
fn batch<'symbols>(chosen: impl Iterator<Item = (&'symbols [u16], &'symbols [u16])>, symbols: usize) -> Batch {
    let (sources, targets): (Vec<_>, Vec<_>) =
        chosen.map(|(source, target)| (source.to_vec(), target.to_vec())).unzip();
    let before = targets.iter().map(|target: &Vec<u16>| {
        let kept = target[..target.len() - 1].iter().map(|symbol| if *symbol == END { PADDING } else { *symbol });
        std::iter::once(BEGINNING).chain(kept).collect()
    });
    let row = |symbol: u16| {
        (0..symbols).map(move |class| f32::from(u8::from(symbol != PADDING && class == usize::from(symbol))))
    };
    let distribution: Vec<f32> = targets.concat().into_iter().flat_map(row).collect();
    let rows = distribution.len() / symbols;
    Batch {
        inputs: Inputs::Sentences(Sentences {
            source: sentences(&sources),
            target: sentences(&before.collect::<Vec<_>>()),
        }),
        targets: Targets {
            distribution: Tensor::from_data(TensorData::new(distribution, [1, rows, symbols]), &Device::flex()),
            counted: targets.iter().map(|target| length(target)).collect(),
        },
    }
}

/// The most probable symbols, `[rows]`.
fn predicted(logits: Tensor<3>) -> Vec<u16> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole numbers below 2^16")]
    read(predicted_classes(logits)).into_iter().map(|symbol| symbol as u16).collect()
}

/// Symbols, sentence by sentence.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole numbers below 2^16")]
fn symbols(tensor: Tensor<2, Int>) -> Vec<u16> {
    read(tensor.float()).into_iter().map(|symbol| symbol as u16).collect()
}

/// The test sentences in one batch, with the networks of all runs after the training of [`QUERY`], step by step.
fn trained(dataset: &Dataset) -> (Batch, Vec<Network>) {
    let experiment = experiment(QUERY);
    let (_, _, symbols) = sizes(dataset);
    let architecture = experiment.model.architecture(&dataset.facts().examples, experiment.norm).expect("it fits");
    let plan = Rc::new(Plan { architecture, activation: experiment.activation });
    let weights = Cohort::initial_weights(&experiment, Share::WHOLE, &plan.architecture).expect("no formula");
    let mut cohort = Cohort::new(&experiment, Share::WHOLE, &plan, &weights, &open_cpu());
    let mut batcher = Batcher::new(24, experiment.batch_size, experiment.order_seed().into()).expect("a batch");
    for step in 0..experiment.steps {
        let chosen = batcher.batch(step).iter().map(|index| pairs(dataset).train.get(*index as usize).expect("a pair"));
        cohort.step(&batch(chosen, symbols));
    }
    let networks = cohort.networks();
    let of_run = |run| networks.group_of_run(run).map(|(group, index)| group.of_run(index));
    (batch(pairs(dataset).test.iter(), symbols), (0..).map_while(of_run).collect())
}

/// The number of symbols, with the end, that a prediction has in common with the right translation before the first difference.
fn agreement(predicted: &[u16], right: &[u16]) -> usize {
    let right = &right[..length(right)];
    predicted.iter().zip(right).take_while(|(predicted, right)| predicted == right).count()
}

/// By induction: as long as both predict the right symbols, the decoder has read the same in both. So the first mistake is the same one.
#[test]
fn greedy_decoding_and_a_pass_with_the_right_symbols_make_the_same_first_mistake() {
    let dataset = few_sentences();
    let (_, positions, _) = sizes(&dataset);
    let (batch, networks) = trained(&dataset);
    let Inputs::Sentences(Sentences { source, .. }) = &batch.inputs else { panic!("sentences") };
    let mut exact = Vec::new();
    for (run, network) in networks.iter().enumerate() {
        let shown = predicted(network.forward(&batch.inputs));
        let translated = network.translate(source, BEGINNING, positions);
        let decoded = predicted(network.forward(&translated.inputs));
        assert_eq!(symbols(translated.symbols), decoded, "run {run}: position by position as in one pass");
        let both = shown.chunks(positions).zip(decoded.chunks(positions));
        let mut count = 0;
        for (index, ((shown, decoded), (_, right))) in both.zip(pairs(&dataset).test.iter()).enumerate() {
            let what = format!("run {run}, sentence {index}: {right:?}, predicted {shown:?}, decoded {decoded:?}");
            let (by_pass, by_decoding) = (agreement(shown, right), agreement(decoded, right));
            assert_eq!(by_pass, by_decoding, "as many right symbols before the first mistake: {what}");
            assert!(shown.get(by_pass) == decoded.get(by_pass) || by_pass == length(right), "the same mistake: {what}");
            count += usize::from(by_pass == length(right));
        }
        exact.push(count);
    }
    let [learned, not] = [&exact[..2], &exact[2..]];
    assert!(
        learned.iter().all(|count| (1..24).contains(count)),
        "some are translated exactly, some are not: {exact:?}"
    );
    assert_eq!(not, [0, 0], "nothing without learning");

    let history = finish(&mut training(QUERY, &dataset), usize::MAX);
    for (run, count) in history.runs().zip(exact) {
        let last = run.final_value(Quantity::ExactMatch).expect("measured");
        // The evaluation takes the same steps, and a count is a whole number; the fraction is rounded to f32.
        assert!((last * 24.0 - count as f64).abs() < 1e-5, "{count} of 24 by decoding, exact match {last}");
    }
}

fn translate(training: &Training, asked: &AskedSentence, at: Option<u64>) -> (Vec<Translation>, AttentionMap) {
    let (translations, attention) = pollster::block_on(training.translate(asked, at, Some(1))).expect("readable");
    (translations, attention.expect("of run 1"))
}

#[test]
fn exact_match_counts_the_sentences_that_are_translated_exactly() {
    let dataset = few_sentences();
    let mut training = training(QUERY, &dataset);
    let history = finish(&mut training, usize::MAX);
    let pairs = pairs(&dataset);
    for step in [30, 60] {
        let mut right = vec![0; 4];
        for (index, (_, target)) in pairs.test.iter().enumerate() {
            let asked = training.test_sentence(index);
            let (translations, _) = translate(&training, &asked, Some(step));
            let (_, reference) = training.described(&asked);
            // Without its end.
            let stated = pairs.target.text(&target[..length(target) - 1]);
            assert_eq!(reference, Some(stated), "sentence {index}: the right translation");
            for (run, translation) in translations.iter().enumerate() {
                let is_right = translation.is_right.expect("known");
                right[run] += usize::from(is_right);
                let has_text = Some(&translation.text) == reference.as_ref();
                // In Chinese, different symbols have different texts.
                assert_eq!(has_text, is_right, "step {step}, run {run}: {translation:?} instead of {reference:?}");
                assert!(translation.score().is_some_and(|score| score <= 0.0), "probabilities: {translation:?}");
            }
        }
        for (run, right) in history.runs().zip(right) {
            let found = run.values(Quantity::ExactMatch).find(|(at, _)| *at == step).expect("measured").1;
            // A count of 24; the fraction is rounded to f32.
            assert!((found * 24.0 - right as f64).abs() < 1e-5, "step {step}: {right} of 24, exact match {found}");
        }
    }
    let samples = &history.setup.start.as_ref().expect("started").samples;
    assert_eq!(samples.len(), 5, "the first test sentences");
    for (index, sample) in samples.iter().enumerate() {
        let asked = training.test_sentence(index);
        assert_eq!(sample.source, asked.text, "sample {index}");
        for (variant, run) in [(0, 0), (1, 2)] {
            let (step, texts) = history.variants[variant].runs[0].translations.last().expect("translated");
            let (translations, _) = translate(&training, &asked, Some(*step));
            assert_eq!(texts[index], translations[run].text, "sample {index} of variant {variant}");
        }
    }
    assert!(history.variants.iter().all(|variant| variant.runs[1].translations.is_empty()), "only by the first runs");
}

#[test]
fn attention_is_that_of_the_symbols_of_both_sentences() {
    let dataset = few_sentences();
    let mut training = training(QUERY, &dataset);
    finish(&mut training, usize::MAX);
    let (positions, _, _) = sizes(&dataset);
    for index in 0..8 {
        let asked = training.test_sentence(index);
        assert_eq!(training.test_sentence(index + 24), asked, "modulo their number");
        let (translations, attention) = translate(&training, &asked, None);
        let AttentionMap { run, layers, heads, inputs, ref weights } = attention;
        assert_eq!((run, layers, heads, inputs), (1, 1, 2, asked.symbols.len()), "sentence {index}");
        assert!(inputs <= positions, "no padding");
        let outputs = translations[1].probabilities.len();
        assert_eq!(weights.len(), layers * heads * outputs * inputs, "sentence {index}: every output on every input");
        for row in weights.chunks(inputs) {
            let sum = row.iter().sum::<f32>();
            // Six weights in f32.
            assert!((sum - 1.0).abs() < 1e-5 && row.iter().all(|weight| *weight >= 0.0), "sentence {index}: {row:?}");
        }
        let mean = attention.of(0, None);
        let [first, second] = [0, 1].map(|head| attention.of(0, Some(head)));
        for ((mean, first), second) in mean.iter().zip(first).zip(second) {
            assert!((mean - f32::midpoint(first, second)).abs() < 1e-6, "the mean of the heads");
        }
    }
}

#[test]
fn sentences_can_be_typed() {
    let training = training("data=numbers&pair=en-digits&model=transformer:8h2x1&batch=16&steps=1&seeds=1&test=10", &{
        let pair = "en-digits".parse().expect("a pair of languages");
        Rc::new(numbers::dataset(pair).into())
    });
    let cases: [(&str, &[&str], usize, Option<&str>); 5] = [
        ("Forty-two", &["forty", "two"], 0, Some("42")),
        ("1,001", &["one", "thousand", "one"], 0, Some("1001")),
        ("forty apples", &["forty", "<unk>"], 0, None),
        ("", &[], 0, None),
        ("one one one one one one one one one one one", &["one"; 9], 2, None),
    ];
    for (typed, words, left_out, reference) in cases {
        let asked = training.typed_sentence(typed);
        assert_eq!((asked.test, asked.text.as_str(), asked.left_out), (None, typed, left_out), "{typed:?}");
        let (found, right) = training.described(&asked);
        assert_eq!(
            (found, right.as_deref()),
            (words.iter().map(ToString::to_string).collect(), reference),
            "{typed:?}"
        );
        let (translations, attention) = pollster::block_on(training.translate(&asked, None, None)).expect("readable");
        assert_eq!(attention, None, "{typed:?}: of no run");
        for translation in translations {
            assert_eq!(translation.is_right.is_some(), reference.is_some(), "{typed:?}: {translation:?}");
            let ended = translation.probabilities.len() - translation.words.len();
            assert!(ended <= 1, "{typed:?}: a probability per symbol, and that of the end: {translation:?}");
        }
    }
}
