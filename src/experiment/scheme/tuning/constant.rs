//! The constants of tuning methods: their allowed values, how they are parsed and written, and the values in a scheme.

use crate::error::{Bounds, Error, Expected, Result};
use crate::experiment::values::Named;
use crate::prose::Prose;
use serde::{Deserialize, Serialize};

/// A constant of a tuning method, for the parser, the text form and the form of the page.
#[derive(Debug, Clone, Copy)]
pub struct Constant {
    /// Its name in the text form.
    pub name: &'static str,
    /// Its meaning, as a phrase.
    pub meaning: Prose,
    /// Its allowed values.
    pub domain: ConstantDomain,
    /// Its default value.
    pub default: ConstantValue,
    /// Whether the form hides it under "More constants".
    pub advanced: bool,
}

/// The allowed values of a constant.
#[derive(Debug, Clone, Copy)]
pub enum ConstantDomain {
    /// A real number.
    Real(Bounds),
    /// A whole number.
    Whole(Bounds),
    /// `auto`, whose value follows from the experiment, or a real number.
    AutoOrReal(Bounds),
    /// `auto`, whose value follows from the experiment, or one of these names.
    AutoOrName(fn() -> Vec<&'static str>),
}

/// The value of a constant.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum ConstantValue {
    /// `auto`: the value follows from the experiment.
    Auto,
    /// A real number.
    Real(f64),
    /// A whole number.
    Whole(u64),
    /// The name with this index in the list of names.
    Name(usize),
}

/// A constant together with the type of its values, for the code that computes with it.
#[derive(Debug, Clone, Copy)]
pub struct TypedConstant<T> {
    /// The constant without the type of its values.
    pub constant: Constant,
    /// Its default.
    pub default: T,
}

/// A type that values of constants can have.
pub trait ConstantType: Copy {
    /// Converts `value` to this type; `None` if it has another type.
    fn of(value: ConstantValue) -> Option<Self>;
}

/// The values of the constants in a scheme.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ConstantValues {
    /// The values that differ from their defaults, with their names in alphabetical order.
    changed: Vec<(String, ConstantValue)>,
}

impl ConstantValues {
    /// The value of a constant.
    #[must_use]
    pub fn get<T: ConstantType>(&self, constant: &TypedConstant<T>) -> T {
        self.changed_value(&constant.constant).and_then(T::of).unwrap_or(constant.default)
    }

    /// The text of a constant's value.
    #[must_use]
    pub fn text(&self, constant: &Constant) -> String {
        constant.write(self.changed_value(constant).unwrap_or(constant.default))
    }

    /// Whether the value of a constant differs from its default.
    #[must_use]
    pub fn is_changed(&self, constant: &Constant) -> bool {
        self.changed_value(constant).is_some()
    }

    /// Parses `text` and sets a constant.
    ///
    /// # Errors
    /// [`Error::Value`] if the constant cannot have this value.
    pub fn set(&mut self, constant: &Constant, text: &str) -> Result<()> {
        let refused = || Error::parameter(constant.name, constant.expected(), text);
        let value = constant.read(text).ok_or_else(refused)?;
        let place = self.place(constant);
        if let Ok(index) = place {
            self.changed.remove(index);
        }
        if value != constant.default {
            let index = place.unwrap_or_else(|index| index);
            self.changed.insert(index, (constant.name.to_owned(), value));
        }
        Ok(())
    }

    fn changed_value(&self, constant: &Constant) -> Option<ConstantValue> {
        self.place(constant).ok().map(|index| self.changed[index].1)
    }

    /// The index of a constant among those that are changed, or the one where it belongs.
    fn place(&self, constant: &Constant) -> std::result::Result<usize, usize> {
        self.changed.binary_search_by(|(name, _)| name.as_str().cmp(constant.name))
    }
}

impl Constant {
    /// The text of its default.
    #[must_use]
    pub fn default_text(&self) -> String {
        self.write(self.default)
    }

    /// The allowed values, for error messages.
    #[must_use]
    pub fn expected(&self) -> Expected {
        match self.domain {
            ConstantDomain::Real(bounds) | ConstantDomain::Whole(bounds) => Expected::Number(bounds),
            ConstantDomain::AutoOrReal(bounds) => Expected::AutoOr(bounds),
            ConstantDomain::AutoOrName(names) => Expected::OneOf([vec![AUTO], names()].concat()),
        }
    }

