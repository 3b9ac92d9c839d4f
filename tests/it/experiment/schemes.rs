//! The grammar of initializations: every scheme with any constants is parsed as it is written.

use crate::init::random_bases;
use emergence_lab::error::{Bounds, Error, Expected};
use emergence_lab::experiment::scheme::tuning::constant::Constant;
use emergence_lab::experiment::scheme::tuning::methods::{data_dependent, grad_init, scales};
use emergence_lab::experiment::scheme::{Card, CustomInit, CustomKind};
use emergence_lab::experiment::{
    BaseInit, ClosedForm, InitScheme, ModelSpec, Named, NormLayer, Rescaling, RescalingLevel, RescalingRule, Tuning,
    TuningMethod, Turn, UpdateRule,
};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::Union;

/// Formulas that have a value above 0 in every layer of any network, and characters that an address has to escape.
const FORMULAS: [&str; 6] = [
    "sqrt(2/fan_in)",
    "sqrt(6/(fan_in+fan_out))",
    "alpha^(layer - 1) / sqrt(fan_in)",
    "0.1*(1 - depth) + 1e-3",
    "layer < n_layers && fan_in > 9 ? min(1/fan_in, 0.5, alpha) : 0.02",
    "layer % 2 == 0 ? 0.1 : pow(e, -pi)",
];

fn any_custom() -> impl Strategy<Value = BaseInit> {
    let kinds = select(vec![CustomKind::Std, CustomKind::Uniform]);
    let alphas = prop_oneof![Just(1.5), 0.01..=100.0];
    (kinds, select(FORMULAS.to_vec()), alphas)
        .prop_map(|(kind, formula, alpha)| BaseInit::Custom(CustomInit::new(kind, formula, alpha).expect("a formula")))
}

/// Bases that every tuning method accepts.
fn any_random_base() -> BoxedStrategy<BaseInit> {
    prop_oneof![2 => select(random_bases()), 1 => any_custom()].boxed()
}

/// Bases that are compatible with a network.
fn any_base(fixup: bool) -> BoxedStrategy<BaseInit> {
    let silent = if fixup { vec![BaseInit::Zero, BaseInit::Fixup] } else { vec![BaseInit::Zero] };
    prop_oneof![3 => any_random_base(), 1 => select(silent)].boxed()
}

fn any_rescaling(bases: BoxedStrategy<BaseInit>, layers: usize) -> impl Strategy<Value = Rescaling> {
    let rules = [RescalingRule::Outer, RescalingRule::Pivot, RescalingRule::Inner, RescalingRule::Flat];
    let turn = prop_oneof![Just(Turn::Auto), (0..=layers).prop_map(Turn::At)];
    (bases, 0.01..=100.0, select(rules.to_vec()), turn).prop_map(|(base, alpha, rule, turn)| Rescaling {
        level: RescalingLevel::Depth,
        base,
        alpha,
        rule,
        turn,
    })
}

fn any_closed_form(bases: BoxedStrategy<BaseInit>, layers: usize) -> impl Strategy<Value = ClosedForm> {
    prop_oneof![
        bases.clone().prop_map(ClosedForm::Base),
        any_rescaling(bases.clone(), layers).prop_map(ClosedForm::Emergence),
        any_rescaling(bases, layers).prop_map(ClosedForm::Shuffled),
    ]
}

/// A text of any value that a constant may have.
fn any_value(expected: &Expected) -> BoxedStrategy<String> {
    match expected {
        Expected::Number(bounds) => any_number(*bounds),
        Expected::AutoOr(bounds) => prop_oneof![Just("auto".to_owned()), any_number(*bounds)].boxed(),
        Expected::OneOf(names) => select(names.clone()).prop_map(str::to_owned).boxed(),
        other => panic!("no constant is expected to be {other}"),
    }
}

fn any_number(bounds: Bounds) -> BoxedStrategy<String> {
    let Bounds { from, to, whole, .. } = bounds;
    if whole {
        return (from..=to).prop_map(|number| number.round().to_string()).boxed();
    }
    // Small numbers, too: a uniform number between 1e-9 and 1e9 is almost never small.
    prop_oneof![from..=to, from..=to.min(from + 1e-3)].prop_map(|number: f64| number.to_string()).boxed()
}

