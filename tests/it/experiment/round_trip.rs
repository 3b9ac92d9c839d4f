//! Queries of arbitrary experiments and views: what is written is parsed again, and no text causes a panic.

use super::keys;
use super::schemes::any_scheme;
use emergence_lab::catalog::{DataKind, FigureQuantity};
use emergence_lab::experiment::architecture::{FeatureShape, Pooling};
use emergence_lab::experiment::dataset::ExampleFacts;
use emergence_lab::experiment::keys::KEYS;
use emergence_lab::experiment::{
    Activation, ActiveDefinition, ActivitySpec, AnalysisSpec, Band, ConvolutionSpec, DatasetName, DatasetSpec,
    DevicePreference, EvaluationSteps, Experiment, FigureView, Language, ModelSpec, Named, NormLayer, OptimizerKind,
    OptimizerSpec, PagePart, Schedule, StageSpec, Theme, Variant, View, XAxis, YAxis, Zoom, limits, parse_query,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

fn any_optimizer() -> impl Strategy<Value = OptimizerSpec> {
    let kinds = select(vec![OptimizerKind::Sgd, OptimizerKind::Adam, OptimizerKind::AdamW]);
    let schedule = prop_oneof![
        Just(Schedule::Constant),
        Just(Schedule::Cosine),
        (1_u64..=10_000_000).prop_map(|steps| Schedule::Warmup { steps }),
        (1_u64..=10_000_000).prop_map(|steps| Schedule::InverseSqrt { steps }),
    ];
    let rate = prop_oneof![1e-12..1e6, 0.001..1.0];
    (kinds, rate, 0.0..1.0, 0.0..=10.0, schedule).prop_map(|(kind, learning_rate, momentum, weight_decay, schedule)| {
        OptimizerSpec { kind, learning_rate, momentum, weight_decay, schedule }
    })
}

fn any_dataset() -> impl Strategy<Value = DatasetSpec> {
    // Sentences need other networks; see `experiments_on_sentences_come_back`.
    let names = DatasetName::all().filter(|name| name.row().kind() == DataKind::Images);
    let names = select(names.collect::<Vec<_>>());
    let counts = (option::of(16_384_usize..=20_000), 0..=8192_usize, option::of(1_usize..=4_000));
    (names, counts, any::<bool>()).prop_map(|(name, (train, valid, test), augment)| DatasetSpec {
        train,
        valid,
        test,
        augment,
        ..DatasetSpec::whole(name)
    })
}

/// Networks of all kinds, some of them too deep for a small image.
fn any_model() -> impl Strategy<Value = ModelSpec> {
    let pools = select(vec![None, Some(Pooling::Max), Some(Pooling::Average)]);
    let convolution = (1_usize..=48, select(vec![3_usize, 5]), 1_usize..=2, pools);
    let convolution =
        convolution.prop_map(|(channels, kernel, stride, pool)| ConvolutionSpec { channels, kernel, stride, pool });
    // Convolutions without any pooling or stride have no text: they would be read with pooling after each.
    let reduces = |list: &Vec<ConvolutionSpec>| list.iter().any(|entry| entry.stride > 1 || entry.pool.is_some());
    let convolutions = vec(convolution, 1..5).prop_filter("something that makes maps smaller", reduces);
    let stages = vec((1_usize..=24, 1_usize..=2), 1..4).prop_map(|mut stages| {
        stages.sort_unstable();
        stages.into_iter().map(|(channels, blocks)| StageSpec { channels, blocks }).collect()
    });
    prop_oneof![
        vec(1_usize..=512, 0..6).prop_map(|hidden| ModelSpec::Mlp { hidden }),
        convolutions.prop_map(|convolutions| ModelSpec::Cnn { convolutions }),
        stages.prop_map(|stages| ModelSpec::ResNet { stages }),
    ]
}

/// Valid experiments of all kinds.
fn any_experiment() -> impl Strategy<Value = Experiment> {
    let activations = vec![Activation::Relu, Activation::Tanh, Activation::Gelu, Activation::Sigmoid];
    let definitions = vec![ActiveDefinition::Sample, ActiveDefinition::Mean, ActiveDefinition::Rate];
    let devices = vec![DevicePreference::Auto, DevicePreference::WebGpu, DevicePreference::Cpu];
    let norms = select(vec![NormLayer::None, NormLayer::Batch]);
    let network = (any_model(), norms).prop_flat_map(|(model, norm)| {
        let schemes = any_scheme(&model, norm);
        (Just(model), Just(norm), vec((schemes, option::of(1e-6..=1e6)), 1..6))
    });
    let counts = (1_u32..=12, any::<u32>(), 1_usize..=8192, 1_u64..=10_000_000, 1_u64..=10_000_000);
    let choices = (select(activations), select(definitions), select(devices), 0.0..=1e6, 0.001..=99.0);
    (any_dataset(), network, any_optimizer(), counts, choices)
        .prop_map(|(dataset, (model, norm, variants), optimizer, counts, choices)| Experiment {
            dataset,
            smoothing: 0.0,
            model,
            activation: choices.0,
            norm,
            variants: variants.into_iter().map(|(scheme, rate)| Variant::new(scheme, rate)).collect(),
            seeds: counts.0,
            first_seed: counts.1,
            order: if counts.4 % 3 == 0 { Some(counts.1 / 2) } else { None },
            optimizer,
            batch_size: counts.2,
            steps: counts.3,
            evaluation: if counts.4 % 5 == 0 { EvaluationSteps::Auto } else { EvaluationSteps::Every(counts.4) },
            activity: ActivitySpec { tau: choices.3, definition: choices.1 },
            analysis: AnalysisSpec { margin: (counts.4 % 2 == 0).then_some(choices.4), goal: 100.0 - choices.4 },
            device: choices.2,
        })
        .prop_map(within_limits)
        .prop_filter("a valid combination", |experiment| experiment.validate().is_ok())
}

/// Reduces steps, evaluations and examples if there are too many for the number of runs.
fn within_limits(mut experiment: Experiment) -> Experiment {
    let runs = experiment.run_count() as u64;
    experiment.steps = experiment.steps.min(limits::LOSSES / runs);
    if let EvaluationSteps::Every(interval) = &mut experiment.evaluation {
        *interval = (*interval).max((experiment.steps * runs).div_ceil(limits::EVALUATIONS));
    }
    let shape = FeatureShape { channels: 3, height: 32, width: 32 };
    if let Ok(architecture) = experiment.model.architecture(&ExampleFacts::images(shape, 10), experiment.norm) {
        let batch_size =
            usize::try_from(limits::VALUES / architecture.value_count()).expect("a batch fits into memory");
        experiment.batch_size = experiment.batch_size.min(batch_size);
    }
    experiment
}

fn any_figure() -> impl Strategy<Value = FigureView> {
    let quantities = FigureQuantity::all().collect::<Vec<_>>();
    let show = proptest::sample::subsequence(quantities, 1..=4).prop_shuffle();
    let zoom = prop_oneof![
        Just(Zoom::All),
        Just(Zoom::Early),
        Just(Zoom::Plateau),
        (0.0..100.0, 100.5..1e6).prop_map(|(from, to)| Zoom::Steps(from, to)),
    ];
    let axes = (select(XAxis::all().collect::<Vec<_>>()), select(YAxis::all().collect::<Vec<_>>()), zoom);
    let rest = (
        option::of(0_u64..1000),
        0.0..=0.99,
        select(Band::all().collect::<Vec<_>>()),
        1_u32..=64,
        option::of(1_u32..=8),
    );
    (show, axes, rest).prop_map(|(show, (x, y, zoom), (at, smoothing, band, baseline, pin))| FigureView {
        show,
        x,
        y,
        zoom,
        at,
        smoothing,
        band,
        baseline,
        pin,
    })
}

fn any_view() -> impl Strategy<Value = View> {
    let parts = proptest::sample::subsequence(PagePart::all().collect::<Vec<_>>(), 0..=6).prop_shuffle();
    let themes = select(Theme::all().collect::<Vec<_>>());
    let languages = select(Language::all().collect::<Vec<_>>());
    let page = (any::<bool>(), any::<bool>(), parts, (themes, languages), option::of(120_u32..=4000), any_figure());
    page.prop_map(|(run, embed, hide, (theme, language), height, figure)| View {
        run,
        embed,
        hide,
        theme,
        language,
        figure,
        height,
    })
}

proptest! {
    #[test]
    fn what_is_written_is_parsed_again(experiment in any_experiment(), view in any_view()) {
        let text = experiment.to_query_with(&view);
        let parsed = parse_query(&text);
        prop_assert_eq!((&parsed.errors[..], &parsed.conflicts[..]), (&[][..], &[][..]), "errors of {}", text);
        prop_assert_eq!(&parsed.unknown, &Vec::<String>::new(), "unknown keys of {}", text);
        prop_assert_eq!(&parsed.experiment, &experiment, "the experiment of {}", text);
        prop_assert_eq!(&parsed.view, &view, "the view of {}", text);
        prop_assert_eq!(parsed.experiment.to_query_with(&parsed.view), text, "writing it again changes nothing");
    }

    #[test]
    fn keys_are_written_in_order_if_they_are_not_defaults(experiment in any_experiment(), view in any_view()) {
        let text = experiment.to_query_with(&view);
        let places: Vec<_> = keys(&text).iter().map(|key| KEYS.iter().position(|known| known.name == *key)).collect();
        prop_assert!(places.iter().all(Option::is_some), "only keys of the contract: {text}");
        prop_assert!(places.windows(2).all(|pair| pair[0] < pair[1]), "in its order: {text}");
        let standard = Experiment::default().to_query_with(&View::default());
        for key in keys(&text) {
            let without: Vec<&str> = text.split('&').filter(|pair| !pair.starts_with(&format!("{key}="))).collect();
            let parsed = parse_query(&without.join("&"));
            let same = parsed.experiment == experiment && parsed.view == view && parsed.errors.is_empty() && parsed.conflicts.is_empty();
            prop_assert!(!same, "`{key}` is written in {text} but equals its default in `{standard}`");
        }
    }

    #[test]
    fn any_text_results_in_a_valid_experiment(text in "\\PC{0,80}|([a-z]{1,8}=[a-z0-9:,.]{0,9}&?){0,4}") {
        let experiment = parse_query(&text).experiment;
        prop_assert_eq!(experiment.validate(), Ok(()), "the experiment of {}", text);
    }

    #[test]
    fn no_value_panics_and_every_error_names_its_key(
        key in select(KEYS.map(|key| key.name).to_vec()),
        value in "[a-z0-9_:;,.()=%+-]{0,30}",
    ) {
        let parsed = parse_query(&format!("{key}={value}"));
        prop_assert!(parsed.unknown.is_empty(), "{key} is known");
        for error in parsed.errors.iter().chain(&parsed.conflicts) {
            prop_assert_eq!(error.key(), Some(key), "{}={} caused {}", key, value, error);
        }
    }
}
