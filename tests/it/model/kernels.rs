//! The loops of the CPU against exact values and definitions.

use emergence_lab::model::convolution::cpu_pool::max_pool_gradient;
use emergence_lab::model::dense::cpu::{
    Epilogue, Sizes, bias_gradient, forward, input_gradient, relu_gradient, weight_gradient,
};
use emergence_lab::model::kernels::functions::{erf, exp, tanh};

/// The difference of a number from the exact value, in units in the last place of the latter.
fn ulps(got: f32, exact: f64) -> f64 {
    #[expect(clippy::cast_possible_truncation, reason = "the nearest f32")]
    let nearest = (exact as f32).abs();
    let unit = f64::from(nearest.next_up()) - f64::from(nearest);
    (f64::from(got) - exact).abs() / unit
}

/// Every 997th of all f32.
fn floats() -> impl Iterator<Item = f32> {
    (0..=u32::MAX).step_by(997).map(f32::from_bits).filter(|x| !x.is_nan())
}

fn largest_error(function: fn(f32) -> f32, exact: fn(f64) -> f64, within: impl Fn(f32) -> bool) -> (f64, f32) {
    let errors = floats().filter(|x| within(*x)).map(|x| (ulps(function(x), exact(f64::from(x))), x));
    errors.fold((0.0, 0.0), |most, error| if error.0 > most.0 { error } else { most })
}

#[test]
fn functions_are_within_their_stated_errors() {
    let (error, at) = largest_error(exp, libm::exp, |x| (-104.0..88.7).contains(&x));
    assert!(error <= 1.0, "exp({at}) is wrong by {error} units in the last place");
    let (error, at) = largest_error(tanh, libm::tanh, |_| true);
    assert!(error <= 2.0, "tanh({at}) is wrong by {error} units in the last place");
    let (error, at) = largest_error(erf, libm::erf, |_| true);
    assert!(error <= 3.0, "erf({at}) is wrong by {error} units in the last place");
}

#[test]
fn functions_have_their_limits() {
    let infinity = f32::INFINITY;
    let bits = |numbers: [f32; 3]| numbers.map(f32::to_bits);
    assert_eq!(bits([exp(-infinity), exp(0.0), exp(200.0)]), bits([0.0, 1.0, infinity]), "exp");
    assert_eq!(bits([tanh(-infinity), tanh(0.0), tanh(infinity)]), bits([-1.0, 0.0, 1.0]), "tanh");
    assert_eq!(bits([erf(-infinity), erf(0.0), erf(infinity)]), bits([-1.0, 0.0, 1.0]), "erf");
    assert!([exp, tanh, erf].iter().all(|function| function(f32::NAN).is_nan()), "NaN stays");
}

/// Numbers that f32 and f64 represent exactly, with exact sums of products.
fn numbers(count: usize, salt: usize) -> Vec<f64> {
    (0..count).map(|index| ((index * 37 + salt * 101) % 23) as f64 / 8.0 - 1.25).collect()
}

#[expect(clippy::cast_possible_truncation, reason = "exact")]
fn single(numbers: &[f64]) -> Vec<f32> {
    numbers.iter().map(|number| *number as f32).collect()
}

fn double(numbers: &[f32]) -> Vec<f64> {
    numbers.iter().map(|number| f64::from(*number)).collect()
}

