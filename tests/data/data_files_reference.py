"""Writes data_files_reference.json: small data files as other programs write them, in hexadecimal, and what is in them.

NumPy writes the arrays, Pillow the pictures, Python's zipfile, gzip and tarfile and GNU tar the archives. All contents are made up here.
Needs numpy, pillow and GNU tar: python tests/data/data_files_reference.py
"""

import gzip
import io
import json
import pathlib
import subprocess
import tarfile
import tempfile
import zipfile

import numpy as np
from PIL import Image

FILES = {}
EXPECTED = {}


def saved(function, *arguments, **options):
    buffer = io.BytesIO()
    function(buffer, *arguments, **options)
    return buffer.getvalue()


def arrays():
    """Six training and two test images of 3 x 2 pixels in NumPy's formats; pixels are multiples of 1/255."""
    generator = np.random.default_rng(0)
    x_train, x_test = (generator.integers(0, 256, (count, 3, 2), dtype=np.uint8) for count in (6, 2))
    x_train[0, 0] = (0, 255)
    y_train, y_test = np.array([0, 1, 2, 2, 1, 0]), np.array([1, 2])
    EXPECTED["arrays"] = {
        "train": x_train.ravel().tolist(), "test": x_test.ravel().tolist(),
        "train_labels": y_train.tolist(), "test_labels": y_test.tolist(),
    }
    for name, pixels, labels in (
        ("uint8", lambda x: x, "<i8"),
        ("float32", lambda x: (x / 255).astype("<f4"), "<i4"),
        ("float64_big_endian", lambda x: (x / 255).astype(">f8"), ">i4"),
        ("int32_big_endian", lambda x: x.astype(">i4"), ">i8"),
        ("int64", lambda x: x.astype("<i8"), "|u1"),
        ("signed_unit", lambda x: x / 127.5 - 1, "<f4"),
        ("channels_last", lambda x: x[..., None], "<u2"),
        ("channels_first", lambda x: x[:, None], "<i2"),
    ):
        parts = {"x_train": pixels(x_train), "y_train": y_train.astype(labels), "x_test": pixels(x_test), "y_test": y_test.astype(labels)}
        FILES[name + ".npz"] = saved(np.savez_compressed if "float" in name else np.savez, **parts)
    FILES["fortran.npy"] = saved(np.save, np.asfortranarray(x_train))
    FILES["half.npy"] = saved(np.save, x_train.astype(np.float16))
    FILES["version_2.npy"] = saved(lambda file, array: np.lib.format.write_array(file, array, version=(2, 0)), x_train)


def pictures():
    """Pictures of all kinds, with Pillow's decoded pixels."""
    rows, columns = np.mgrid[0:12, 0:16]
    rgb = np.stack([rows * 20, columns * 15, (rows + columns) * 9], axis=2).astype(np.uint8)
    color = Image.fromarray(rgb)
    gray = Image.fromarray(rgb[..., 0])
    alpha = color.copy()
    alpha.putalpha(gray)
    deep = Image.fromarray(rgb[..., 0].astype(np.uint16) * 257)
    for name, image, options in (
        ("rgb.png", color, {}),
        ("gray.png", gray, {}),
        ("alpha.png", alpha, {}),
        ("deep.png", deep, {}),
        ("palette.png", color.quantize(32), {}),
        ("bits.png", gray.convert("1"), {}),
        ("baseline.jpg", color, {"quality": 95, "subsampling": 0}),
        ("progressive.jpg", color, {"quality": 90, "progressive": True}),
        ("gray.jpg", gray, {"quality": 95}),
    ):
        FILES[name] = saved(image.save, "JPEG" if name.endswith("jpg") else "PNG", **options)
        decoded = Image.open(io.BytesIO(FILES[name]))
        if decoded.mode.startswith("I"):
            decoded = Image.fromarray((np.asarray(decoded).astype(np.uint32) // 257).astype(np.uint8))
        is_gray = decoded.mode in ("L", "1")
        pixels = np.asarray(decoded.convert("L" if is_gray else "RGB"))
        planes = pixels if is_gray else pixels.transpose(2, 0, 1)
        EXPECTED[name] = {"channels": 1 if is_gray else 3, "planes": planes.ravel().tolist()}
    # The central 12 x 12 pixels, averaged by threes: an exact mean, rounded half up.
    square = rgb[:, 2:14].astype(np.uint32).reshape(4, 3, 4, 3, 3).sum(axis=(1, 3))
    EXPECTED["rgb.png at 4 x 4"] = ((square + 4) // 9).transpose(2, 0, 1).ravel().tolist()


def archives():
    with zipfile.ZipFile(buffer := io.BytesIO(), "w") as archive:
        for name, text in (("data/a.bin", b"a" * 700), ("__MACOSX/data/._a.bin", b"x"), ("data/b.txt", b"bb")):
            method = zipfile.ZIP_STORED if name.endswith("txt") else zipfile.ZIP_DEFLATED
            archive.writestr(zipfile.ZipInfo(name), text, method)
    FILES["files.zip"] = buffer.getvalue()
    with zipfile.ZipFile(buffer := io.BytesIO(), "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr(zipfile.ZipInfo("a.bin"), b"a" * 100, zipfile.ZIP_LZMA)
    FILES["lzma.zip"] = buffer.getvalue()
    FILES["members.gz"] = b"".join(gzip.compress(text, mtime=0) for text in (b"one, ", b"", b"two")) + bytes(512)
    with tarfile.open(fileobj=(buffer := io.BytesIO()), mode="w", format=tarfile.GNU_FORMAT) as archive:
        for name, kind, link in (
            ("a.bin", tarfile.REGTYPE, ""),
            ("contiguous.bin", tarfile.CONTTYPE, ""),
            ("hard.bin", tarfile.LNKTYPE, "a.bin"),
            ("symbolic.bin", tarfile.SYMTYPE, "a.bin"),
        ):
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, link
            member.size = 0 if link else 3
            archive.addfile(member, io.BytesIO(b"abc"))
    FILES["kinds.tar.gz"] = gzip.compress(buffer.getvalue(), mtime=0)
    with tempfile.TemporaryDirectory() as folder:
        hole = pathlib.Path(folder, "hole.bin")
        with hole.open("wb") as file:
            file.seek(1 << 16)
            file.write(b"end")
        for name, form in (("sparse_gnu.tar.gz", "gnu"), ("sparse_pax.tar.gz", "posix")):
            options = ["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner", "-S", f"--format={form}"]
            if form == "posix":
                options.append("--pax-option=delete=atime,delete=ctime,delete=mtime")
            packed = subprocess.run(["tar", *options, "-cf", "-", "hole.bin"], cwd=folder, check=True, capture_output=True)
            FILES[name] = gzip.compress(packed.stdout, mtime=0)


def main():
    arrays()
    pictures()
    archives()
    contents = {"files": {name: bytes.hex() for name, bytes in FILES.items()}, "expected": EXPECTED}
    path = pathlib.Path(__file__).with_suffix(".json")
    lines = [f' "{part}": {{\n' + ",\n".join(f'  "{name}": {json.dumps(value)}' for name, value in entries.items()) + "\n }" for part, entries in contents.items()]
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n")


main()
