"""HEALPix files of every kind are read, and what is none is refused in a sentence with its path."""

import healpy
import numpy as np
import pytest
from astropy.io import fits

from crviz.observations.healpix_file import read_healpix, read_mask

UNSEEN = -1.6375e30
NSIDE = 16
N_PIXELS = 12 * NSIDE**2
VALUES = np.random.default_rng(np.random.SeedSequence(1)).normal(size=N_PIXELS)
HALF = np.flatnonzero(np.random.default_rng(np.random.SeedSequence(2)).random(N_PIXELS) < 0.5)


@pytest.mark.parametrize("repeat", [1, 1024])
@pytest.mark.parametrize("nested", [False, True])
@pytest.mark.parametrize("number", [">f8", ">f4"])
def test_ring_and_nested_single_and_double_are_the_same_map(write, number, nested, repeat):
    found = read_healpix(write({"T": VALUES}, nested=nested, number=number, repeat=repeat))
    assert (found.nside, found.coordinates, found.partial) == (NSIDE, "celestial", False)
    assert found.ordering == ("NESTED" if nested else "RING")
    np.testing.assert_array_equal(found.columns["T"], VALUES.astype(number))


@pytest.mark.parametrize("nested", [False, True])
@pytest.mark.parametrize("cards", [{}, {"INDXSCHM": None}, {"INDXSCHM": None, "OBJECT": "PARTIAL"}])
def test_a_part_of_the_sky_is_the_same_map_with_nothing_elsewhere(write, nested, cards):
    found = read_healpix(write({"T": VALUES}, nested=nested, pixels=HALF, **cards))
    assert found.partial
    np.testing.assert_array_equal(found.columns["T"][HALF], VALUES[HALF])
    assert np.isnan(np.delete(found.columns["T"], HALF)).all()


@pytest.mark.parametrize("ending", ["fits", "fits.gz"])
@pytest.mark.parametrize("nest", [False, True])
@pytest.mark.parametrize("partial", [False, True])
def test_what_healpy_writes_is_read(tmp_path, ending, nest, partial):
    path = tmp_path / f"map.{ending}"
    holes = np.where(np.isin(np.arange(N_PIXELS), HALF), VALUES, UNSEEN)
    written = healpy.reorder(holes, r2n=True) if nest else holes
    healpy.write_map(path, written, nest=nest, partial=partial, coord="G", dtype=float)
    found = read_healpix(path)
    assert found.coordinates == "galactic"
    (values,) = found.columns.values()
    np.testing.assert_array_equal(values, np.where(holes == UNSEEN, np.nan, holes))


def test_whole_numbers_with_a_null_and_several_columns_are_read(write):
    counts = np.arange(N_PIXELS)
    path = write({"data map": counts, "background map": counts + 1}, number=">i4")
    with fits.open(path, mode="update") as file:
        file[1].header["TNULL1"] = 7
    found = read_healpix(path)
    assert list(found.columns) == ["data map", "background map"]
    np.testing.assert_array_equal(found.columns["data map"], np.where(counts == 7, np.nan, counts))
    np.testing.assert_array_equal(found.columns["background map"], counts + 1)


@pytest.mark.parametrize(
    ("said", "means"),
    [
        *((name, "celestial") for name in ("C", "equatorial", "Q", "J2000")),
        *((name, "galactic") for name in ("G", "GALACTIC")),
        (None, ""),
    ],
)
def test_coordinates_are_those_of_the_header(write, said, means):
    assert read_healpix(write({"T": VALUES}, COORDSYS=said)).coordinates == means


def test_without_nside_there_are_as_many_as_there_are_values(write):
    assert read_healpix(write({"T": VALUES}, NSIDE=None, repeat=1024)).nside == NSIDE
    assert read_healpix(write({"T": VALUES}, NSIDE=16.0)).nside == NSIDE


