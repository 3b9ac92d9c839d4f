//! Non-negative real numbers of any magnitude, as a mantissa times a power of two: the counts of paths during training.
//!
//! They are only added and multiplied, so nothing cancels and every operation keeps 53 bits; unlike with logarithms this costs a
//! few integer instructions per operation, which matters because every probe example of every run is measured.

/// `mantissa · 2^exponent` with the mantissa in `[1, 2)`, or zero (mantissa 0, exponent 0).
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct ScaledNumber {
    mantissa: f64,
    exponent: i64,
}

/// Bits of an `f64` that hold the fraction.
const FRACTION_BITS: u32 = 52;
/// The value in the exponent field of an `f64` for values in `[1, 2)`.
const BIAS: i64 = 1023;
/// Terms smaller by this many powers of two do not change a sum of 53-bit numbers.
const NEGLIGIBLE: i64 = 64;

impl ScaledNumber {
    /// Zero.
    pub(super) const ZERO: Self = Self { mantissa: 0.0, exponent: 0 };

    /// A finite, non-negative number.
    pub(super) fn new(value: f64) -> Self {
        Self::normalized(value, 0)
    }

    /// `log10`, `None` for zero.
    pub(super) fn log10(self) -> Option<f64> {
        (self.mantissa > 0.0).then(|| self.mantissa.log10() + self.exponent as f64 * std::f64::consts::LOG10_2)
    }

    /// The sum.
    pub(super) fn plus(self, other: Self) -> Self {
        if self.mantissa == 0.0 || other.mantissa == 0.0 {
            return if self.mantissa == 0.0 { other } else { self };
        }
        let (large, small) = if self.exponent >= other.exponent { (self, other) } else { (other, self) };
        let gap = large.exponent - small.exponent;
        if gap > NEGLIGIBLE {
            return large;
        }
        Self::normalized(large.mantissa + small.mantissa * power_of_two(-gap), large.exponent)
    }

    /// The product.
    pub(super) fn times(self, other: Self) -> Self {
        Self::normalized(self.mantissa * other.mantissa, self.exponent + other.exponent)
    }

    /// `value · 2^exponent`, where the value is finite and not negative.
    pub(super) fn normalized(value: f64, exponent: i64) -> Self {
        if value == 0.0 {
            return Self::ZERO;
        }
        if value < f64::MIN_POSITIVE {
            return Self::normalized(value * power_of_two(NEGLIGIBLE), exponent - NEGLIGIBLE);
        }
        let fraction = value.to_bits() & ((1 << FRACTION_BITS) - 1);
        Self { mantissa: f64::from_bits(fraction | 1.0_f64.to_bits()), exponent: exponent + exponent_of(value) }
    }
}

/// The exponent of a positive normal number: the largest `e` with `2^e <= value`.
pub(super) fn exponent_of(value: f64) -> i64 {
    (value.to_bits() >> FRACTION_BITS).cast_signed() - BIAS
}

/// `2^exponent` for exponents within `±1000`.
pub(super) const fn power_of_two(exponent: i64) -> f64 {
    f64::from_bits((exponent + BIAS).cast_unsigned() << FRACTION_BITS)
}
