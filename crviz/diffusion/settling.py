"""Whether K says how cosmic rays diffuse: not while it grows or falls, nor while it turns with the gyration.

The exponent of <(r.g)^2> tells less, since <(r.g)^2> remembers all times before. The page judges by the same
rule in JavaScript (`dashboard/browser/settling.js`), with the words and numbers that stand here.
"""

from __future__ import annotations

import numpy as np

from crviz.arrays import Array
from crviz.diffusion.measured import Diffusion
from crviz.gradient import Gradient

#: What is said of K at a time; {ratio} is K(T)/K(T/2), with its error.
GYRATING = "gyrating, not yet diffusive"
CHANGING = "not yet diffusive: K(T)/K(T/2) = {ratio}"
#: K has settled if it is this close to what it was, relative to that, or within so many errors.
CLOSE, ERRORS = 0.15, 2
#: Gyration is looked for at every time, and found at one by chance more easily.
ERRORS_OF_GYRATION = 3
#: How far beyond what it can be without gyration the exponent of <(r.g)^2> may be, if not more errors.
MARGIN = 0.1


def gyrating(omega_t: Array, k: Array, k_error: Array, running: Array) -> Array:
    """Where K turns with the gyration, so that its value depends on the phase: (T,) bool.

    There <(r.g)^2> shrinks, or outgrows T^2: K lies below 0 or above <(r.g)^2>/T. Or times lie too far apart
    to show it, and K lies beyond its means over the intervals on either side, which d<(r.g)^2>/dT = 2 K gives
    exactly. A time between two such ones is one too.

    Parameters
    ----------
    omega_t, k, k_error : (T,)
        Where the error is NaN it is not known: False.
    running : (T,)
        <(r.g)^2> / 2T.
    """
    margin = np.maximum(MARGIN * running, ERRORS_OF_GYRATION * k_error)
    mean = np.diff(np.r_[0, omega_t * running]) / np.diff(np.r_[0, omega_t])
    after = np.r_[mean[1:], 2 * mean[-1] - np.r_[0, mean][-2]]  # beyond the last time as it went until there
    beyond = np.maximum(np.minimum(mean, after) - k, k - np.maximum(mean, after))
    unseen = beyond > np.maximum(CLOSE * np.abs(mean + after) / 2, ERRORS_OF_GYRATION * k_error)
    found = (k < -margin) | (k > 2 * running + margin) | unseen
    found[1:-1] |= found[:-2] & found[2:]  # by chance between the two
    return found


def change(omega_t: Array, k: Array, k_error: Array) -> tuple[Array, Array]:
    """K(T)/K(T/2), with lines between the times and from 0 at T = 0, and its error: (T,), (T,).

    The error is that of independent values; of the same fields they scatter together, and theirs is less.
    """
    times = np.r_[0, omega_t]
    before, before_error = (np.interp(omega_t / 2, times, np.r_[0, each]) for each in (k, k_error))
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = k / before
        return ratio, np.hypot(k_error, ratio * before_error) / np.abs(before)


def unsettled(tensors: Diffusion, gradient: Gradient, index: int = -1) -> str:
    """Why K along a gradient is no diffusion coefficient at a time, in words; "" where it may be one."""
    times, (k, error), (running, _) = (
        tensors.omega_t,
        tensors.interval(gradient),
        tensors.along(gradient, "running"),
    )
    if gyrating(times, k, error, running)[index]:
        return GYRATING
    ratio, of_ratio = (each[index] for each in change(times, k, error))
    if abs(ratio - 1) > np.maximum(CLOSE, ERRORS * of_ratio):
        return CHANGING.format(ratio=f"{ratio:.2f} +- {of_ratio:.2f}")
    return ""
