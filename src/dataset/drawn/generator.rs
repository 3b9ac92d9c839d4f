//! How a data set is drawn ([`Recipe`]), and the [`Generator`] that makes its examples a few at a time.

use crate::catalog::{DatasetName, ImageFacts, Part};
use crate::dataset::examples::{Dataset, Split, limit};
use crate::error::Result;

/// Examples between two reports of [`Recipe::generate`].
const REPORT: usize = 100;

/// The seed of the data sets that the experiments use, whatever their own seeds.
pub const SEED: u64 = 0;
/// Index of the first test example; training examples count from 0.
pub const FIRST_TEST_INDEX: u64 = 1 << 32;

/// A data set of which every example is a function of (seed, index) alone.
#[derive(Debug)]
pub struct Recipe {
    /// Which data set it is.
    pub name: DatasetName,
    /// What its images are.
    pub images: &'static ImageFacts,
    /// Appends the example with this index; test examples count from [`FIRST_TEST_INDEX`].
    pub append: fn(seed: u64, index: u64, split: &mut Split),
}

impl Recipe {
    /// A generator of the whole data set that the experiments use.
    ///
    /// # Errors
    /// As [`Generator::new`].
    pub fn whole(&'static self) -> Result<Generator> {
        Generator::new(self, SEED, self.images.train, self.images.test)
    }

    /// The data set of `seed` with the first `train` training and the first `test` test examples. After every hundred
    /// examples `progress` gets the number that are done and the number that there will be.
    ///
    /// # Errors
    /// As [`Generator::new`].
    pub fn generate(
        &'static self,
        seed: u64,
        train: usize,
        test: usize,
        mut progress: impl FnMut(usize, usize),
    ) -> Result<Dataset> {
        let mut generator = Generator::new(self, seed, train, test)?;
        while !generator.advance(REPORT) {
            progress(generator.done(), generator.total());
        }
        progress(generator.done(), generator.total());
        Ok(generator.finish())
    }
}

/// Makes a data set a few examples at a time, for a caller that has other work in between.
#[derive(Debug, Clone)]
pub struct Generator {
    recipe: &'static Recipe,
    seed: u64,
    train: usize,
    test: usize,
    /// Examples made so far.
    made: [Split; 2],
}

impl Generator {
    /// A generator that has made nothing yet.
    ///
    /// # Errors
    /// [`DatasetError::TooManyExamples`](crate::error::DatasetError::TooManyExamples) for more than the whole data set has,
    /// [`DatasetError::NoExamples`](crate::error::DatasetError::NoExamples) for zero.
    pub fn new(recipe: &'static Recipe, seed: u64, train: usize, test: usize) -> Result<Self> {
        limit(Part::Train, Some(train), recipe.images.train)?;
        limit(Part::Test, Some(test), recipe.images.test)?;
        let pixels = recipe.images.pixels();
        let room = |examples: usize| Split {
            images: Vec::with_capacity(examples * pixels),
            labels: Vec::with_capacity(examples),
        };
        Ok(Self { recipe, seed, train, test, made: [room(train), room(test)] })
    }

    /// Makes up to `examples` more; whether all are made.
    pub fn advance(&mut self, examples: usize) -> bool {
        for _ in 0..examples {
            let [made_train, made_test] = &mut self.made;
            let (split, first) = if made_train.len() < self.train {
                (made_train, 0)
            } else if made_test.len() < self.test {
                (made_test, FIRST_TEST_INDEX)
            } else {
                return true;
            };
            let index = first + split.len() as u64;
            (self.recipe.append)(self.seed, index, split);
        }
        self.done() == self.total()
    }

    /// Examples made so far.
    #[must_use]
    pub fn done(&self) -> usize {
        self.made.iter().map(Split::len).sum()
    }

    /// Examples in all.
    #[must_use]
    pub fn total(&self) -> usize {
        self.train + self.test
    }

    /// The data set, after making what is left.
    #[must_use]
    pub fn finish(mut self) -> Dataset {
        self.advance(usize::MAX);
        let [train, test] = self.made;
        Dataset::new(self.recipe.name, self.recipe.images, train, test)
    }
}
