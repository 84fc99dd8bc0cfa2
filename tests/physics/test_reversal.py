"""The way back, taken forth: orbits return to where they came from.

Reversing the momentum alone needs B -> -B, and B0 is e_z for good. A mirror that contains B0 helps:
with M = diag(1, -1, 1), r' = M (r - r_0) and p' = -M p, the orbit run forward in time obeys the backward
equations in the field B'(r') = M B(r_0 + M r'), whose regular part is e_z again. The waves of B' have M k,
M a and the phases seen from r_0.
"""

from dataclasses import replace

import numpy as np
import pytest

from crviz import backtrack

MIRROR = np.diag([1.0, -1.0, 1.0])
T, STEP = 10.0, 0.02


def forward(field, r_0, p_0):
    """Position and momentum after a time T from r_0 (3,) and p_0 (3,)."""
    mirrored = replace(
        field,
        wavevectors=MIRROR @ field.wavevectors,
        amplitudes=MIRROR @ field.amplitudes,
        phases=field.phases + field.wavevectors.T @ r_0,
    )
    orbit = backtrack(mirrored, -MIRROR @ p_0[:, None], (T,), STEP)
    return r_0 + MIRROR @ orbit.r[0, :, 0], -MIRROR @ orbit.p[0, :, 0]


@pytest.fixture(scope="module")
def there(paper_field, directions):
    orbits = backtrack(paper_field, directions, (T,), STEP)
    return orbits.r[0], orbits.p[0]


def test_the_mirrored_field_is_the_field_seen_from_elsewhere(paper_field):
    r_0 = np.array([3.0, -8.0, 40.0])
    mirrored = replace(
        paper_field,
        wavevectors=MIRROR @ paper_field.wavevectors,
        amplitudes=MIRROR @ paper_field.amplitudes,
        phases=paper_field.phases + paper_field.wavevectors.T @ r_0,
    )
    r = np.random.default_rng(0).normal(size=(3, 20))
    expected = MIRROR @ paper_field.b(r_0[:, None] + MIRROR @ r)
    np.testing.assert_allclose(mirrored.b(r), expected, atol=1e-11)  # rounding of phases of 1e3


def test_orbits_followed_back_and_forth_return(paper_field, directions, there):
    returned = [forward(paper_field, r, p) for r, p in zip(*(array.T for array in there), strict=True)]
    r, p = (np.array(arrays).T for arrays in zip(*returned, strict=True))
    miss = np.linalg.norm(r, axis=0)
    # the scheme is reversible, so that only float32 waves (1e-6, for a time 10) are left, which the worst
    # orbits multiply as they diverge; truncation alone would leave some 1e-3 in the median, 3e-2 at worst
    assert np.median(miss) < 1e-5
    assert miss.max() < 1e-3
    assert np.median(np.linalg.norm(p - directions, axis=0)) < 1e-5


def test_the_way_is_long_enough_to_tell(there):
    assert np.median(np.linalg.norm(there[0], axis=0)) > 3  # [r_L]


def test_without_reversing_the_force_orbits_do_not_return(paper_field, directions, there):
    r, p = there[0][:, 0], there[1][:, 0]
    seen_from_there = replace(paper_field, phases=paper_field.phases + paper_field.wavevectors.T @ r)
    orbit = backtrack(seen_from_there, -p[:, None], (T,), STEP)
    assert np.linalg.norm(r + orbit.r[0, :, 0]) > 0.5  # [r_L], half a gyration
