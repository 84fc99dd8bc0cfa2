"""Maps as people have them, written as FITS files."""

import numpy as np
import pytest
from astropy.io import fits

from crviz import sky


@pytest.fixture
def write(tmp_path):
    """Writes a HEALPix file of columns {name: values (12 nside^2,) in ring order}, and returns its path."""

    def write(columns, name="map.fits", *, nested=False, pixels=None, number=">f8", repeat=1, **cards):
        size = len(next(iter(columns.values())))
        order = sky.nested_order(round((size / 12) ** 0.5)) if nested else np.arange(size)
        table = [] if pixels is None else [fits.Column("PIXEL", "J", array=np.argsort(order)[pixels])]
        for title, values in columns.items():
            values = np.asarray(values)[order if pixels is None else pixels].astype(number)
            code = {"f8": "D", "f4": "E", "i4": "J", "i8": "K", "b1": "L"}[number.strip("<>|")]
            form = code if repeat == 1 else f"{repeat}{code}"
            table.append(fits.Column(title, form, array=values.reshape(-1, repeat) if repeat > 1 else values))
        unit = fits.BinTableHDU.from_columns(table)
        header = {
            "PIXTYPE": "HEALPIX",
            "ORDERING": "NESTED" if nested else "RING",
            "NSIDE": round((size / 12) ** 0.5),
            "INDXSCHM": "IMPLICIT" if pixels is None else "EXPLICIT",
            "COORDSYS": "C",
        } | cards
        unit.header.update({key: value for key, value in header.items() if value is not None})
        path = tmp_path / name
        fits.HDUList([fits.PrimaryHDU(), unit]).writeto(path, overwrite=True)
        return path

    return write