/// A method on the base of its paper, each of its constants with its default or any value that it may have.
fn any_tuning(method: TuningMethod) -> BoxedStrategy<Tuning> {
    let constants = method.constants().map(|constant| {
        let changed = any_value(&constant.expected()).prop_map(|value| (constant.name, value));
        option::of(changed)
    });
    let changed = constants.collect::<Vec<_>>().prop_map(move |changed| {
        let mut tuning = Tuning::from(method);
        for (name, value) in changed.into_iter().flatten() {
            tuning.set(name, &value).unwrap_or_else(|error| panic!("{name}={value}: {error}"));
        }
        tuning
    });
    prop_oneof![1 => changed, 1 => Just(method.into())].boxed()
}

/// Methods that work on zeros, or all.
fn any_method(on_zeros: bool) -> impl Strategy<Value = Tuning> {
    let methods = TuningMethod::all().filter(|method| !on_zeros || method.facts().works_on_zeros);
    Union::new(methods.map(any_tuning))
}

/// Schemes of all kinds that are compatible with a network.
pub(super) fn any_scheme(model: &ModelSpec, norm: NormLayer) -> BoxedStrategy<InitScheme> {
    let layers = model.weight_layer_count();
    let fixup = matches!(model, ModelSpec::ResNet { .. }) && norm == NormLayer::None;
    let tuned = |(base, mut tuning): (ClosedForm, Tuning)| {
        tuning.base = base;
        InitScheme::Tuned(tuning)
    };
    prop_oneof![
        3 => any_closed_form(any_base(fixup), layers).prop_map(InitScheme::Closed),
        1 => any_rescaling(any_base(fixup), layers).prop_map(InitScheme::RateControl),
        1 => (any_closed_form(any_base(fixup), layers), any_method(true)).prop_map(tuned),
        2 => (any_closed_form(any_random_base(), layers), any_method(false)).prop_map(tuned),
        1 => any_method(false).prop_map(InitScheme::Tuned),
    ]
    .boxed()
}

proptest! {
    #[test]
    fn every_scheme_is_parsed_as_it_is_written(
        scheme in any_scheme(&ModelSpec::ResNet { stages: Vec::new() }, NormLayer::None),
    ) {
        let text = scheme.to_string();
        prop_assert_eq!(text.parse::<InitScheme>(), Ok(scheme.clone()), "{}", text);
        if let Some(tuning) = scheme.tuning() {
            let mut rebuilt = Tuning::from(tuning.method);
            rebuilt.base = tuning.base.clone();
            for (constant, value) in tuning.constants() {
                rebuilt.set(constant.name, &value).expect("its own value");
            }
            prop_assert_eq!(&rebuilt, tuning, "constant by constant: {}", text);
            let sent = serde_json::to_string(tuning).expect("it can be written");
            prop_assert_eq!(&serde_json::from_str::<Tuning>(&sent).expect("and read"), tuning, "{}", sent);
        }
    }
}

