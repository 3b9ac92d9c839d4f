//! Training on texts: what BLEU and chrF of a run are computed from, whichever share of the runs a worker has.

use crate::fixtures::cpu::{finish, training};
use crate::fixtures::experiment;
use emergence_lab::catalog::{NumberLanguage, Quantity};
use emergence_lab::dataset::Dataset;
use emergence_lab::dataset::numbers::words;
use emergence_lab::dataset::text::{ParallelCorpus, TextPair};
use emergence_lab::experiment::{DatasetName, Experiment};
use emergence_lab::metrics::RunCurves;
use emergence_lab::score::{bleu, chrf};
use std::rc::Rc;

/// Two variants with two seeds each, which learn little; 25 test sentences are three pieces of work.
const QUERY: &str = "data=text&pair=back&vocab=120&length=24&test=25&model=transformer:16x1&init=xavier_normal,kaiming_normal&seeds=2\
                     &batch=32&steps=40&eval=20&lr=0.01";

/// Numbers in German and English, as if they were any sentences.
pub(super) fn number_sentences(experiment: &Experiment) -> Rc<Dataset> {
    let pair = |number: &u32| -> TextPair {
        [NumberLanguage::German, NumberLanguage::English]
            .map(|language| format!("{}.", words::text(&words::symbols(*number, language), language)))
    };
    let numbers: Vec<u32> = (0..240).map(|index| index * 37 % 1_000).collect();
    let corpus = ParallelCorpus {
        train: numbers[..200].iter().map(pair).collect(),
        test: numbers[200..].iter().map(pair).collect(),
        found: 240,
    };
    let pairs = corpus.encoded(DatasetName::Text, &experiment.dataset).expect("short sentences");
    Rc::new(pairs.into())
}

#[test]
fn scores_are_those_of_the_translations() {
    let experiment = experiment(QUERY);
    let dataset = number_sentences(&experiment);
    let mut training = training(QUERY, &dataset);
    let history = finish(&mut training, usize::MAX);
    let used = dataset.selected(&experiment.dataset).expect("as many as there are");
    let references = &used.pairs().expect("sentences").references[..25];
    assert!(references[0].starts_with(|first: char| first.is_lowercase()) && references[0].ends_with('.'), "as text");
    // Networks are kept after these steps.
    for step in [0, 20, 40] {
        let mut hypotheses = vec![Vec::new(); 4];
        for index in 0..25 {
            let asked = training.test_sentence(index);
            let (translations, _) = pollster::block_on(training.translate(&asked, Some(step), None)).expect("readable");
            let (_, reference) = training.described(&asked);
            assert_eq!(reference.as_ref(), Some(&references[index]), "sentence {index}: the reference");
            for (run, translation) in translations.into_iter().enumerate() {
                let own = chrf(&[&translation.text], &references[index..=index]).expect("a sentence");
                assert_eq!(translation.chrf, Some(own), "step {step}, run {run}, sentence {index}: its own score");
                hypotheses[run].push(translation.text);
            }
        }
        for (index, (run, hypotheses)) in history.runs().zip(&hypotheses).enumerate() {
            let measured = |quantity| run.values(quantity).find(|(at, _)| *at == step).expect("measured").1;
            let expected = bleu(hypotheses, references).expect("as many of both").score;
            assert!((measured(Quantity::Bleu) - expected).abs() < 1e-9, "step {step}, run {index}: BLEU {expected}");
            let expected = chrf(hypotheses, references).expect("as many of both");
            assert!((measured(Quantity::Chrf) - expected).abs() < 1e-9, "step {step}, run {index}: chrF {expected}");
        }
        let different = hypotheses.iter().filter(|other| **other != hypotheses[0]).count();
        assert!(different > 0, "step {step}: the runs do not translate alike");
    }
    let scores = |last: bool| {
        let of = |run: &RunCurves| {
            let mut values = run.values(Quantity::Chrf);
            if last { values.next_back() } else { values.next() }.expect("measured").1
        };
        history.runs().map(of).sum::<f64>()
    };
    assert!(scores(true) > scores(false), "something is learned: {} after {}", scores(true), scores(false));
}
