from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from crviz import Config, means, pairs, run, spectra
from crviz.checks import ParameterError

ANGLES = np.array([1e-6, 1e-3, 0.5, np.pi / 2, 3.0])
SMALL = Config(n_modes=50, omega_t=(0.5, 2.0, 5.0))


def test_the_two_of_a_pair_start_at_the_angle_that_was_asked_for():
    first, second = pairs.pair_directions(SMALL, ANGLES, 0, 100)
    np.testing.assert_allclose(np.linalg.norm(second, axis=0), 1, rtol=1e-14)
    chord = np.linalg.norm(second - first[:, None], axis=0)
    # rounding of numbers of order 1, 2^-53, in a chord of 1e-6
    np.testing.assert_allclose(
        chord, np.broadcast_to(2 * np.sin(ANGLES / 2)[:, None], chord.shape), rtol=1e-9
    )


def test_pairs_point_everywhere_and_lie_every_way():
    first, second = pairs.pair_directions(SMALL, [0.1], 3, 4000)
    across = second[:, 0] - first * (second[:, 0] * first).sum(0)
    across /= np.linalg.norm(across, axis=0)
    for vectors in (first, across):
        # <n_i> has the error sqrt(1/3 / 4000) and <n_i n_j> at most sqrt(4/45 / 4000); 4 of them
        np.testing.assert_allclose(vectors.mean(1), 0, atol=4 * np.sqrt(1 / 12000))
        np.testing.assert_allclose(vectors @ vectors.T / 4000, np.eye(3) / 3, atol=4 * np.sqrt(4 / 45 / 4000))


def test_every_field_has_pairs_of_its_own_and_always_the_same():
    one, again, other = (pairs.pair_directions(SMALL, [0.1], index, 20)[0] for index in (1, 1, 2))
    np.testing.assert_array_equal(one, again)
    assert np.abs(one - other).max() > 0.1
    assert np.abs(one - pairs.pair_directions(SMALL.replace(seed=1), [0.1], 1, 20)[0]).max() > 0.1


def test_pairs_share_no_random_numbers_with_the_field_and_the_second_grid():
    first, _ = pairs.pair_directions(SMALL, [0.1], 1, 20)
    for key in ((1,), (1, 0)):
        taken = np.random.default_rng(np.random.SeedSequence(SMALL.seed, spawn_key=key)).normal(size=(3, 20))
        assert np.abs(first - taken / np.linalg.norm(taken, axis=0)).max() > 0.1


def test_without_turbulence_pairs_part_as_two_helices_do():
    config = Config(sigma2=0, n_modes=1, omega_t=(0.5, 3.0, 12.0), step=0.01)
    square, alignment, mean_square = pairs.pair_moments(config, ANGLES, 0, 50)
    first, second = pairs.pair_directions(config, ANGLES, 0, 50)
    times = np.array(config.omega_t)[:, None]

    def moved(along, across):
        """z grows as T, the distance from the line through the origin is 2 p_perp sin(T / 2)."""
        return along * times**2 + 4 * across * np.sin(times / 2) ** 2

    apart = ((second - first[:, None]) ** 2).mean(-1)
    # chords for arcs err by h^2 / 12, 1e-5, and T = 12 is near a whole turn; rounding, 1e-16 / 1e-6
    np.testing.assert_allclose(square, moved(apart[2], apart[0] + apart[1]), rtol=1e-4)
    own = (first**2).mean(-1)
    np.testing.assert_allclose(mean_square[:, None], moved(own[2], own[0] + own[1]), rtol=1e-4)
    np.testing.assert_allclose(alignment, np.broadcast_to(np.cos(ANGLES), (3, 5)), atol=1e-12)


def test_at_small_angles_the_distance_is_in_proportion_to_the_angle():
    angles = np.array([1e-6, 1e-5, 1e-4])
    square, _, _ = pairs.pair_moments(SMALL, angles, 0, 100)
    scaled = square / angles**2
    # 1e-6: single precision of the waves, a fiftieth of the angle, of random sign in 100 pairs: 1 % with the
    # cross term. 1e-4: the next order, theta times a growth of some tens
    np.testing.assert_allclose(scaled, scaled[:, 1:2].repeat(3, 1), rtol=2e-2)
    # straight lines at first: theta^2 T^2 but for gyration and waves, T^2 / 6 or so
    assert scaled[0, 1] == pytest.approx(0.5**2, rel=0.1)
    assert scaled[2, 1] > 5**2 / 2