#[test]
fn texts_have_one_canonical_form() {
    for (typed, canonical) in [
        ("lsuv", "lsuv"),
        ("lsuv(orthogonal)", "lsuv"),
        ("lsuv( orthogonal ; tries=10 )", "lsuv"),
        ("lsuv(tolerance=0.10)", "lsuv"),
        ("lsuv(tries=3)", "lsuv(orthogonal;tries=3)"),
        ("datadep(kaiming_normal;batch=16;beta=-0)", "datadep(kaiming_normal;beta=0)"),
        ("metainit(xavier_normal)", "metainit(xavier_normal)"),
        ("metainit(eps=1e-4;steps=20)", "metainit(kaiming_normal;steps=20;eps=0.0001)"),
        ("gradinit(kaiming_normal;eta=auto;step=adam;steps=1;steps=2)", "gradinit(kaiming_normal;steps=2;step=adam)"),
        ("gradinit(emergence(pytorch))", "gradinit(emergence(pytorch;alpha=1.5))"),
        ("nio(shuffle( emergence(zero;alpha=2) );parts=4)", "nio(shuffle(emergence(zero;alpha=2));parts=4)"),
        ("nio(custom(std = 1/fan_in ;alpha=2);gamma=1)", "nio(custom(std=1/fan_in;alpha=2);gamma=1)"),
        ("nio(eps=1e-8;bias_floor=-0;beta1=.9;beta2=0.9990)", "nio"),
        (
            "gradinit(bias_floor=1e-3;eps=1e-12;beta1=0)",
            "gradinit(kaiming_normal;beta1=0;eps=0.000000000001;bias_floor=0.001)",
        ),
        ("custom( uniform = max(1, 2) ; alpha=1.50)", "custom(uniform=max(1, 2))"),
        ("emergence(custom(std=alpha;alpha=2);alpha=3)", "emergence(custom(std=alpha;alpha=2);alpha=3)"),
        ("lrmatch( emergence(fixup) )", "lrmatch(emergence(fixup;alpha=1.5))"),
    ] {
        let scheme = typed.parse::<InitScheme>().unwrap_or_else(|error| panic!("{typed}: {error}"));
        assert_eq!(scheme.to_string(), canonical, "{typed}");
        assert_eq!(canonical.parse::<InitScheme>(), Ok(scheme), "{canonical} is the same");
    }
}

#[test]
fn an_error_lists_what_is_allowed_instead() {
    let bases = "xavier_normal, xavier_uniform, kaiming_normal, kaiming_uniform, lecun_normal, pytorch, orthogonal, zero, fixup, \
                 fairseq, gpt2, dsinit, tfixup, deepnet";
    let check = |text: &str, expected: &str, got: &str| {
        let error = text.parse::<InitScheme>().expect_err("no scheme").to_string();
        assert_eq!(error, format!("init: expected {expected}, got `{got}`"), "{text}");
    };
    let shuffle = "shuffle(emergence(BASE;alpha=...))";
    let closed = format!("one of {bases}, custom(std=FORMULA), emergence(BASE;alpha=...), {shuffle}");
    let all = format!("{closed}, lrmatch(emergence(BASE;alpha=...)), lsuv, datadep, metainit, gradinit, nio, admin");
    check(" he_normal ", &all, "he_normal");
    check("lsuv(", &all, "lsuv(");
    check("gradinit(lsuv)", &closed, "lsuv");
    check("nio()", &closed, "");
    check("emergence(lsuv)", &format!("one of {bases}, custom(std=FORMULA)"), "lsuv");
    check("shuffle(pytorch)", shuffle, "shuffle(pytorch)");
    check("lsuv(pytorch;tries)", "CONSTANT=VALUE", "tries");
    check("lsuv(pytorch;steps=3)", "one of tolerance, tries", "steps");
}

#[test]
fn a_constant_out_of_bounds_is_reported_with_its_bounds() {
    let check = |text: &str, name: &'static str, expected: Expected, got: &str| {
        let error = text.parse::<InitScheme>().expect_err("no scheme");
        assert_eq!(error, Error::parameter(name, expected, got), "{text}");
    };
    let whole = |from, to| Expected::Number(Bounds::whole(from, to));
    let real = |from, to| Expected::Number(Bounds::real(from, to));
    check("lsuv(tries=0)", "tries", whole(1, 100), "0");
    check("lsuv(tolerance=nan)", "tolerance", real(1e-6, 0.5), "nan");
    check("datadep(batch=1)", "batch", whole(2, 512), "1");
    check("metainit(momentum=1)", "momentum", real(0.0, 0.999), "1");
    check("gradinit(step=lion)", "step", Expected::OneOf(vec!["auto", "sgd", "adam"]), "lion");
    check("gradinit(eta=0)", "eta", Expected::AutoOr(Bounds::real(1e-9, 1e9)), "0");
    check("gradinit(clip=auto)", "clip", real(1e-9, 1e9), "auto");
    check("gradinit(beta1=1)", "beta1", real(0.0, 0.999_999), "1");
    check("gradinit(eps=0)", "eps", real(1e-12, 1.0), "0");
    check("nio(beta2=0.9999991)", "beta2", real(0.0, 0.999_999), "0.9999991");
    check("nio(bias_floor=-0.1)", "bias_floor", real(0.0, 1.0), "-0.1");
    check("nio(parts=9)", "parts", whole(2, 8), "9");
    check("nio(steps=10001)", "steps", whole(1, 10_000), "10001");
    check("emergence(pytorch;alpha=200)", "alpha", real(0.01, 100.0), "200");
    check("emergence(pytorch;turn=early)", "turn", Expected::AutoOr(Bounds::whole(0, 1000)), "early");
    check("emergence(pytorch;rule=steep)", "rule", Expected::OneOf(vec!["outer", "pivot", "inner", "flat"]), "steep");
}