@pytest.mark.parametrize(
    ("cards", "message"),
    [
        ({"ORDERING": None}, "has ORDERING = '' in its header, which must be RING or NESTED."),
        ({"ORDERING": "SPIRAL"}, "has ORDERING = 'SPIRAL' in its header"),
        ({"NSIDE": 12}, "has NSIDE = 12, which must be a power of 2."),
        ({"NSIDE": -1}, "has NSIDE = -1, which must be a power of 2."),
        ({"NSIDE": "many"}, "has NSIDE = 'many', which must be a power of 2."),
        (
            {"NSIDE": 2**40},
            "has NSIDE = 1099511627776, which must be 1024 at most: make a coarser map of it.",
        ),
        ({"NSIDE": 32}, "has 3072 values in T, which must be 12288: nside is 32."),
        ({"COORDSYS": "E"}, "has COORDSYS = 'E' in its header, which must be celestial (C) or galactic (G)."),
    ],
)
def test_headers_that_cannot_be_are_refused(write, cards, message):
    path = write({"T": VALUES}, **cards)
    with pytest.raises(ValueError, match=r"map\.fits ") as caught:
        read_healpix(path)
    assert str(caught.value).startswith(f"{path} {message}")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("pixels", [[0, 0], [-1, 2], [3, N_PIXELS]])
def test_pixels_that_are_there_twice_or_not_at_all_are_refused(tmp_path, pixels):
    columns = [fits.Column("PIXEL", "J", array=pixels), fits.Column("T", "D", array=[0.0, 1.0])]
    unit = fits.BinTableHDU.from_columns(columns)
    unit.header.update({"ORDERING": "RING", "NSIDE": NSIDE, "INDXSCHM": "EXPLICIT"})
    unit.writeto(tmp_path / "map.fits")
    with pytest.raises(ValueError, match="lists its pixels in PIXEL, which must be different whole numbers"):
        read_healpix(tmp_path / "map.fits")


def test_what_is_no_map_is_refused(tmp_path, write):
    image, table, empty, junk = (tmp_path / f"{name}.fits" for name in ("image", "table", "empty", "junk"))
    fits.PrimaryHDU(np.zeros((4, 4))).writeto(image)
    fits.BinTableHDU.from_columns([fits.Column("name", "3A", array=["a", "b"])]).writeto(table)
    empty.touch()
    junk.write_bytes(bytes(range(256)) * 40)
    cut = tmp_path / "cut.fits"
    cut.write_bytes(write({"T": VALUES}).read_bytes()[:-6000])
    for path, message in {
        image: "holds an image, not a HEALPix map.",
        table: "has no NSIDE in its header, and 6 values, which is not 12 nside² of a map",
        empty: "is empty.",
        junk: "is not a FITS file of a map, or is damaged: ",
        cut: "is not a FITS file of a map, or is damaged: File may have been truncated",
        tmp_path: "cannot be read: Is a directory.",
    }.items():
        with pytest.raises(ValueError, match=str(tmp_path)) as caught:
            read_healpix(path)
        assert str(caught.value).startswith(f"{path} {message}")
        assert "\n" not in str(caught.value)
    with pytest.raises(FileNotFoundError, match="does not exist"):
        read_healpix(tmp_path / "none.fits")


def test_a_mask_is_weights_and_has_nothing_where_it_has_no_value(write):
    shown = (VALUES > 0) * 1.0
    holes = np.where(VALUES < -1, UNSEEN, shown)
    for number, given in ((">f4", holes), (">f8", np.where(VALUES < -1, np.nan, shown)), ("b1", shown)):
        weights, coordinates = read_mask(write({"MASK": given}, number=number, COORDSYS=None))
        np.testing.assert_array_equal(weights, shown)
        assert coordinates == ""


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"MASK": np.zeros(N_PIXELS)}, "must show a part of the sky, but hides all of it"),
        ({"MASK": np.full(N_PIXELS, np.nan)}, "must show a part of the sky, but hides all of it"),
        ({"MASK": np.full(N_PIXELS, 2.0)}, "must be weights from 0 to 1, but go from 2 to 2"),
        ({"MASK": VALUES * 0 - 1}, "must be weights from 0 to 1, but go from -1 to -1"),
        ({"A": VALUES, "B": VALUES}, "holds A, B: a mask must be one column"),
    ],
)
def test_what_is_no_mask_is_refused(write, columns, message):
    with pytest.raises(ValueError, match=message):
        read_mask(write(columns))


def test_the_table_with_an_nside_is_the_map(write):
    path = write({"T": VALUES})
    with fits.open(path) as file:
        other = fits.BinTableHDU.from_columns([fits.Column("run", "J", array=[1, 2])])
        fits.HDUList([file[0], other, file[1]]).writeto(path.with_name("two.fits"))
    np.testing.assert_array_equal(read_healpix(path.with_name("two.fits")).columns["T"], VALUES)
