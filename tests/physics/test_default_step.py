"""The default step is small enough: half of it changes no statistics on the same fields."""

import numpy as np
import pytest

from crviz import Config, run
from crviz.waves import automatic, excess_scattering

FIELDS = 32
CONFIGURATIONS = [(sigma2, rl, {}) for sigma2 in (0.1, 1.0, 10.0) for rl in (0.01, 0.1, 1.0)]
CONFIGURATIONS += [(1.0, rl, automatic(rl)) for rl in (1e-3, 1e-2)]


def observables(config):
    """K along and across B0 and C_1..C_4 along and across, for each field and time: (R, T, 10)."""
    data = run(config, FIELDS).dataset
    along = {"i": "z", "j": "z"}
    columns = [-data["rp"].sel(along), data["rr"].sel(along)]
    columns += [-data["rp"].sel(i=axis, j=axis) for axis in "xy"]
    columns += [data["cl"].sel(along).sel(ell=ell) for ell in range(1, 5)]
    columns += [data["cl"].sel(i="x", j="x").sel(ell=ell) for ell in (1, 2)]
    return np.stack([column.values for column in columns], -1)


@pytest.mark.slow
@pytest.mark.parametrize(("sigma2", "rl_over_lc", "waves"), CONFIGURATIONS)
def test_half_the_default_step_gives_the_same_spectra_and_diffusion(sigma2, rl_over_lc, waves):
    config = Config(sigma2=sigma2, rl_over_lc=rl_over_lc, nside=4, omega_t=(3.0, 10.0, 30.0), seed=5, **waves)
    fine = observables(config.replace(step=config.default_step / 2))
    difference = fine - observables(config)
    error = difference.std(0, ddof=1) / np.sqrt(FIELDS)
    # 30 paired differences, correlated: 4.5 errors by chance is one in some 10^4. Before the motion
    # is chaotic differences scatter hardly at all; there half a percent of the size is asked for.
    size = np.sqrt((fine**2).mean(0))
    assert (np.abs(difference.mean(0)) < np.maximum(4.5 * error, 5e-3 * size)).all()


def test_waves_longer_than_the_step_scatter_as_they_should():
    """At r_L = 10 L_c the shortest waves are 40 times shorter than the paper's step: the rule cuts it."""
    config = Config(rl_over_lc=10.0)
    k, amplitude = config.wave_spectrum()
    assert excess_scattering(k, amplitude, 0.04) > 0.01
    assert excess_scattering(k, amplitude, config.default_step) <= 0.01
    assert config.default_step < 0.04