def test_spectra_and_pairs_tell_the_same():
    """The same fields seen in both ways: differences field by field, so that what is common drops out."""
    config = Config(nside=8, n_modes=100, omega_t=(1.0, 4.0, 10.0), grids="cross")
    angles = np.radians([25.0, 40.0, 60.0])
    result = run(config, 24)
    moments = [pairs.pair_moments(config, angles, index, 256) for index in range(24)]
    of_pairs = np.array([square for square, _, _ in moments])
    trace = np.einsum("rtiil->rtl", result.dataset["cl_cross"].values.astype(float))
    own = np.einsum("rtii->rt", result.dataset["rr"].values)
    of_spectra = 2 * (own[..., None] - spectra.correlation(trace, angles))
    difference = of_pairs - of_spectra
    # nine numbers: 3.5 errors, of 24 fields; and the 1e-3 of this grid in <r^2>
    allowed = 3.5 * means.standard_error(difference) + 1e-3 * of_spectra.mean(0)
    assert (np.abs(difference.mean(0)) < allowed).all()
    # which is a test: a tenth of the distance would be seen
    assert (allowed < 0.1 * of_spectra.mean(0)).all()
    found = result.separation(angles)
    np.testing.assert_allclose(found.square, of_spectra.mean(0), rtol=1e-12)
    np.testing.assert_allclose(found.square_error, means.standard_error(of_spectra), rtol=1e-9)
    alignment = np.array([alignment for _, alignment, _ in moments])
    error = means.standard_error(alignment)
    # at Omega T = 1 maps of p are smooth and both are exact but for the choice of pairs
    assert (np.abs(alignment.mean(0) - found.alignment) < 3.5 * error + 2e-3)[0].all()


def test_late_pairs_at_large_angles_have_nothing_to_do_with_each_other():
    config = Config(n_modes=100, omega_t=(3.0, 300.0))
    moments = [pairs.pair_moments(config, [0.01, np.pi / 2], index, 128) for index in range(16)]
    square, _, mean_square = (np.array(values) for values in zip(*moments, strict=True))
    share, error = means.ratio(square, 2 * mean_square[..., None])
    # what is left of <r_1 r_2> is the monopole at 90 degrees: 37 of <r^2> = 3600 in the paper's run
    assert share[1, 1] == pytest.approx(1, abs=3 * error[1, 1] + 0.02)
    assert error[1, 1] < 0.1
    # at Omega T = 3 a pair at half a degree is still together, at Omega T = 300 no longer
    assert share[0, 0] < 1e-3
    assert share[1, 0] > 0.3


def test_following_gives_means_with_the_errors_of_the_fields():
    found = pairs.follow_pairs(SMALL, [0.2, 1.0], 3, pairs=10)
    moments = [pairs.pair_moments(SMALL, [0.2, 1.0], index, 10) for index in range(3)]
    for name, values in zip(("square", "alignment", "mean_square"), zip(*moments, strict=True), strict=True):
        np.testing.assert_allclose(getattr(found, name), np.mean(values, 0), rtol=1e-13)
        error = means.standard_error(np.array(values))
        np.testing.assert_allclose(getattr(found, f"{name}_error"), error, rtol=1e-9)
    assert found.theta.tolist() == [0.2, 1.0]
    assert found.omega_t.tolist() == [0.5, 2.0, 5.0]


def test_threads_do_not_change_a_bit():
    alone = pairs.follow_pairs(SMALL, [0.2], 4, pairs=10)
    with ThreadPoolExecutor(2) as pool:
        together = pairs.follow_pairs(SMALL, [0.2], 4, pairs=10, executor=pool)
    np.testing.assert_array_equal(alone.square, together.square)
    np.testing.assert_array_equal(alone.alignment, together.alignment)


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        ({"theta": [0.0]}, "theta"),
        ({"theta": [1e-7]}, "theta"),
        ({"theta": [0.1, 4.0]}, "theta"),
        ({"theta": [np.nan]}, "theta"),
        ({"realizations": 0}, "realizations"),
        ({"pairs": 0}, "pairs"),
    ],
)
def test_nonsense_is_refused_by_name(wrong, name):
    with pytest.raises(ParameterError, match=f"^{name} = "):
        pairs.follow_pairs(**{"config": SMALL, "theta": [0.1], "realizations": 2} | wrong)
