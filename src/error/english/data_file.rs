//! The English messages about single data files and the members of archives.

use super::NONE;
use crate::catalog::FileContent;
use crate::error::{DataFileError, MemberRefusal, NpyRefusal};
use crate::prose::IS_PAGE;
use crate::texts::text;
use std::fmt::{Display, Formatter, Result};

impl Display for DataFileError {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        if IS_PAGE {
            return f.write_str(NONE);
        }
        f.write_str(&match self {
            Self::Member { file, member, reason } => member_refused(file, member, reason),
            Self::Npy { file, reason } => npy_refused(file, reason),
            Self::ArrayShape { file, content: FileContent::Labels, got } => text!(
                "{file}: expected one whole number per image, an array of shape (count), got the shape {got}; convert one-hot labels with y.argmax(1)",
                file,
                got = shape(got)
            ),
            Self::ArrayShape { file, got, .. } => text!(
                "{file}: expected images of shape (count, height, width), (count, height, width, channels) or (count, channels, height, width) with 1 or 3 channels, or square ones in rows, got the shape {got}",
                file,
                got = shape(got)
            ),
            Self::ArrayValue { file, content: FileContent::Labels, index, got } => {
                text!("{file}: expected whole numbers from 0 to 99 as labels, got {got} at example {index}", file, got, index)
            }
            Self::ArrayValue { file, index, got, .. } => {
                text!("{file}: expected finite numbers as pixels, got {got} at position {index}", file, got, index)
            }
            Self::ArrayTypes { first, second } => {
                text!("upload: expected all images in numbers of one type, got different ones in {first} and {second}", first, second)
            }
            Self::Picture { file, reason } => {
                text!("{file}: expected an undamaged PNG or JPEG, got: {reason}", file, reason)
            }
            Self::PictureSize { file, limit, got: (height, width) } => text!(
                "{file}: expected a height and width of 1 to {limit} pixels, got {got}",
                file,
                limit,
                got = format!("{height} x {width}")
            ),
            Self::NoClassFolder { file } => text!(
                "{file}: expected pictures in an archive with a folder for each class, like train/cat/1.png, got this one without",
                file
            ),
            Self::ClassCount { limit, got } => {
                text!("upload: expected folders of 2 to {limit} classes, got {got}", limit, got)
            }
            Self::TooDeep { file, limit } => {
                text!("{file}: expected at most {limit} archives inside each other, got more", file, limit)
            }
            Self::TooManyFiles { limit } => text!("upload: expected at most {limit} files, got more", limit),
            Self::AllLeftOut => text!("upload: expected a file for training or testing, got only files that are left out"),
        })
    }
}

/// `(60000, 28, 28)`.
fn shape(lengths: &[usize]) -> String {
    let lengths = lengths.iter().map(ToString::to_string).collect::<Vec<_>>();
    format!("({})", lengths.join(", "))
}

fn member_refused(file: &str, member: &str, reason: &MemberRefusal) -> String {
    match reason {
        MemberRefusal::Sparse => text!(
            "{file}: expected whole files, got the sparse file {member}; pack the archive again without --sparse",
            file,
            member
        ),
        MemberRefusal::LinkWithoutFile { target } => text!(
            "{file}: expected the file {target} before {member}, which is a hard link to it, got none; pack the archive again with --hard-dereference",
            file,
            target,
            member
        ),
        MemberRefusal::SeveralVolumes => text!(
            "{file}: expected a whole archive, got {member}, which is continued in another volume; join the volumes first",
            file,
            member
        ),
        MemberRefusal::Encrypted => {
            text!("{file}: expected files without a password, got {member} with one", file, member)
        }
        MemberRefusal::Method { method } => text!(
            "{file}: expected files compressed with Deflate, got {member} compressed with {method}; pack the archive again",
            file,
            member,
            method
        ),
        MemberRefusal::Overlap => {
            text!("{file}: expected files side by side, got {member}, which overlaps others", file, member)
        }
    }
}

fn npy_refused(file: &str, reason: &NpyRefusal) -> String {
    match reason {
        NpyRefusal::Header => text!("{file}: expected a NumPy array, got a damaged header", file),
        NpyRefusal::Element { got } => text!(
            "{file}: expected an array of integers or of float32 or float64, got the type {got}; convert it with x.astype(\"float32\")",
            file,
            got
        ),
        NpyRefusal::FortranOrder => text!(
            "{file}: expected an array in C order, got one in Fortran order; convert it with numpy.ascontiguousarray(x)",
            file
        ),
        NpyRefusal::Length { expected, got } => {
            text!("{file}: expected {expected} bytes according to its header, got {got}", file, expected, got)
        }
    }
}