#[test]
fn every_constant_allows_its_default() {
    for method in TuningMethod::all() {
        let mut names = Vec::new();
        for constant in method.constants() {
            let Constant { name, meaning, .. } = constant;
            let mut tuning = Tuning::from(method);
            let default = constant.default_text();
            assert_eq!(tuning.set(name, &default), Ok(()), "{}: {name}={default}", method.name());
            assert_eq!(tuning, method.into(), "{}: {name}={default} changes nothing", method.name());
            assert!(
                !meaning.text().is_empty() && !meaning.text().ends_with('.'),
                "{}: a phrase describes {name}",
                method.name()
            );
            assert!(!names.contains(name), "{}: only one constant is named {name}", method.name());
            names.push(name);
        }
    }
}

#[test]
fn code_and_text_refer_to_the_same_constant() {
    let tuning = |text: &str| text.parse::<InitScheme>().expect("a scheme").tuning().expect("a tuned one").clone();
    let changed = tuning("gradinit(steps=7;step=adam;eta=0.25;floor=0.5)");
    assert_eq!(changed.value(&grad_init::STEPS), 7, "a whole number");
    assert_eq!(changed.value(&grad_init::STEP), Some(UpdateRule::Adam), "a name");
    assert_eq!(changed.value(&grad_init::ETA), Some(0.25), "a number instead of auto");
    assert_eq!(changed.value(&grad_init::GAMMA), None, "auto");
    assert!((changed.value(&scales::FLOOR) - 0.5).abs() < f64::EPSILON, "a constant that is shared");
    assert!((changed.value(&scales::CLIP) - 1.0).abs() < f64::EPSILON, "the default");
    assert_eq!(tuning("datadep(batch=20)").value(&data_dependent::BATCH), 20, "a number of examples");
    let fields: Vec<_> = changed.changed_constants().map(|(constant, value)| (constant.name, value)).collect();
    let expected = [("steps", "7"), ("step", "adam"), ("eta", "0.25"), ("floor", "0.5")];
    assert_eq!(fields, expected.map(|(name, value)| (name, value.to_owned())), "what differs, in the table's order");
}

#[test]
fn tuned_schemes_are_described() {
    for method in TuningMethod::all() {
        let facts = method.facts();
        let Card { sentence, equation, source, cost } = facts.card;
        assert!(
            sentence.text().ends_with('.') && cost.text().starts_with("before step 0: "),
            "{}: sentence and cost",
            facts.name
        );
        assert!(
            !equation.is_empty() && equation.iter().all(|line| !line.text().is_empty()),
            "{}: an equation",
            facts.name
        );
        assert!(
            source.url.text().starts_with("https://") && !source.link.text().is_empty(),
            "{}: a source",
            facts.name
        );
        // The cost is that of the default constants.
        let told = |name: &str| ["steps", "batches", "batch"].contains(&name);
        for constant in method.constants().filter(|constant| told(constant.name)) {
            let default = constant.default_text();
            assert!(
                cost.text().split(' ').any(|word| word == default),
                "{}: {default} of {}",
                facts.name,
                constant.name
            );
        }
    }
}
