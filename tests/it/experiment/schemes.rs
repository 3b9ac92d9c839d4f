//! The grammar of initializations: what is written can be read, for every scheme with any constants.

use crate::init::random_bases;
use emergence_lab::error::{Bounds, Error, Expected};
use emergence_lab::experiment::scheme::tuning::{DataDependent, GradInit, Lsuv, MetaInit, Nio, ScaleSteps};
use emergence_lab::experiment::scheme::{CustomInit, CustomKind};
use emergence_lab::experiment::{
    BaseInit, ClosedForm, InitScheme, ModelSpec, Named, NormLayer, Rescaling, RescalingRule, Tuning, TuningMethod,
    Turn, UpdateRule,
};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

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

/// Bases that every tuning method takes.
fn any_random_base() -> BoxedStrategy<BaseInit> {
    prop_oneof![2 => select(random_bases()), 1 => any_custom()].boxed()
}

/// Bases that go with a network.
fn any_base(fixup: bool) -> BoxedStrategy<BaseInit> {
    let silent = if fixup { vec![BaseInit::Zero, BaseInit::Fixup] } else { vec![BaseInit::Zero] };
    prop_oneof![3 => any_random_base(), 1 => select(silent)].boxed()
}

fn any_rescaling(bases: BoxedStrategy<BaseInit>, layers: usize) -> impl Strategy<Value = Rescaling> {
    let rules = [RescalingRule::Outer, RescalingRule::Pivot, RescalingRule::Inner, RescalingRule::Flat];
    let turn = prop_oneof![Just(Turn::Auto), (0..=layers).prop_map(Turn::At)];
    (bases, 0.01..=100.0, select(rules.to_vec()), turn).prop_map(|(base, alpha, rule, turn)| Rescaling {
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

/// Constants of a method: those of its paper, or any that it may have.
fn constants<T: Default + Clone + std::fmt::Debug + 'static>(
    any: impl Strategy<Value = T> + 'static,
) -> BoxedStrategy<T> {
    prop_oneof![1 => any, 1 => Just(T::default())].boxed()
}

fn positive() -> impl Strategy<Value = f64> {
    prop_oneof![1e-9..=1e9, 1e-9..=1e-3]
}

fn any_scale_steps() -> impl Strategy<Value = ScaleSteps> {
    let epsilons = prop_oneof![1e-12..=1.0, 1e-12..=1e-6];
    (positive(), 0.0..=1.0, 0.0..=1.0, 0.0..=0.999_999, 0.0..=0.999_999, epsilons).prop_map(
        |(clip, floor, bias_floor, beta_1, beta_2, epsilon)| ScaleSteps {
            clip,
            floor,
            beta_1,
            beta_2,
            epsilon,
            bias_floor,
        },
    )
}

/// Methods that take random bases only.
fn any_measuring_method() -> impl Strategy<Value = TuningMethod> {
    let lsuv = (1e-6..=0.5, 1_u64..=100).prop_map(|(tolerance, tries)| Lsuv { tolerance, tries });
    let data_dependent = (-10.0..=10.0, 1_u64..=1000, 2_usize..=512).prop_map(|(beta, batches, batch)| DataDependent {
        beta,
        batches,
        batch,
    });
    let meta_init = (positive(), 0.0..=0.999, 1_u64..=10_000, 1e-9..=1.0)
        .prop_map(|(learning_rate, momentum, steps, epsilon)| MetaInit { learning_rate, momentum, steps, epsilon });
    let nio = (positive(), positive(), 1_u64..=10_000, 2_usize..=8, any_scale_steps())
        .prop_map(|(learning_rate, gamma, steps, parts, scales)| Nio { learning_rate, gamma, steps, parts, scales });
    prop_oneof![
        constants(lsuv).prop_map(TuningMethod::Lsuv),
        constants(data_dependent).prop_map(TuningMethod::DataDependent),
        constants(meta_init).prop_map(TuningMethod::MetaInit),
        constants(nio).prop_map(TuningMethod::Nio),
    ]
}

fn any_grad_init() -> impl Strategy<Value = TuningMethod> {
    let kinds = option::of(select(UpdateRule::all().collect::<Vec<_>>()));
    let automatic = (option::of(positive()), option::of(positive()), option::of(positive()));
    let any = (kinds, automatic, 1_u64..=10_000, any_scale_steps()).prop_map(
        |(step, (eta, gamma, learning_rate), steps, scales)| GradInit {
            step,
            eta,
            gamma,
            steps,
            learning_rate,
            scales,
        },
    );
    constants(any).prop_map(TuningMethod::GradInit)
}

/// Schemes of all kinds that go with a network.
pub(super) fn any_scheme(model: &ModelSpec, norm: NormLayer) -> BoxedStrategy<InitScheme> {
    let layers = model.weight_layer_count();
    let fixup = matches!(model, ModelSpec::ResNet { .. }) && norm == NormLayer::None;
    let tuned = |(base, method)| InitScheme::Tuned(Tuning { base, method });
    prop_oneof![
        3 => any_closed_form(any_base(fixup), layers).prop_map(InitScheme::Closed),
        1 => any_rescaling(any_base(fixup), layers).prop_map(InitScheme::RateControl),
        1 => (any_closed_form(any_base(fixup), layers), any_grad_init()).prop_map(tuned),
        2 => (any_closed_form(any_random_base(), layers), any_measuring_method()).prop_map(tuned),
        1 => prop_oneof![any_grad_init(), any_measuring_method()].prop_map(|method| InitScheme::Tuned(method.into())),
    ]
    .boxed()
}

proptest! {
    #[test]
    fn every_scheme_is_read_as_it_is_written(
        scheme in any_scheme(&ModelSpec::ResNet { stages: Vec::new() }, NormLayer::None),
    ) {
        let text = scheme.to_string();
        prop_assert_eq!(text.parse::<InitScheme>(), Ok(scheme.clone()), "{}", text);
        if let Some(tuning) = scheme.tuning() {
            let mut rebuilt = tuning.method.standard();
            for constant in tuning.method.constants() {
                rebuilt.set(constant.name, &constant.value).expect("its own value");
            }
            prop_assert_eq!(&rebuilt, &tuning.method, "constant by constant: {}", text);
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
fn a_complaint_names_what_can_stand_in_its_place() {
    let bases = "xavier_normal, xavier_uniform, kaiming_normal, kaiming_uniform, lecun_normal, pytorch, orthogonal, zero, fixup";
    let check = |text: &str, expected: &str, got: &str| {
        let error = text.parse::<InitScheme>().expect_err("no scheme").to_string();
        assert_eq!(error, format!("init: expected {expected}, got `{got}`"), "{text}");
    };
    let shuffle = "shuffle(emergence(BASE;alpha=...))";
    let closed = format!("one of {bases}, custom(std=FORMULA), emergence(BASE;alpha=...), {shuffle}");
    let all = format!("{closed}, lrmatch(emergence(BASE;alpha=...)), lsuv, datadep, metainit, gradinit, nio");
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
fn a_constant_out_of_bounds_is_named_with_its_bounds() {
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
