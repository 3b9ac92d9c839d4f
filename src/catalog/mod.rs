//! The catalog of data sets, as plain data. The query string, the form, the limits, the readers, the downloads, the command line and
//! the documentation all use its rows; `data_sets` is the table, `facts` has the types of its cells.

mod data_sets;
mod facts;

pub use data_sets::{
    CIFAR_10_IMAGES, CatalogRow, DIGITS_IMAGES, DatasetName, DatasetOrigin, DrawnSet, LARGEST_PART, PATTERNS_IMAGES,
};
pub use facts::{
    Citation, DataArchive, DataFile, FileContent, FileFormat, ImageFacts, Mirror, Normalization, Part, Publication,
};