#[test]
fn dense_layers_of_any_size_agree_with_the_definition() {
    // More and fewer than a tile's rows and columns, whole tiles, several blocks of rows (the last one also for one thread), and no number at all.
    let sizes = [(1, 1, 1), (3, 5, 7), (4, 8, 16), (9, 2, 33), (130, 17, 10), (5, 70, 3), (0, 4, 4), (130, 700, 9)];
    for (batch, inputs, outputs) in sizes {
        for (runs, seen) in [(1, 1), (3, 1), (2, 2)] {
            let sizes = Sizes { runs, batch, inputs, outputs };
            let (examples, weights) = (numbers(seen * batch * inputs, 1), numbers(runs * inputs * outputs, 2));
            let (biases, gradients) = (numbers(runs * outputs, 3), numbers(runs * batch * outputs, 4));
            let input = |run: usize, example: usize, i: usize| examples[(run % seen * batch + example) * inputs + i];
            let weight = |run: usize, i: usize, o: usize| weights[(run * inputs + i) * outputs + o];
            let gradient = |run: usize, example: usize, o: usize| gradients[(run * batch + example) * outputs + o];
            let (mut result, mut of_input, mut of_weight, mut of_bias) = (vec![], vec![], vec![], vec![]);
            for run in 0..runs {
                for example in 0..batch {
                    let sum = |o| (0..inputs).map(|i| input(run, example, i) * weight(run, i, o)).sum::<f64>();
                    result.extend((0..outputs).map(|o| (sum(o) + biases[run * outputs + o]).max(0.0)));
                    let back = |i| (0..outputs).map(|o| gradient(run, example, o) * weight(run, i, o)).sum::<f64>();
                    of_input.extend((0..inputs).map(back));
                }
                for i in 0..inputs {
                    let sum = |o| (0..batch).map(|e| input(run, e, i) * gradient(run, e, o)).sum::<f64>();
                    of_weight.extend((0..outputs).map(sum));
                }
                of_bias.extend((0..outputs).map(|o| (0..batch).map(|e| gradient(run, e, o)).sum::<f64>()));
            }
            let case = format!("{sizes:?}, input of {seen}");
            let epilogue = Some(Epilogue { bias: &biases, relu: true });
            assert_eq!(forward(&examples, &weights, epilogue, &sizes), result, "forward, {case}");
            assert_eq!(input_gradient(&gradients, &weights, &sizes), of_input, "gradient of the input, {case}");
            assert_eq!(weight_gradient(&examples, &gradients, &sizes), of_weight, "gradient of the weight, {case}");
            assert_eq!(bias_gradient(&gradients, [runs, batch, outputs]), of_bias, "gradient of the bias, {case}");
            let (masked, _) = relu_gradient(&gradients, &result, [runs, batch, outputs]);
            let kept = gradients.iter().zip(&result).map(|(g, y)| if *y > 0.0 { *g } else { 0.0 }).collect::<Vec<_>>();
            assert_eq!(masked, kept, "gradient before ReLU, {case}");

            let (examples, weights) = (single(&examples), single(&weights));
            let (gradients, biases) = (single(&gradients), single(&biases));
            let epilogue = Some(Epilogue { bias: &biases, relu: true });
            assert_eq!(double(&forward(&examples, &weights, epilogue, &sizes)), result, "forward in f32, {case}");
            assert_eq!(
                double(&input_gradient(&gradients, &weights, &sizes)),
                of_input,
                "gradient of the input in f32, {case}"
            );
            assert_eq!(
                double(&weight_gradient(&examples, &gradients, &sizes)),
                of_weight,
                "gradient of the weight in f32, {case}"
            );
        }
    }
}

#[test]
fn the_gradient_of_max_pooling_goes_to_the_first_maximum() {
    for [height, width] in [[2, 2], [4, 6], [5, 7], [3, 28], [14, 14]] {
        // Few different numbers, so that windows have several maxima.
        let maps = (0..3 * height * width).map(|index| ((index * 7 + index / 5) % 4) as f64).collect::<Vec<_>>();
        let gradient = numbers(3 * (height / 2) * (width / 2), 5);
        let mut expected = vec![0.0; maps.len()];
        for (window, gradient) in gradient.iter().enumerate() {
            let (map, place) = (window / (height / 2 * (width / 2)), window % (height / 2 * (width / 2)));
            let corner = (map * height + place / (width / 2) * 2) * width + place % (width / 2) * 2;
            let places = [corner, corner + 1, corner + width, corner + width + 1];
            let largest = places.into_iter().rev().max_by(|one, other| maps[*one].total_cmp(&maps[*other]));
            expected[largest.expect("one of four")] = *gradient;
        }
        assert_eq!(max_pool_gradient(&maps, &gradient, [height, width]), expected, "{height} x {width}");
        let (maps, gradient) = (single(&maps), single(&gradient));
        assert_eq!(double(&max_pool_gradient(&maps, &gradient, [height, width])), expected, "f32, {height} x {width}");
    }
    let undefined = max_pool_gradient(&[1.0, f32::NAN, 2.0, 3.0], &[5.0], [2, 2]);
    assert_eq!(undefined, [0.0, 0.0, 0.0, 5.0], "the last place of a window without a maximum");
}
