//! The English sentences about what was done with a visitor's files.

use super::NONE;
use crate::error::{NameList, UploadNote};
use crate::prose::IS_PAGE;
use crate::texts::text;
use std::fmt::{Display, Formatter, Result};

impl Display for NameList {
    /// `a, b and 3 more`.
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let names = self.names.join(", ");
        f.write_str(&match self.more {
            0 => names,
            more => text!("{names} and {more} more", names, more),
        })
    }
}

impl Display for UploadNote {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        if IS_PAGE {
            return f.write_str(NONE);
        }
        f.write_str(&match self {
            Self::Hidden(files) => text!("Ignored system files: {files}.", files),
            Self::LeftAside(files) => text!("Ignored, not data of this kind: {files}.", files),
            Self::Validation(files) => {
                text!("Not used (validation files): {files}.", files)
            }
            Self::Transposed(files) => {
                text!(
                    "EMNIST stores its images with rows and columns exchanged; they were turned upright: {files}.",
                    files
                )
            }
            Self::FineLabels => text!("These are records of CIFAR-100; their fine labels, of 100 classes, are used."),
            Self::Scaled { low, high } => text!("Pixel values from {low} to {high} became 0 to 255.", low, high),
            Self::Rows { shape: [1, height, width] } => {
                text!("Every row was read as a gray image of {height} × {width} pixels.", height, width)
            }
            Self::Rows { shape: [_, height, width] } => {
                text!(
                    "Every row was read as the red, green and blue pixels of a {height} × {width} image.",
                    height,
                    width
                )
            }
            Self::Resized { side } => {
                text!("Pictures were cropped to squares and resized to {side} × {side} pixels.", side)
            }
        })
    }
}
