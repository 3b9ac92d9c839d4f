//! Complete experiments with convolutions: difficulty of `patterns`, augmentation, emergence, and inspection of runs.

use crate::fixtures::cpu::{few_digits, finish, images, last_accuracy, training};
use crate::fixtures::{COLOR, GRAY, experiment};
use emergence_lab::catalog::Quantity;
use emergence_lab::dataset::{ImageSet, patterns};
use emergence_lab::device::{OpenDevice, open_cpu};
use emergence_lab::emergence::NetworkGraph;
use emergence_lab::error::{DeviceDemand, Error, Requirement};
use emergence_lab::experiment::NormLayer;
use emergence_lab::experiment::architecture::ParameterRole;
use emergence_lab::experiment::dataset::ExampleFacts;
use emergence_lab::experiment::network_graph::network_graph;
use emergence_lab::metrics::History;
use emergence_lab::train::{Training, probe_examples};
use std::rc::Rc;

#[test]
fn patterns_need_more_than_a_linear_classifier() {
    let (train, test) = (patterns::TRAIN_EXAMPLES, 1000);
    let whole = Rc::new(ImageSet::drawn(&patterns::RECIPE, patterns::SEED, train, test).expect("the data set").into());
    let accuracy = |query: &str| {
        let history = finish(
            &mut training(&format!("data=patterns&batch=64&seeds=1&init=kaiming_normal&{query}"), &whole),
            usize::MAX,
        );
        history.runs().next().and_then(last_accuracy).expect("evaluated at the end")
    };
    let linear = accuracy("model=mlp&lr=0.001&steps=1000&eval=1000");
    assert!(linear > 0.2 && linear < 0.55, "a linear classifier reaches {linear}");
    let convolutional = accuracy("model=cnn:16,32&lr=0.02&steps=600&eval=600");
    assert!(convolutional > 0.85, "cnn:16,32 reaches {convolutional}");
}

#[test]
fn augmentation_changes_batches_the_same_way_each_time() {
    let query = "data=digits&model=cnn:4&batch=64&steps=5&eval=5&seeds=1&init=kaiming_normal";
    let run = |query: &str| finish(&mut training(query, &few_digits()), usize::MAX);
    let (plain, augmented) = (run(query), run(&format!("{query}&aug=1")));
    let first = |history: &History| {
        history.runs().next().and_then(|run| run.values(Quantity::TrainLoss).next()).expect("a run with a step").1
    };
    assert!((first(&plain) - first(&augmented)).abs() > 1e-6, "other images");
    assert_eq!(run(&format!("{query}&aug=1")), augmented, "the same other images");
    assert_eq!(
        plain.runs().next().map(|run| run.curves[Quantity::TestAccuracy][0]),
        augmented.runs().next().map(|run| run.curves[Quantity::TestAccuracy][0]),
        "test images are unchanged"
    );
}

#[test]
fn emergence_of_an_architecture_is_that_of_its_graph() {
    let of = |query: &str| {
        let experiment = experiment(query);
        experiment.model.architecture(&ExampleFacts::images(COLOR, 10), experiment.norm).expect("a network that fits")
    };
    let dense = network_graph(&of("model=mlp:8,4")).expect("a graph");
    assert_eq!(dense, NetworkGraph::dense(&[8, 4, 10]).expect("a graph"), "an MLP");
    let shapes = |query: &str| {
        let graph = network_graph(&of(query)).expect("a graph");
        let shape = |layer: &emergence_lab::emergence::NetworkLayer| {
            (layer.channels, layer.height, layer.width, layer.pooled, layer.inputs.len())
        };
        graph.layers().iter().map(shape).collect::<Vec<_>>()
    };
    let plain = [(4, 32, 32, false, 0), (4, 16, 16, true, 1), (6, 8, 8, false, 1), (10, 1, 1, false, 1)];
    assert_eq!(shapes("model=cnn:4p,6s2"), plain, "a stride is not pooling");
    let residual = [
        (4, 32, 32, false, 0),
        (4, 32, 32, false, 1),
        (4, 32, 32, false, 2),
        (6, 16, 16, false, 1),
        (6, 16, 16, false, 2),
        (6, 1, 1, true, 1),
        (10, 1, 1, false, 1),
    ];
    assert_eq!(shapes("model=resnet:4,6&norm=batch"), residual, "blocks end with two kinds of edges");
}

#[test]
fn a_convolutional_run_is_measured_at_both_levels() {
    let mut training = training(
        "data=digits&model=cnn:4,6&norm=batch&batch=64&steps=4&eval=2&seeds=2&init=xavier_normal",
        &few_digits(),
    );
    let history = finish(&mut training, usize::MAX);
    let layers = history.layers.measured.iter().map(|layer| (layer.name.as_str(), layer.shape.units()));
    let expected =
        [("hidden 1", 4 * 784), ("pool 1", 4 * 196), ("hidden 2", 6 * 196), ("pool 2", 6 * 49), ("output", 10)];
    assert_eq!(layers.collect::<Vec<_>>(), expected, "measured layers with their units");
    let run = history.runs().next().expect("a run");
    assert_eq!(run.curves[Quantity::ChannelEmergenceB].len(), 3, "feature maps, too");
    assert_eq!(run.active_fraction[0].1.len(), 5, "a fraction for every layer");
    let at_start = |quantity| run.curves[quantity][0].1.expect("paths");
    let (unit, channel) = (at_start(Quantity::EmergenceB), at_start(Quantity::ChannelEmergenceB));
    assert!(unit > channel && channel > 0.0, "there are more units than maps: {unit} and {channel}");
}