    fn read(&self, text: &str) -> Option<ConstantValue> {
        match self.domain {
            ConstantDomain::AutoOrReal(_) | ConstantDomain::AutoOrName(_) if text == AUTO => Some(ConstantValue::Auto),
            ConstantDomain::Real(bounds) | ConstantDomain::AutoOrReal(bounds) => {
                // Adding zero turns `-0`, which is within bounds, into `0`; it would be written as `-0` otherwise.
                let number = text.parse::<f64>().ok().filter(|number| bounds.contain(*number));
                number.map(|number| ConstantValue::Real(number + 0.0))
            }
            ConstantDomain::Whole(bounds) => {
                let number = text.parse::<u64>().ok().filter(|number| bounds.contain(*number as f64));
                number.map(ConstantValue::Whole)
            }
            ConstantDomain::AutoOrName(names) => names().iter().position(|name| *name == text).map(ConstantValue::Name),
        }
    }

    fn write(&self, value: ConstantValue) -> String {
        match value {
            ConstantValue::Auto => AUTO.to_owned(),
            ConstantValue::Real(number) => number.to_string(),
            ConstantValue::Whole(number) => number.to_string(),
            ConstantValue::Name(index) => match self.domain {
                ConstantDomain::AutoOrName(names) => names().get(index).copied().unwrap_or_default().to_owned(),
                _ => String::new(),
            },
        }
    }
}

/// The text of [`ConstantValue::Auto`].
const AUTO: &str = "auto";

impl<T> TypedConstant<T> {
    const fn new(
        name: &'static str,
        meaning: &'static str,
        domain: ConstantDomain,
        untyped: ConstantValue,
        default: T,
    ) -> Self {
        Self {
            constant: Constant { name, meaning: Prose::new(meaning), domain, default: untyped, advanced: false },
            default,
        }
    }
}

impl<T: Copy> TypedConstant<T> {
    /// The same constant, hidden under "More constants" in the form.
    #[must_use]
    pub const fn advanced(self) -> Self {
        Self { constant: Constant { advanced: true, ..self.constant }, ..self }
    }
}

impl TypedConstant<f64> {
    /// A real number.
    #[must_use]
    pub const fn real(name: &'static str, meaning: &'static str, default: f64, bounds: Bounds) -> Self {
        Self::new(name, meaning, ConstantDomain::Real(bounds), ConstantValue::Real(default), default)
    }
}

impl TypedConstant<u64> {
    /// A whole number.
    #[must_use]
    pub const fn whole(name: &'static str, meaning: &'static str, default: u64, bounds: Bounds) -> Self {
        Self::new(name, meaning, ConstantDomain::Whole(bounds), ConstantValue::Whole(default), default)
    }
}

impl TypedConstant<usize> {
    /// A whole number of objects in memory.
    #[must_use]
    pub const fn count(name: &'static str, meaning: &'static str, default: usize, bounds: Bounds) -> Self {
        Self::new(name, meaning, ConstantDomain::Whole(bounds), ConstantValue::Whole(default as u64), default)
    }
}

impl TypedConstant<Option<f64>> {
    /// A real number or, by default, `auto`, which is `None`.
    #[must_use]
    pub const fn auto_or_real(name: &'static str, meaning: &'static str, bounds: Bounds) -> Self {
        Self::new(name, meaning, ConstantDomain::AutoOrReal(bounds), ConstantValue::Auto, None)
    }
}

impl<T: Named> TypedConstant<Option<T>> {
    /// A value of a closed list or, by default, `auto`, which is `None`.
    #[must_use]
    pub const fn auto_or_name(name: &'static str, meaning: &'static str) -> Self {
        Self::new(name, meaning, ConstantDomain::AutoOrName(names::<T>), ConstantValue::Auto, None)
    }
}

fn names<T: Named>() -> Vec<&'static str> {
    T::rows().map(|(name, _, _)| name).collect()
}

impl ConstantType for f64 {
    fn of(value: ConstantValue) -> Option<Self> {
        if let ConstantValue::Real(number) = value { Some(number) } else { None }
    }
}

impl ConstantType for u64 {
    fn of(value: ConstantValue) -> Option<Self> {
        if let ConstantValue::Whole(number) = value { Some(number) } else { None }
    }
}

impl ConstantType for usize {
    fn of(value: ConstantValue) -> Option<Self> {
        u64::of(value).and_then(|number| number.try_into().ok())
    }
}

impl ConstantType for Option<f64> {
    fn of(value: ConstantValue) -> Option<Self> {
        if value == ConstantValue::Auto { Some(None) } else { f64::of(value).map(Some) }
    }
}

impl<T: Named> ConstantType for Option<T> {
    fn of(value: ConstantValue) -> Option<Self> {
        match value {
            ConstantValue::Auto => Some(None),
            ConstantValue::Name(index) => T::all().nth(index).map(Some),
            ConstantValue::Real(_) | ConstantValue::Whole(_) => None,
        }
    }
}
