//! Questions of the page to all runs, which every worker answers for its share: what is on an image, or what a sentence means.

use crate::error::{DatasetError, Error};
use crate::experiment::Share;
use crate::metrics::{AskedSentence, AttentionMap, SentenceAnswer, interleaved};
use crate::protocol::{ImageSource, NetworkAnswer, NetworkQuestion, SentenceSource};
use crate::train::Training;
use serde::{Deserialize, Serialize};

/// A question as it is passed on to helpers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) enum AskedQuestion {
    /// What is on an image?
    Image {
        /// `[channels, height, width]` of the data set, 0 to 255.
        pixels: Vec<u8>,
        /// Index and class of a test example.
        test: Option<(usize, u8)>,
    },
    /// What is the translation of a sentence?
    Sentence(AskedSentence),
}

impl AskedQuestion {
    /// The image or sentence of a question.
    pub(super) fn read(training: &Training, question: NetworkQuestion) -> Self {
        match question {
            NetworkQuestion::Image(ImageSource::Drawn { pixels }) => Self::Image { pixels, test: None },
            NetworkQuestion::Image(ImageSource::Test { index }) => {
                let (pixels, index, label) = training.test_example(index);
                Self::Image { pixels, test: Some((index, label)) }
            }
            NetworkQuestion::Sentence(SentenceSource::Test { index }) => Self::Sentence(training.test_sentence(index)),
            NetworkQuestion::Sentence(SentenceSource::Typed { text }) => Self::Sentence(training.typed_sentence(&text)),
        }
    }

    /// The answers of the runs of a share, after at most `at` steps, with the attention of one of them.
    pub(super) async fn answer(
        &self,
        training: &Training,
        share: Share,
        at: Option<u64>,
        attended: Option<usize>,
    ) -> Result<NetworkAnswer, Error> {
        match self {
            Self::Image { pixels, test } => {
                // None at all for an image that was drawn for another data set: the training is fine, but no run can classify it.
                let probabilities = match training.classify(pixels, at).await {
                    Err(Error::Dataset(DatasetError::PixelCount { .. })) => Vec::new(),
                    result => result?,
                };
                Ok(NetworkAnswer::Image { pixels: pixels.clone(), test: *test, probabilities })
            }
            Self::Sentence(asked) => {
                let (translations, attention) = training.translate(asked, at, attended).await?;
                let attention = attention.map(|map| AttentionMap { run: share.run(map.run), ..map });
                let (words, reference) = training.described(asked);
                Ok(NetworkAnswer::Sentence(SentenceAnswer {
                    test: asked.test,
                    sentence: asked.text.clone(),
                    words,
                    left_out: asked.left_out,
                    reference,
                    translations,
                    attention,
                }))
            }
        }
    }
}

/// The answers of all runs from those of the shares, in order; `None` if there are none.
pub(super) fn joined(answers: Vec<NetworkAnswer>) -> Option<NetworkAnswer> {
    let (mut all_probabilities, mut all_translations, mut all_attention) = (Vec::new(), Vec::new(), None);
    let mut first = None;
    for mut answer in answers {
        match &mut answer {
            NetworkAnswer::Image { probabilities, .. } => all_probabilities.push(std::mem::take(probabilities)),
            NetworkAnswer::Sentence(SentenceAnswer { translations, attention, .. }) => {
                all_translations.push(std::mem::take(translations));
                all_attention = all_attention.or(attention.take());
            }
        }
        first.get_or_insert(answer);
    }
    Some(match first? {
        NetworkAnswer::Image { pixels, test, .. } => {
            NetworkAnswer::Image { pixels, test, probabilities: interleaved(all_probabilities) }
        }
        NetworkAnswer::Sentence(answer) => NetworkAnswer::Sentence(SentenceAnswer {
            translations: interleaved(all_translations),
            attention: all_attention,
            ..answer
        }),
    })
}
