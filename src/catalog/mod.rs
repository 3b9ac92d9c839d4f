//! The catalogs, as plain data: the table of data sets, which the query string, the form, the limits, the readers, the downloads, the
//! command line and the documentation use (`facts` has the types of its cells); and the table of curves, which training, results
//! files, charts and the page use.

mod curves;
mod data_sets;
mod facts;
mod figures;
mod languages;
mod publications;

pub use curves::{EmergenceNodes, Occasion, Precision, QUANTITIES, Quantity, QuantityFacts, Unit};
pub use data_sets::{
    CatalogRow, DIGITS_IMAGES, DataKind, DatasetName, DatasetOrigin, DrawnSet, LARGEST_PART, PATTERNS_IMAGES, Task,
};
pub use facts::{
    Citation, DataArchive, DataFile, FileContent, FileFormat, ImageFacts, License, Mirror, Normalization, Part,
    Publication, PublishedContents, SentenceFacts,
};
pub use figures::{FIGURES, FigureFacts, FigureQuantity, FigureSource, FigureUnit};
pub use languages::{LANGUAGES, LanguageFacts, NUMBERS_TEST, NUMBERS_TRAIN, NumberLanguage};
pub use publications::CIFAR_10_IMAGES;
