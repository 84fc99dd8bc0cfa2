"""The drawing library is made ready once."""

import holoviews as hv
import pytest


@pytest.fixture(scope="session", autouse=True)
def bokeh_backend():
    hv.extension("bokeh")