#[test]
fn a_network_that_does_not_fit_the_device_is_rejected() {
    let experiment = experiment("data=digits&model=cnn:8&batch=64&seeds=1&init=kaiming_normal");
    let most = 1 << 20;
    for (small, demand) in [
        (OpenDevice { step_bytes: most, ..open_cpu() }, DeviceDemand::Step),
        (OpenDevice { tensor_bytes: most, ..open_cpu() }, DeviceDemand::Tensor),
    ] {
        let error =
            pollster::block_on(Training::new(&experiment, &few_digits(), &small)).expect_err("more than a megabyte");
        let Error::Value(error) = error else { panic!("{error}") };
        let expected = Requirement::DeviceMemory { demand, most }.into();
        assert_eq!((error.key, &error.expected), ("model", &expected), "{error}");
    }
    assert!(
        pollster::block_on(Training::new(&experiment, &few_digits(), &open_cpu())).is_ok(),
        "it fits on a common device"
    );
}

#[test]
fn large_networks_are_probed_with_fewer_examples() {
    let probe = |model: &str| {
        let experiment = experiment(&format!("model={model}&batch=32"));
        probe_examples(&experiment.model.architecture(&ExampleFacts::images(GRAY, 10), NormLayer::None).expect("fits"))
    };
    assert_eq!((probe("mlp:128,128"), probe("cnn:16,32"), probe("cnn:256,256")), (256, 63, 16), "examples");
}

#[test]
fn the_inspection_of_a_run_agrees_with_its_evaluation() {
    let dataset = few_digits();
    let mut training = training(
        "data=digits&model=cnn:4&batch=64&steps=30&eval=30&seeds=2&lr=0.05&init=kaiming_normal,pytorch",
        &dataset,
    );
    assert_eq!(training.examination(0, None), None, "nothing is evaluated yet");
    let history = finish(&mut training, usize::MAX);
    for (index, run) in history.runs().enumerate() {
        let examination = training.examination(index, None).expect("judged");
        assert_eq!((examination.step, examination.confusion.iter().sum::<u32>()), (30, 128), "all test examples");
        let correct = (0..10).map(|class| examination.confusion[class * 11]).sum::<u32>();
        let accuracy = last_accuracy(run).expect("evaluated");
        assert!((f64::from(correct) / 128.0 - accuracy).abs() < 1e-6, "the diagonal is the accuracy");
        assert_eq!(examination.mistakes.len(), (128 - correct as usize).min(24), "mistakes are shown");
        for mistake in &examination.mistakes {
            assert_eq!(mistake.label, images(&dataset).test.split().labels[mistake.index], "true class");
            assert_ne!(u16::from(mistake.label), mistake.predicted, "a mistake");
            let probabilities =
                pollster::block_on(training.classify(&mistake.pixels, None)).expect("an image that fits");
            let own = &probabilities[index];
            assert!((own.iter().sum::<f32>() - 1.0).abs() < 1e-5, "probabilities");
            assert!(own.iter().all(|p| *p <= own[usize::from(mistake.predicted)]), "the same answer as before");
        }
    }
    assert_eq!(training.examination(4, None), None, "there are four runs");
    let filters = pollster::block_on(training.filters(3, None)).expect("readable").expect("the fourth run");
    assert_eq!((filters.pictures.len(), filters.height, filters.width, filters.channels), (4, 3, 3, 1), "filters");
    assert_eq!(pollster::block_on(training.filters(4, None)), Ok(None), "there are four runs");
    assert!(pollster::block_on(training.classify(&[0; 7], None)).is_err(), "an image of another size");
    let (pixels, index, label) = training.test_example(129);
    assert_eq!((index, label), (1, images(&dataset).test.split().labels[1]), "indices continue from the first");
    assert_eq!(pixels, images(&dataset).test.split().images[784..1568], "its pixels");
}

#[test]
fn units_of_a_dense_first_layer_are_shown_as_images() {
    let dataset = few_digits();
    let training = training("data=digits&model=mlp:5&batch=64&steps=1&seeds=1&init=kaiming_normal", &dataset);
    let filters = pollster::block_on(training.filters(0, None)).expect("readable").expect("a run");
    assert_eq!((filters.pictures.len(), filters.height, filters.width), (5, 28, 28), "a picture per unit");
    let architecture = experiment("model=mlp:5")
        .model
        .architecture(&ExampleFacts::images(images(&dataset).shape(), 10), NormLayer::None)
        .expect("fits");
    let variant = "kaiming_normal".parse().expect("a scheme");
    let activation = emergence_lab::experiment::Activation::Relu;
    let drawn = emergence_lab::init::sample(&variant, &architecture, activation, 0).expect("no formula");
    let weights = drawn.values(ParameterRole::Weight(0));
    assert_eq!(filters.pictures[3][100].to_bits(), weights[100 * 5 + 3].to_bits(), "a column of the weight");
}
